"""Ids, documents, splits and licences of rows, and which files a pattern finds."""

import json

import pytest

from builders.instructions.reading.patterns import label, stem
from schemas.errors import SourceError
from tests.builders.instructions.reading.own_corpora import ALL_JSONL, failure, rows, source, task, written


def put(path, *records):
    return written(path, "".join(json.dumps({"question": "q", "answer": "a", **one}) + "\n" for one in records))


def test_ids_and_documents_are_made_by_their_templates(tmp_path):
    put(tmp_path / "a.jsonl", {"n": 1, "case": {"who": "p7"}}, {"n": 2, "case": {"who": "p7"}})
    frame, _ = rows(source(tmp_path, "json-lines", {**ALL_JSONL, "id": "x-{n}", "document": "{case.who}"}))
    assert frame["__id"].to_list() == ["ward/x-1", "ward/x-2"]
    assert frame["__document"].to_list() == ["ward/p7", "ward/p7"]


def test_documents_are_ids_where_nothing_is_declared_or_known(tmp_path):
    put(tmp_path / "a.jsonl", {"who": None}, {"who": "p"})
    assert rows(source(tmp_path, "json-lines", ALL_JSONL))[0]["__document"].to_list() == [
        "ward/a.jsonl#1",
        "ward/a.jsonl#2",
    ]
    frame, _ = rows(source(tmp_path, "json-lines", {**ALL_JSONL, "document": "{who}"}))
    assert frame["__document"].to_list() == ["ward/a.jsonl#1", "ward/p"]


@pytest.mark.parametrize("text", ["What is it? " * 20, "two words", "发烧", "x" * 81])
def test_a_document_that_is_a_text_of_the_corpus_is_called_by_its_hash(tmp_path, text):
    put(tmp_path / "a.jsonl", {"question": text}, {"question": text}, {"question": "short"})
    documents = rows(source(tmp_path, "json-lines", {**ALL_JSONL, "document": "{question}"}))[0]["__document"].to_list()
    assert documents[0] == documents[1] != documents[2] == "ward/short"
    assert text not in documents[0]


def test_the_second_row_of_an_id_and_a_row_without_one_are_rejected(tmp_path):
    put(tmp_path / "a.jsonl", {"n": "1"}, {"n": "1"}, {"n": None}, {"n": " "}, {"n": "2"})
    frame, rejected = rows(source(tmp_path, "json-lines", {**ALL_JSONL, "id": "{n}"}))
    assert frame["__id"].to_list() == ["ward/1", "ward/2"]
    assert rejected.rows() == [
        ("ward/1", "duplicate_id", "a.jsonl#2: an earlier row has this id"),
        ("ward/a.jsonl#3", "missing_id", "a.jsonl#3: no value where the id should be"),
        ("ward/a.jsonl#4", "missing_id", "a.jsonl#4: no value where the id should be"),
    ]


def test_ids_do_not_depend_on_which_folder_is_named(tmp_path):
    put(tmp_path / "deep" / "Train" / "English.jsonl", {})
    options = {"files": {"train": ("**/Train/English.jsonl",)}}
    for folder in (tmp_path, tmp_path / "deep", tmp_path / "deep" / "Train", tmp_path / "deep/Train/English.jsonl"):
        frame, _ = rows(source(folder, "json-lines", options))
        assert frame["__id"].to_list() == ["ward/Train/English.jsonl#1"]


def test_files_called_alike_in_several_folders_have_ids_of_their_own(tmp_path):
    for folder in ("a", "b"):
        put(tmp_path / folder / "x.jsonl", {})
    assert rows(source(tmp_path, "json-lines", ALL_JSONL))[0]["__id"].to_list() == [
        "ward/a/x.jsonl#1",
        "ward/b/x.jsonl#1",
    ]


def test_a_packed_file_beside_itself_is_read_once(tmp_path):
    put(tmp_path / "x.jsonl", {})
    put(tmp_path / "x.jsonl.gz", {})
    assert rows(source(tmp_path, "json-lines", ALL_JSONL))[0].height == 1


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("**/*.jsonl", "a/b.jsonl", "b.jsonl"),
        ("**/*.jsonl", "b.jsonl.gz", "b.jsonl"),
        ("*.jsonl", "a/b.jsonl", ""),
        ("**/x/*.tsv", "a/x/t.tsv.zip", "x/t.tsv"),
        ("**/code?20*.txt", "code-2024.txt", "code-2024.txt"),
        ("**/release*", "release.zip", "release"),
        ("**/a/**/b.txt", "a/c/d/b.txt", "a/c/d/b.txt"),
        ("**/a+(b).txt", "a+(b).txt", "a+(b).txt"),
        ("**/a.txt", "b/ba.txt", ""),
    ],
)
def test_patterns(pattern, name, found):
    assert label(pattern, name, "") == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a/7.AGGREGATED.ann", "7"), ("patient.1.txt", "patient.1"), ("all.en-fr.tmx.zip", "all.en-fr"),
        ("LICENSE", "LICENSE"),
        ("v1.2_x.txt", "v1.2_x"), (".hidden", ".hidden"),
    ],
)  # fmt: skip
def test_names_without_endings(name, found):
    assert stem(name) == found


def test_no_file_is_an_error_that_says_how_to_obtain_the_corpus(tmp_path):
    written(tmp_path / "other.txt", "x")
    said = failure(source(tmp_path, "json-lines", ALL_JSONL))
    assert "**/*.jsonl" in said and "Questions of a ward" in said and "Ask the ward." in said


def test_a_split_that_is_not_here_is_told(tmp_path):
    put(tmp_path / "train.jsonl", {})
    made = source(tmp_path, "json-lines", {"files": {"train": ("train.jsonl",), "test": ("test.jsonl",)}})
    assert rows(made)[0].height == 1
    assert made.notes() == ["ward: no file of test (test.jsonl)"]


@pytest.mark.parametrize("content", ['{"2": "yes"}', '["2"]', "2\n", "folder/2.txt\r\n"])
def test_a_file_may_name_the_ids_of_the_test_split(tmp_path, content):
    put(tmp_path / "a.jsonl", {"n": 1}, {"n": 2}, {"n": 3})
    written(tmp_path / "ids.txt", content)
    frame, _ = rows(source(tmp_path, "json-lines", {**ALL_JSONL, "id": "{n}", "test_ids": "**/ids.txt"}))
    assert frame["__split"].to_list() == ["train", "test", "train"]


def test_licences_are_of_each_row_or_of_the_corpus(tmp_path):
    put(tmp_path / "a.jsonl", {"may": "CC BY-NC 4.0"}, {"may": "ask"}, {"may": None})
    options = {**ALL_JSONL, "licence": "{may}"}
    assert rows(source(tmp_path, "json-lines", options, licence="per-document"))[0]["__licence"].to_list() == [
        "cc-by-nc-4.0", "unknown", "unknown",
    ]  # fmt: skip
    assert rows(source(tmp_path, "json-lines", ALL_JSONL, licence="mit"))[0]["__licence"].unique().to_list() == ["mit"]


def test_a_source_is_called_like_its_corpus_and_its_kind_has_a_name_for_the_manifest(tmp_path):
    made = source(tmp_path, "json-lines", ALL_JSONL)
    assert (made.name, type(made).name, made.people) == ("ward", "corpus-files", "ward")


def test_terms_follow_the_licence(tmp_path):
    assert source(tmp_path, "json-lines", ALL_JSONL).terms.remote_processing
    assert not source(tmp_path, "json-lines", ALL_JSONL, licence="unknown").terms.remote_processing
    kept = source(tmp_path, "json-lines", ALL_JSONL, licence="credentialed").terms
    assert (kept.text_may_leave, kept.labels_may_leave, kept.ids_may_leave, kept.remote_processing) == (
        "no", "gated", False, False,
    )  # fmt: skip


def test_tasks_of_other_options_are_another_reading(tmp_path):
    put(tmp_path / "a.jsonl", {"kind": "x"}, {"kind": "y"})
    other = task({**ALL_JSONL, "where": {"kind": ("y",)}})
    frame, _ = rows(source(tmp_path, "json-lines", ALL_JSONL, more=(other,)))
    assert frame.select("__id", "__reading").rows() == [
        ("ward/a.jsonl#1", 0), ("ward/a.jsonl#2", 0), ("ward/a.jsonl#2", 1),
    ]  # fmt: skip


def test_readings_that_choose_other_rows_share_their_files_and_their_bad_rows(tmp_path):
    put(tmp_path / "a.jsonl", {"kind": "x"}, {"kind": "y"})
    (tmp_path / "a.jsonl").open("a").write("broken\n")
    other = [task({**ALL_JSONL, "where": {one: (value,)}}) for one, value in (("kind", "y"), ("absent", "z"))]
    made = source(tmp_path, "json-lines", ALL_JSONL, more=tuple(other[:1]))
    assert len(made.shards("instances")) == 1
    frame, rejected = rows(made)
    assert frame.select("__id", "__reading").rows()[-1] == ("ward/a.jsonl#2", 1)
    assert rejected["id"].to_list() == ["ward/a.jsonl#3"]
    grouped = {**ALL_JSONL, "group": "kind"}
    apart = source(tmp_path, "json-lines", grouped, more=(task({**grouped, "where": {"answer": ("a",)}}),))
    assert [shard.name.partition("~")[0] for shard in apart.shards("instances")] == ["0|a.jsonl", "1|a.jsonl"]


def test_a_choice_by_a_section_that_no_report_has_chooses_nothing(tmp_path):
    written(tmp_path / "indiana_reports.csv", "uid,indication,comparison,findings,impression\n1,,,Clear.,Normal.\n")
    options = {"source": "openi", "where": {"examination": ("~pathology",)}}
    frame, rejected = rows(source(tmp_path, "report-source", options, {"text": "{findings}", "output": "{impression}"}))
    assert frame.height == rejected.height == 0
    assert "impression" in frame.columns


def test_a_column_called_file_stays_what_it_is(tmp_path):
    put(tmp_path / "a.jsonl", {"file": "theirs", "name": "also theirs"})
    frame, _ = rows(source(tmp_path, "json-lines", ALL_JSONL))
    assert frame.select("__id", "file", "name").rows() == [("ward/a.jsonl#1", "theirs", "also theirs")]


def test_a_folder_called_like_a_file_is_none(tmp_path):
    put(tmp_path / "release.jsonl" / "x.jsonl", {})
    put(tmp_path / ".git" / "y.jsonl", {})
    assert rows(source(tmp_path, "json-lines", ALL_JSONL))[0]["__id"].to_list() == ["ward/x.jsonl#1"]


def test_archives_that_may_hold_what_is_missing_are_named(tmp_path):
    written(tmp_path / "all.tar.gz", "x")
    assert "all.tar.gz may have to be unpacked" in failure(source(tmp_path, "json-lines", ALL_JSONL))


def test_a_corpus_behind_an_address_is_read_alike(tmp_path):
    import fsspec

    put(tmp_path / "d" / "a.jsonl", {"n": 1})
    here = source(tmp_path, "json-lines", ALL_JSONL)
    held = fsspec.filesystem("memory")
    held.put(str(tmp_path), "memory://ward-questions", recursive=True)
    there = source(tmp_path, "json-lines", ALL_JSONL)
    object.__setattr__(there, "location", "memory://ward-questions")
    assert there.shards("instances") == here.shards("instances")
    assert rows(there)[0].equals(rows(here)[0])
    held.rm("/ward-questions", recursive=True)


def test_a_source_reaches_another_process_whole(tmp_path):
    import pickle

    put(tmp_path / "a.jsonl", {})
    made = source(tmp_path, "json-lines", ALL_JSONL)
    shards = made.shards("instances")
    again = pickle.loads(pickle.dumps(made))
    assert again.read("instances", shards[0].name).frame.equals(made.read("instances", shards[0].name).frame)
    assert (again.name, again.terms) == (made.name, made.terms)


def test_a_missing_file_of_test_ids_is_told_when_files_are_listed(tmp_path):
    put(tmp_path / "a.jsonl", {"n": 1})
    with pytest.raises(SourceError, match="test split"):
        source(tmp_path, "json-lines", {**ALL_JSONL, "id": "{n}", "test_ids": "ids.txt"}).shards("instances")


def test_identities_change_with_the_file_that_names_the_test(tmp_path):
    put(tmp_path / "a.jsonl", {"n": 1})
    written(tmp_path / "ids.txt", "1\n")
    options = {**ALL_JSONL, "id": "{n}", "test_ids": "ids.txt"}
    before = source(tmp_path, "json-lines", options).shards("instances")
    written(tmp_path / "ids.txt", "2\n")
    after = source(tmp_path, "json-lines", options)
    assert after.shards("instances") != before
    assert rows(after)[0]["__split"].to_list() == ["train"]


def test_where_keeps_values_and_words(tmp_path):
    put(tmp_path / "a.jsonl", {"kind": "Old pathology"}, {"kind": "pathologist"}, {"kind": None}, {"kind": "x"})
    for wanted, numbers in ((("x",), [4]), (("~PATHOLOGY",), [1]), (("~pathology", "x"), [1, 4])):
        frame, _ = rows(source(tmp_path, "json-lines", {**ALL_JSONL, "where": {"kind": wanted}}))
        assert frame["__id"].to_list() == [f"ward/a.jsonl#{number}" for number in numbers]


def test_lists_are_parted_at_their_signs(tmp_path):
    put(tmp_path / "a.jsonl", {"tags": "a; b;;"}, {"tags": None})
    frame, _ = rows(source(tmp_path, "json-lines", {**ALL_JSONL, "lists": {"tags": ";"}}))
    assert frame["tags"].to_list() == [["a", "b"], []]


def test_a_fingerprint_holds_what_decides_rows_and_no_place_or_prose(tmp_path):
    from dataclasses import replace

    from builders.provenance import fingerprint

    made = source(tmp_path, "json-lines", ALL_JSONL)
    moved = source(tmp_path / "elsewhere", "json-lines", ALL_JSONL)
    retold = replace(made, corpus=replace(made.corpus, title="Other", obtain="Other", terms="Other"))
    assert fingerprint(made) == fingerprint(moved) == fingerprint(retold)
    assert fingerprint(made) != fingerprint(source(tmp_path, "json-lines", {**ALL_JSONL, "id": "{n}"}))
    assert fingerprint(made) != fingerprint(source(tmp_path, "json-lines", ALL_JSONL, licence="mit"))


def test_identities_of_shards_change_with_their_bytes_alone(tmp_path):
    put(tmp_path / "a.jsonl", {})
    before = source(tmp_path, "json-lines", ALL_JSONL).shards("instances")
    put(tmp_path / "b" / "a.jsonl", {})
    (tmp_path / "a.jsonl").unlink()
    assert source(tmp_path, "json-lines", ALL_JSONL).shards("instances") == before
