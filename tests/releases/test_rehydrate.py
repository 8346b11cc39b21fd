"""Text comes back from a copy of the source, to the last character; another copy is found out."""

from pathlib import Path
from shutil import copytree

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.commands.rehydrate import rehydrate
from schemas.errors import MedmillError
from schemas.references import hashes, passages, report_keys, sections


def back(release: Path, tree: Path, out: Path) -> int:
    return rehydrate(release, source=(f"mimic-cxr={tree}",), out=out, quiet=True)


@pytest.mark.parametrize("table", ["corpus", "entities"])
def test_every_text_comes_back(table: str, mimic: Path, released: Path, tree: Path, tmp_path: Path) -> None:
    assert back(released, tree, tmp_path / "out") == 0
    built, there = (pl.read_parquet(folder / table / "*.parquet") for folder in (mimic, tmp_path / "out"))
    key = ["id"] if table == "corpus" else ["report", "section", "section_index", "start", "end", "canonical"]
    assert there.sort(key)["text"].equals(built.sort(key)["text"])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"corpus", "entities"}


def test_a_copy_with_one_other_word_is_found_out(
    released: Path, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import zipfile

    copytree(tree, tmp_path / "copy")
    archive = tmp_path / "copy" / "mimic-cxr-reports.zip"
    with zipfile.ZipFile(archive) as old:
        content = {name: old.read(name) for name in old.namelist()}
    corpus = pl.read_parquet(released / "corpus" / "*.parquet").sort("id")
    changed = next(name for name in content if corpus["id"][0] in name)
    content[changed] = content[changed].rstrip() + b" Addendum.\n"
    with zipfile.ZipFile(archive, "w") as new:
        for name, text in content.items():
            new.writestr(name, text)
    code = rehydrate(released, source=(f"mimic-cxr={tmp_path / 'copy'}",), out=tmp_path / "out")
    said = capsys.readouterr().err
    assert code == 3 and "another text" in said and corpus["id"][0] in said
    assert corpus.height - 1 == pl.read_parquet(tmp_path / "out" / "corpus" / "*.parquet").height


def test_reports_that_the_copy_lacks_are_counted(released: Path, tmp_path: Path) -> None:
    from builders.sources.grammar.tree import write_tree

    write_tree(tmp_path / "small", 20)
    assert back(released, tmp_path / "small", tmp_path / "out") == 3


def test_a_release_that_kept_its_text_needs_none(open_release: Path, tree: Path, tmp_path: Path) -> None:
    with pytest.raises(MedmillError, match="no text was taken out"):
        back(open_release, tree, tmp_path / "out")


def test_a_folder_with_files_is_left_alone(released: Path, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(MedmillError, match="not empty"):
        back(released, tree, tmp_path)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8), st.text(min_size=1, max_size=30))
def test_a_hash_needs_the_whole_report(texts: list[str], span: str) -> None:
    keys = report_keys(pl.Series(texts))
    made = hashes(pl.Series([span] * len(texts)), hashes(pl.Series(texts), keys))
    assert made.n_unique() == len(set(texts)), "another section, another hash"
    assert made.equals(hashes(pl.Series([span] * len(texts)), hashes(pl.Series(texts), keys)))


def test_sections_of_reports_are_named_as_passages_of_the_corpus(mimic: Path, tree: Path) -> None:
    from builders.reading import reports_of
    from builders.sources.mimic_cxr import MimicCxr

    reports = pl.concat(kept.frame for kept in reports_of(MimicCxr(location=str(tree))))
    own = passages(pl.read_parquet(mimic / "corpus" / "*.parquet"))
    both = own.join(sections(reports), on=["report", "section", "section_index"], suffix="_source")
    assert both.height == own.height and (both["text"] == both["text_source"]).all()
