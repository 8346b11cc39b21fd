"""CoNLL columns: others' files are read as they are meant, ours come back to the letter."""

import gzip
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings

from builders.ner_formats import conll
from builders.ner_formats.corpus import read
from builders.ner_formats.frames import Labelled, frame, rows
from schemas.errors import SourceError
from tests.builders.ner_formats.texts import corpora, same


def written(folder: Path, text: str, name: str = "train.tsv") -> list[Labelled]:
    (folder / name).write_bytes(text.encode())
    return list(rows(read(folder)["train"]))


@settings(max_examples=12)
@given(corpora())
def test_what_is_written_comes_back_to_the_letter(splits: dict[str, pl.DataFrame]) -> None:
    with TemporaryDirectory() as folder:
        conll.write(Path(folder), splits)
        assert same(conll.read(Path(folder)), splits)


@settings(max_examples=12)
@given(corpora())
def test_no_line_holds_what_some_program_takes_for_its_end(splits: dict[str, pl.DataFrame]) -> None:
    with TemporaryDirectory() as folder:
        for path in conll.write(Path(folder), splits):
            text = path.read_bytes().decode()
            assert text.splitlines() == text.split("\n")[:-1]


def test_without_comments_the_text_is_the_tokens_one_blank_apart(tmp_path: Path) -> None:
    text = "Both\tO\nlungs\tB-Anatomy\n\nNo\tO\npleural\tB-Non-Disease\neffusion\tI-Non-Disease\n.\tO\n"
    assert written(tmp_path, text) == [
        Labelled("train/1", "Both lungs", [(5, 10, "Anatomy")]),
        Labelled("train/2", "No pleural effusion .", [(3, 19, "Non-Disease")]),
    ]


@pytest.mark.parametrize(
    ("labels", "spans"),
    [
        ("B-X I-X B-X", [(0, 3), (4, 5)]),
        ("I-X I-X B-X", [(0, 3), (4, 5)]),
        ("I-X O I-X", [(0, 1), (4, 5)]),
        ("B-X E-X S-X", [(0, 3), (4, 5)]),
        ("B-X L-X U-X", [(0, 3), (4, 5)]),
        ("S-X I-X E-X", [(0, 1), (2, 5)]),
        ("B-X E-X I-X", [(0, 3), (4, 5)]),
        ("B-X O E-X", [(0, 1), (4, 5)]),
    ],
)
def test_every_scheme_of_labels_is_read(tmp_path: Path, labels: str, spans: list[tuple[int, int]]) -> None:
    lines = "".join(f"{word}\t{label}\n" for word, label in zip("abc", labels.split(), strict=True))
    assert [(start, end) for start, end, _ in written(tmp_path, lines)[0].entities] == spans


def test_an_entity_of_another_type_begins_at_its_i(tmp_path: Path) -> None:
    assert written(tmp_path, "a\tB-X\nb\tI-Y\n")[0].entities == [(0, 1, "X"), (2, 3, "Y")]


def test_documents_comments_more_columns_and_ends_of_lines_of_windows_are_read(tmp_path: Path) -> None:
    text = "\ufeff-DOCSTART- -X- O O\r\n\r\n# newdoc\r\n# sent_id = 7\r\n# NN B-NP O\r\nLungs NN B-NP B-Anatomy\r\n\r\n"
    assert written(tmp_path, text, "TRAIN.conll") == [Labelled("7", "# Lungs", [(2, 7, "Anatomy")])]


def test_names_of_splits_and_gzip(tmp_path: Path) -> None:
    for name in ("train.tsv.gz", "devel.conll.gz", "test.iob.gz"):
        (tmp_path / name).write_bytes(gzip.compress(b"a\tO\n"))
    (tmp_path / "train_dev.tsv").write_text("not ours")
    assert [(split, held["id"].to_list()) for split, held in read(tmp_path).items()] == [
        ("train", ["train/1"]),
        ("validation", ["validation/1"]),
        ("test", ["test/1"]),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\tO\nb\n", "train.tsv, line 2: 1 column; expected a token"),
        ("a\tO\n\nb\tB\n", "text from line 3: token 1 has no label: expected O, or"),
        ("a\tO-X\n", "token 1 has no label"),
        ("a\tDisease\n", "token 1 has no label"),
        ("# text = b\na\tO\n", "text from line 1: the tokens are not those of its `# text =`"),
        ("# id = 1\na\tO\n\n# id = 1\nb\tO\n", "train, text '1': an id that another text has too"),
    ],
)
def test_a_bad_line_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SourceError, match=told.replace("`", ".")):
        written(tmp_path, text)


def test_files_that_cannot_be_read_are_told_in_one_line(tmp_path: Path) -> None:
    for content in (b"a\tO\n\xff\tO\n", gzip.compress(b"a\tO\n")[:-9]):
        name = "train.tsv" if content[:1] == b"a" else "train.tsv.gz"
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match="not readable as UTF-8"):
            read(tmp_path)
        (tmp_path / name).unlink()


def test_two_files_of_one_split_are_not_chosen_from(tmp_path: Path) -> None:
    for name in ("dev.tsv", "valid.tsv"):
        (tmp_path / name).write_text("a\tO\n")
    with pytest.raises(SourceError, match=r"dev\.tsv and valid\.tsv are both validation"):
        read(tmp_path)


def test_a_quoted_text_of_somebody_else_is_taken_as_it_is(tmp_path: Path) -> None:
    text = '# text = "Clear"\n"\tO\nClear\tO\n"\tO\n'
    assert written(tmp_path, text)[0].text == '"Clear"'


def test_a_corpus_that_breaks_the_rules_is_not_written(tmp_path: Path) -> None:
    for entity, told in [((0, 9, "X"), "outside"), ((0, 4, "X"), "white space"), ((0, 3, "a b"), "type")]:
        with pytest.raises(SourceError, match=told):
            conll.write(tmp_path, {"train": frame([Labelled("1", "Two lungs"[:4], [entity])])})
    with pytest.raises(SourceError, match="overlap"):
        conll.write(tmp_path, {"train": frame([Labelled("1", "Two", [(0, 2, "X"), (1, 3, "X")])])})
    with pytest.raises(SourceError, match="split 'dev'"):
        conll.write(tmp_path, {"dev": frame([])})


@pytest.mark.real
@pytest.mark.parametrize(
    "corpus", ["ner_bc5cdr/data/BC5CDR-IOB", "ner_bc5cdr/data/AnatEM-IOB", "ner_ncbi_disease/conll"]
)
def test_counts_of_published_corpora(samples: Path, corpus: str, tmp_path: Path) -> None:
    found = read(samples / "ner" / corpus)
    for split, name in {"train": "train", "validation": "devel", "test": "test"}.items():
        path = next((samples / "ner" / corpus).glob(f"{name}.tsv*"))
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        begun = Counter(line.split("\tB-")[1] for line in text.split("\n") if "\tB-" in line)
        types = found[split].explode("entities", empty_as_null=False).unnest("entities")["type"]
        assert (found[split].height, Counter(types.to_list())) == (text.count("\n\n"), begun)
    conll.write(tmp_path, found)
    assert same(conll.read(tmp_path), found)
