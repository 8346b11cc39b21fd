"""One declaration: what is read, and which place an error names."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.instructions.declaration import read
from builders.instructions.fields import columns
from builders.instructions.layouts import FOR_ALL, LAYOUTS
from builders.instructions.shapes import SHAPES
from schemas.errors import UsageError
from tests.builders.instructions.own_corpus import TEXT, written

ENCODED = TEXT.encode()
REQUIRED = [line.split(" = ")[0] for line in TEXT.split("[[task]]")[1].splitlines() if re.match(r"[a-z_]+ = ", line)]


def said(path: Path) -> str:
    with pytest.raises(UsageError) as error:
        read(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


def test_a_declaration_is_read_as_it_stands(tmp_path):
    found = read(written(tmp_path))
    assert (found.corpus.name, found.corpus.splits, found.corpus.licence) == ("ward-questions", (), "cc-by-4.0")
    first, second = found.tasks
    assert (
        first.id == "ward-answer" and first.corpus == "ward-questions" and first.ready and len(first.definitions) == 3
    )
    assert second.fields == {"text": "Asked: {question}", "label": "{kind}", "words": {"d": "drug", "o": "other"}}
    assert second.options["where"] == {"checked": ("yes",)}
    assert second.options["document"] == first.options["document"] == "{patient}"
    assert columns(str(second.fields["text"])) == ["question"]


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbf" + ENCODED, ENCODED.replace(b"\n", b"\r\n")], ids=["BOM", "CRLF"])
def test_files_of_other_editors_are_read_the_same(tmp_path, raw):
    path = tmp_path / "ward.toml"
    path.write_bytes(raw)
    assert read(path) == read(written(tmp_path, name="plain.toml"))


@pytest.mark.parametrize(
    ("old", "new", "place", "expected"),
    [
        ('category = "Question Answering"', 'category = "Chat"', "task ward-answer, key category", "got 'Chat'"),
        ('shape = "question-answer"', 'shape = "question-answers"', "key shape", "did you mean question-answer?"),
        ('answer = "{answer}" }', 'anwser = "{answer}" }', "table fields, key anwser", "did you mean answer?"),
        ('question = "{question}", ', "", "task ward-answer, table fields, key question", "got nothing"),
        ('answer = "{answer}"', 'answer = "{answer"', "table fields, key answer", "braces in pairs"),
        ('answer = "{answer}"', 'answer = ""', "table fields, key answer", "not empty"),
        ('words = { d = "drug"', 'words = { d = ""', "table fields, table words, key d", "not empty"),
        ('words = { d = "drug", o = "other" }', 'words = "drug"', "table fields, key words", "a table"),
        ('input_language = "en"', 'input_language = "english"', "key input_language", "'english'"),
        ('instruction_language = "en"', 'instruction_language = "en/de"', "key instruction_language", "'en/de'"),
        ('metric = "bleu-rouge"', 'metric = "bleu"', "task ward-answer, key metric", "entity-f1"),
        ('status = "real"', 'status = "done"', "task ward-answer, key status", "not-rebuilt"),
        ('status = "real"', 'status = "unidentified"', "task ward-answer, key note", "got nothing"),
        ('split = "nine-to-one"', 'split = "published"', "task ward-answer, key split", "without splits"),
        ('evidence = "own"', 'evidence = "rumour"', "task ward-answer, key evidence", "repo-script"),
        ('domain = "conversation"', 'domain = "ward"', "task ward-answer, key domain", "clinical text"),
        ('id = "ward-answer"', 'id = "ward-kind"', "task ward-kind, key id", "twice"),
        ('id = "ward-answer"', "id = 0", "task number 1, key id", "a number"),
        ('id = "ward-answer"', "id = true", "task number 1, key id", "a number"),
        ('id = "ward-answer"', 'id = "12"', "task number 1, key id", "a number"),
        ('id = "ward-answer"', 'id = "a\\nb"', "task number 1, key id", "a number"),
        pytest.param('id = "ward-answer"', f"id = 0x{'f' * 9000}", "task number 1, key id", "a number", id="vast"),
        ('id = "ward-answer"\n', "", "task number 1, key id", "got nothing"),
        ('name = "Answer of the ward"', "name = 7", "task ward-answer, key name", "a text"),
        ('evidence = "own"', 'evidence = "own"\nbanch = "NER"', "task ward-answer, key banch", "did you mean bench?"),
        ('evidence = "own"', 'evidence = "own"\nbench = "Ner"', "task ward-answer, key bench", "did you mean NER?"),
        ('evidence = "own"', 'evidence = "own"\nbench_id = 3', "task ward-answer, key bench_id", "write bench too"),
        ('  "Answer the question of the ward.",\n', "", "task ward-answer, key definitions", "2 are there"),
        ('"Answer the question of the ward."', '""', "task ward-answer, key definitions", "a list of texts"),
        (
            '"Answer the question of the ward."', '"Write what the ward should know."',
            "task ward-answer, key definitions", "stands twice",
        ),
        ('name = "ward-questions"', 'name = "Ward"', "corpus, key name", "small letters"),
        ('licence = "cc-by-4.0"', 'licence = "CC BY 4.0"', "corpus, key licence", "write cc-by-4.0"),
        ('licence = "cc-by-4.0"', 'licence = "free"', "corpus, key licence", "write unknown"),
        ('terms = "Ours."', 'terms = " "', "corpus, key terms", "not empty"),
        ('layout = "json-lines"', 'layout = "jsonl"', "corpus, key layout", "json-lines"),
        ('layout = "json-lines"', 'layout = "xml"', "table options, key element", "got nothing"),
        ('splits = "none"', 'splits = ["dev"]', "corpus, key splits", "validation"),
        ('splits = "none"', "splits = []", "corpus, key splits", "validation"),
        ('files = { all = "*.jsonl" }', "files = {}", "table files, key all", "patterns"),
        ('files = { all = "*.jsonl" }', 'files = { dev = "*" }', "table files, key dev", "validation"),
        ("*.jsonl", "", "table files, key all", "not empty"),
        ('all = "*.jsonl"', "all = []", "table files, key all", "one text at least"),
        ('{ checked = ["yes"] }', "{ checked = [] }", "table options, table where, key checked", "one text at least"),
        ('evidence = "own"', 'evidence = "own"\n"a\\nb" = 1', "task ward-answer, key 'a\\nb'", "remove it"),
        ('files = { all = "*.jsonl" }\n', "", "table options, key files", "got nothing"),
        ('document = "{patient}"', 'sheet = "1"', "table options, key sheet", "one of the keys files"),
        ('{ checked = ["yes"] }', '{ checked = "yes" }', "table options, table where, key checked", "a list"),
        ("[[task]]", "[[tasks]]", "the file, key tasks", "did you mean task?"),
        ("[corpus]", "[corpora]", "the file, key corpora", "did you mean corpus?"),
    ],
)  # fmt: skip
def test_an_error_names_file_task_and_key(tmp_path, old, new, place, expected):
    message = said(written(tmp_path, old, new))
    assert place in message and expected in message


@pytest.mark.parametrize("key", REQUIRED)
def test_a_key_that_is_missing_is_named(tmp_path, key):
    head, task, rest = TEXT.split("[[task]]")
    values = tomllib.loads(task)
    kept = re.sub(rf"^{key} = (\[\n(.*\n)+?\]|.*)\n", "", task, count=1, flags=re.MULTILINE)
    assert key in values and key not in tomllib.loads(kept)
    path = tmp_path / "ward.toml"
    path.write_text("[[task]]".join([head, kept, rest]), encoding="utf-8")
    assert f", key {key}: expected a value, got nothing" in said(path)


@given(st.binary(max_size=200), st.integers(0, len(ENCODED)))
def test_whatever_the_bytes_are_the_error_is_ours(tmp_path_factory, raw, place):
    path = tmp_path_factory.mktemp("bytes") / "ward.toml"
    path.write_bytes(ENCODED[:place] + raw + ENCODED[place:])
    try:
        read(path)
    except UsageError as error:
        assert str(error).startswith(f"{path}: ")


@given(
    st.sampled_from([(key, where) for where in range(3) for key in REQUIRED]),
    st.sampled_from(
        ["7", "-1.5", "true", "[]", "{}", '""', "[1]", '["a", ["b"]]', "1979-05-27", '{ a = { b = "c" } }']
    ),
)
def test_whatever_the_type_is_the_error_names_the_key(tmp_path_factory, at, value):
    key, where = at
    parts: list[str] = list(TEXT.split("[[task]]"))
    parts[where] = re.sub(rf"^{key} = (\[\n(.*\n)+?\]|.*)$", f"{key} = {value}", parts[where], count=1, flags=re.M)
    path = tmp_path_factory.mktemp("types") / "ward.toml"
    path.write_text("[[task]]".join(parts), encoding="utf-8")
    try:
        read(path)
    except UsageError as error:
        assert str(error).startswith(f"{path}: ") and key in str(error)


def test_a_file_that_is_not_utf_8_is_told_with_line_and_column(tmp_path):
    path = tmp_path / "ward.toml"
    path.write_bytes(b'\xef\xbb\xbf[corpus]\nname = "ward"\ntitle = "caf\xe9"\n')
    assert "line 3, column 13: expected UTF-8, got byte 0xe9; save it as UTF-8" in said(path)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[corpus]\nname = "ward\n', "line 2, column 13"),
        ("[corpus]\nname = ward\n", "line 2, column 8"),
        ("[corpus]\nname = [\n", "line 3, column 1"),
        ('[corpus]\nname = "a"\nname = "b"\n', "line 3"),
        ('{"corpus": 1}', "line 1, column 1"),
        pytest.param(f"a = {'9' * 5000}", "digits", id="vast"),
    ],
)
def test_a_file_that_is_not_toml_is_told_with_line_and_column(tmp_path, text, place):
    path = tmp_path / "ward.toml"
    path.write_text(text, encoding="utf-8")
    message = said(path)
    assert "expected TOML" in message and place in message


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "not readable" in said(tmp_path / "none.toml")
    assert "not readable" in said(tmp_path)


def test_tables_nested_without_end_are_told(tmp_path):
    path = tmp_path / "deep.toml"
    path.write_text("a = " + "[" * 100_000, encoding="utf-8")
    assert "expected TOML" in said(path)


def test_every_slot_and_option_is_explained_beside_its_list():
    for module, names in (
        ("shapes", {slot for shape in SHAPES.values() for slot in (*shape.needs, *shape.may)}),
        ("layouts", {*FOR_ALL, *(name for layout in LAYOUTS.values() for name in (*layout.needs, *layout.may))}),
    ):
        told = __import__(f"builders.instructions.{module}", fromlist=["x"]).__doc__
        assert {name for name in names if f"`{name}`" not in told} == set()
