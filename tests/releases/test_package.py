"""A release holds what may leave and says what stayed; what it refuses it refuses in one line."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from builders.api import build
from releases.sums import read_sums
from schemas.errors import CheckFailedError, MedmillError, UsageError
from schemas.release import read_release
from tests.releases.conftest import Releasing


def files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def values(folder: Path) -> set[str]:
    """Every string in every Parquet file, whatever it is nested in, and all text files."""
    found = set()
    for path in files(folder):
        if path.suffix == ".parquet":
            found |= {str(value) for row in pl.read_parquet(path).iter_rows() for value in row}
        else:
            found.add(path.read_text(encoding="utf-8"))
    return found


def test_no_sentence_of_a_closed_source_leaves(mimic: Path, released: Path) -> None:
    corpus = pl.read_parquet(mimic / "corpus" / "*.parquet")
    sentences = [part.strip() for text in corpus["text"] for part in text.split(".") if len(part.split()) > 4]
    everything = "\n".join(values(released))
    assert len(sentences) > 100
    assert not [sentence for sentence in sentences if sentence in everything]


def test_text_gives_way_to_a_hash_that_a_dictionary_does_not_find(mimic: Path, released: Path) -> None:
    built = pl.read_parquet(mimic / "entities" / "*.parquet")
    left = pl.read_parquet(released / "entities" / "*.parquet")
    assert "text" not in left.columns and left.height == built.height
    spans = built.select("text", hash=left["text_hash"])
    plain = {sha256(text.encode()).hexdigest()[:32] for text in built["text"]}
    assert not plain & set(left["text_hash"])
    again = spans.group_by("text").agg(pl.col("hash").n_unique(), pl.len()).filter(pl.col("len") > 5)
    assert again.height > 5 and (again["hash"] > 1).all(), "one phrase in two reports has two hashes"
    corpus = pl.read_parquet(mimic / "corpus" / "*.parquet")
    everything = "\n".join(values(released))
    assert not [key for key in (*corpus["report_key"], *corpus["dup_group"]) if key in everything]


def test_groups_of_equal_texts_are_kept_without_their_hash(mimic: Path, released: Path) -> None:
    before = pl.read_parquet(mimic / "corpus" / "*.parquet").select("id", "dup_group")
    after = pl.read_parquet(released / "corpus" / "*.parquet").select("id", left="dup_group")
    pairs = before.join(after, on="id")
    assert pairs["dup_group"].n_unique() == pairs.select("dup_group", "left").n_unique() == pairs["left"].n_unique()


def test_what_derives_from_mimic_is_made_for_physionet(released: Path) -> None:
    made = read_release(released)
    assert (made.name, made.target, made.gated) == ("MIMIC-CXR-Ext-IR", "physionet", True)
    assert "physionet-credentialed-health-data-license-1.5.0" in (released / "LICENSE.txt").read_text()
    assert {(c.table, c.column, c.treatment) for c in made.treated} == {
        ("corpus", "text", "referenced"),
        ("corpus", "report_key", "withheld"),
        ("corpus", "dup_group", "numbered"),
        ("entities", "text", "referenced"),
    }


def test_publishing_elsewhere_needs_a_word_that_is_recorded(mimic: Path, tmp_path: Path, releasing: Releasing) -> None:
    with pytest.raises(UsageError, match=r"derives from mimic-cxr, to be shared on PhysioNet only.*--confirm"):
        releasing(mimic, tmp_path / "no", target="hub")
    assert not (tmp_path / "no").exists()
    made = releasing(mimic, tmp_path / "yes", target="hub", confirm="our board agreed, letter 17")
    assert made.confirmed == "our board agreed, letter 17" and made.gated
    assert "our board agreed, letter 17" in (tmp_path / "yes" / "README.md").read_text()
    corpus = pl.read_parquet(tmp_path / "yes" / "corpus" / "*.parquet")
    assert not {"patient", "date"} & set(corpus.columns), "off PhysioNet nothing may help to identify"


def test_releasing_twice_gives_the_same_bytes(
    mimic: Path, released: Path, tmp_path: Path, releasing: Releasing
) -> None:
    releasing(mimic, tmp_path / "again")
    assert read_sums(tmp_path / "again") == read_sums(released)
    one, other = ({p.relative_to(f): p.read_bytes() for p in files(f)} for f in (released, tmp_path / "again"))
    assert one == other
    assert not [p for p in one if str(tmp_path.parent).encode() in one[p]], "no path of this machine"


def test_a_release_that_is_there_is_left_alone(mimic: Path, tmp_path: Path, releasing: Releasing) -> None:
    releasing(mimic, tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in files(tmp_path / "out")}
    releasing(mimic, tmp_path / "out")
    assert {path: path.stat().st_mtime_ns for path in files(tmp_path / "out")} == before
    with pytest.raises(MedmillError, match=r"holds MIMIC-CXR-Ext-IR 1\.0\.0 of another build or target"):
        releasing(mimic, tmp_path / "out", version="1.0.1")


def test_a_part_of_the_source_is_refused_unless_the_card_may_say_so(tmp_path: Path, releasing: Releasing) -> None:
    build("mimic-ir", sources={"synthetic": "60"}, out=tmp_path / "part", workers=0, limit=20)
    with pytest.raises(MedmillError, match=r"only the first 20 records were built.*--allow-partial"):
        releasing(tmp_path / "part", tmp_path / "out")
    releasing(tmp_path / "part", tmp_path / "out", allow_partial=True)
    assert "only the first 20 records" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda report: report.unlink(), "no quality report"),
        (lambda report: edit(report, manifest_sha256="0" * 64), "of another build"),
        (lambda report: edit(report, verdict="fail"), "checks failed"),
    ],
)
def test_what_was_not_found_good_is_refused_unless_the_card_may_say_so(
    damage, says: str, open_build: Path, tmp_path: Path, releasing: Releasing
) -> None:
    from shutil import copytree

    copytree(open_build, tmp_path / "build")
    damage(tmp_path / "build" / "qc" / "report.json")
    with pytest.raises(CheckFailedError, match=says):
        releasing(tmp_path / "build", tmp_path / "out", allow_failed_qc=False)
    releasing(tmp_path / "build", tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "Nobody has checked this build" in card or "Released although checks failed" in card


def edit(path: Path, **fields: str) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "1.0.0-beta", ""])
def test_a_version_is_three_numbers(version: str, open_build: Path, tmp_path: Path, releasing: Releasing) -> None:
    with pytest.raises(UsageError, match="three numbers"):
        releasing(open_build, tmp_path / "out", version=version)


def test_a_folder_of_somebody_else_is_left_alone(open_build: Path, tmp_path: Path, releasing: Releasing) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(MedmillError, match="holds files that are not of a release"):
        releasing(open_build, tmp_path)
    assert (tmp_path / "thesis.doc").read_text() == "mine"


def test_ids_of_a_hospital_stay_unless_its_terms_say_otherwise(tmp_path: Path, releasing: Releasing) -> None:
    rows = pl.DataFrame(
        {"id": [f"H{i}" for i in range(30)], "text": [f"Nodule of {i} mm in the left lung." for i in range(30)]}
    )
    rows.write_csv(tmp_path / "ours.csv")
    build("mimic-ir", sources={"reports-table": str(tmp_path / "ours.csv")}, out=tmp_path / "build", workers=0)
    with pytest.raises(MedmillError, match=r"no table .* --set SOURCE\.ids_may_leave=true"):
        releasing(tmp_path / "build", tmp_path / "out")
    settings = {"reports-table.ids_may_leave": "true"}
    sources = {"reports-table": str(tmp_path / "ours.csv")}
    build("mimic-ir", sources=sources, out=tmp_path / "build2", workers=0, settings=settings)
    made = releasing(tmp_path / "build2", tmp_path / "out")
    assert "corpus" in {config.name for config in made.configs}
