"""DocBin and BRAT: what spaCy and BRAT see in our files, and files that are not ours."""

from pathlib import Path

import pytest

from builders.ner_formats.corpus import read, write
from builders.ner_formats.frames import Labelled, frame, rows
from schemas.errors import SourceError


def test_entities_within_words_lie_on_tokens_of_spacy(tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    row = Labelled("1", "  hydropneumothorax\t\nx ", [(2, 7, "Disease"), (7, 19, "Disease")])
    write("docbin", {"train": frame([row])}, tmp_path)
    doc = next(iter(DocBin().from_disk(tmp_path / "train.spacy").get_docs(spacy.blank("en").vocab)))
    assert (doc.text, [span.text for span in doc.ents]) == (row.text, ["hydro", "pneumothorax"])


def test_what_is_no_docbin_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "dev.spacy").write_bytes(b"no docbin")
    with pytest.raises(SourceError, match=r"dev\.spacy: not a DocBin of spaCy 3"):
        read(tmp_path)


def annotated(folder: Path, text: str, lines: str) -> list[Labelled]:
    (folder / "test").mkdir()
    (folder / "test/note.txt").write_bytes(text.encode())
    (folder / "test/note.ann").write_bytes(lines.encode())
    return list(rows(read(folder)["test"]))


def test_offsets_of_brat_count_code_points_and_lines_end_in_pieces(tmp_path: Path) -> None:
    row = Labelled("a/b", "🫁 left\r\nlung", [(2, 12, "Anatomy")])
    write("brat", {"train": frame([row])}, tmp_path)
    assert (tmp_path / "train/000001_a%2Fb.ann").read_text() == "T1\tAnatomy 2 6;8 12\tleft lung\n"
    assert (tmp_path / "train/annotation.conf").read_text().splitlines()[:2] == ["[entities]", "Anatomy"]


def test_what_is_not_flat_and_continuous_is_left_out_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "T1\tX 0 4;9 13\tleft lung\nT2\tX 0 13\tleft and lung\nT3\tX 0 4\tleft\nR1\tof Arg1:T1 Arg2:T2\n"
    assert annotated(tmp_path, "left and lung", lines) == [Labelled("note", "left and lung", [(0, 13, "X")])]
    assert "1 discontinuous, 1 overlapping" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "told"),
    [("T1\tX 0 4\tlung\n", "line 1: other words stand at its offsets"), ("\nT1 X 0 4\n", "line 2: expected T1, type")],
)
def test_annotations_that_do_not_fit_their_text_are_told(tmp_path: Path, lines: str, told: str) -> None:
    with pytest.raises(SourceError, match=rf"note\.ann, {told}"):
        annotated(tmp_path, "left lung", lines)


def test_an_id_too_long_for_a_file_name_leaves_nothing_behind(tmp_path: Path) -> None:
    from schemas.errors import UsageError

    with pytest.raises(UsageError, match="too long for a file name"):
        write("brat", {"train": frame([Labelled("x" * 300, "a", [])])}, tmp_path)
    assert list(tmp_path.iterdir()) == []
