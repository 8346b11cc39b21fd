"""`ctrate-ir`: scans are ranked, whatever reconstructions they have, and RadIR's loaders find what they look for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest

from builders.api import build
from builders.base import Shard, Source
from builders.exports.radir import radir
from builders.recipes.ctrate_ir import Options
from builders.retrieval import retrieval
from builders.run import Orders, make
from qc.run import run
from schemas import anatomy
from schemas.radiology import Report
from schemas.terms import OPEN, Terms
from schemas.volumes import Volume

SAID = (
    "There is a {size} mm nodule in the right upper lobe.",
    "Consolidation is seen in the left lower lobe.",
    "Heart size is normal. Calcific plaques are observed in the aorta.",
    "Bilateral pleural effusion is observed.",
    "The liver is enlarged. No pleural effusion was detected.",
)


@dataclass(frozen=True)
class Scans(Source):
    """40 scans of 25 patients with one to three reconstructions; one scan has a volume and no report."""

    location: str

    name: ClassVar[str] = "scans"
    terms: ClassVar[Terms] = OPEN
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "volumes": Volume}

    def shards(self, table: str) -> list[Shard]:
        return [Shard("all", "1")]

    def read(self, table: str, shard: str) -> pl.DataFrame:
        return _reports() if table == "reports" else _volumes()


def _scan(number: int) -> str:
    return f"{_split(number)}_{number // 2 if number < 30 else number}_{'ab'[number % 2]}"


def _split(number: int) -> str:
    return "train" if number < 30 else "valid"


def _reports() -> pl.DataFrame:
    rows = []
    for number in range(40):
        text = f"Scan of day {number}. " + " ".join(
            SAID[(number + step) % len(SAID)].format(size=3 + number) for step in range(1 + number % 3)
        )
        rows.append(
            {
                "id": _scan(number),
                "patient": _scan(number).rpartition("_")[0],
                "split": "train" if _split(number) == "train" else "validation",
                "text": text,
                "sections": [{"name": "findings", "start": 0, "text": text}],
            }
        )
    return pl.DataFrame(rows, {name: column.dtype for name, column in Report.columns().items()})


def _volumes() -> pl.DataFrame:
    rows = []
    for number in [*range(40), 99]:
        for reconstruction in range(1, 2 + number % 3):
            id = f"{_scan(number)}_{reconstruction}"
            rows.append(
                {
                    "id": id,
                    "study": _scan(number),
                    "split": "train",
                    "reconstruction": reconstruction,
                    "path": f"dataset/{id}.nii.gz",
                    "kernel": f"B{reconstruction}0f",
                    "chosen": reconstruction == 1 + number % 3,
                }
            )
    return pl.DataFrame(rows, {name: column.dtype for name, column in Volume.columns().items()})


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ctrate-ir")
    recipe = retrieval("ctrate-ir", {"scans": Scans(location="")}, Options(matrix=True, top_k=10))
    make(recipe, folder / "build", Orders(workers=0))
    radir(folder / "build", out=folder / "radir")
    return folder


def table(made, name: str) -> pl.DataFrame:
    return pl.read_parquet(made / "build" / name / "*.parquet")


def test_the_48_anatomies_are_those_of_radir_with_their_counts():
    published = anatomy.radir_ct()
    assert len(published) == len(anatomy.vocabulary("radir-ct")) == 48
    assert published["lung"] == 23_741 and published["thyroid gland"] == 300
    assert sum(published.values()) == 316_726
    assert anatomy.vocabulary("radir-ct")["lungs"] == "lung"
    assert set(anatomy.vocabulary("radir-ct")) <= set(anatomy.vocabulary("ct"))


def test_only_those_anatomies_are_ranked(made):
    ranked = set(table(made, "rankings")["anatomy"])
    assert {"lungs", "right upper lobe", "liver", anatomy.WHOLE_REPORT} <= ranked
    assert ranked <= {*anatomy.vocabulary("radir-ct"), anatomy.WHOLE_REPORT}


def test_all_reconstructions_are_listed_and_the_chosen_one_stands_for_its_scan(made):
    volumes = table(made, "volumes")
    assert volumes.height == sum(1 + number % 3 for number in range(40))
    standing = volumes.filter("stands_for_study")
    assert standing["study"].is_unique().all() and standing.height == 40
    assert (standing["reconstruction"] == volumes.group_by("study").len().sort("study")["len"].max()).any()
    assert standing.filter(pl.col("study") == _scan(2))["reconstruction"].to_list() == [3]


def test_a_volume_takes_the_split_of_its_report(made):
    splits = table(made, "volumes").join(table(made, "corpus").select(study="id", of="split"), on="study")
    assert (splits["split"] == splits["of"]).all()


def test_a_volume_without_a_report_is_rejected(made):
    rejected = pl.read_parquet(made / "build/rejected/volumes/*.parquet")
    assert set(rejected["reason"]) == {"study_not_in_corpus"} and rejected["id"].to_list() == [f"{_scan(99)}_1"]


def test_neither_a_scan_nor_its_patient_is_a_candidate(made):
    pairs = table(made, "rankings").select("query", "candidate")
    assert pairs.height
    assert set(pairs["candidate"]) <= {_scan(number) for number in range(40)}
    patient = [pl.col(name).str.replace(r"_[ab]$", "") for name in ("query", "candidate")]
    assert not pairs.filter(patient[0] == patient[1]).height


def test_the_checks_pass(made):
    report = run(made / "build")
    failed = [check for check in report.checks if check.verdict == "fail"]
    assert not failed
    assert {"images", "rankings_candidates", "references"} <= {check.name for check in report.checks}


def test_two_volumes_that_stand_for_one_scan_fail(made, tmp_path):
    from shutil import copytree

    copytree(made / "build", tmp_path / "build")
    for path in (tmp_path / "build/volumes").glob("*.parquet"):
        pl.read_parquet(path).with_columns(stands_for_study=True).write_parquet(path)
    outcome = {check.name: check for check in run(tmp_path / "build").checks}["images"]
    assert outcome.verdict == "fail" and _scan(2) in outcome.cases


def test_the_export_has_the_folders_and_names_of_the_published_one(made):
    home = made / "radir/dataset/CT_RATE"
    assert {path.name for path in home.iterdir()} == {"train.jsonl", "train.npy", "test.jsonl", "test.npy", "anatomy"}
    kinds = {"train_entity", "val_entity", "train_ratescore", "val_ratescore"}
    assert {path.name for path in (home / "anatomy").iterdir()} == kinds
    names = {path.stem for path in (home / "anatomy").rglob("*.npy")}
    assert {"lung", "right lung upper lobe", "heart"} <= names <= set(anatomy.radir_ct())


def test_lines_name_the_volume_that_stands_for_the_scan(made):
    lines = [json.loads(line) for line in (made / "radir/dataset/CT_RATE/test.jsonl").read_text().splitlines()]
    standing = dict(table(made, "volumes").filter("stands_for_study").select("study", "path").iter_rows())
    assert len(lines) == 10
    assert all(line["img_path"] == standing[line["name"]] and line["text"] for line in lines)


def test_published_invariants_of_the_matrices(made):
    """Rows belong to lines, scores are hundredths, symmetric, a self scores 100, and a part's scans are its whole's."""
    home = made / "radir/dataset/CT_RATE/anatomy"
    for path in sorted(home.glob("*_ratescore/*.npy")):
        scores = np.load(path)
        listed = pl.read_csv(
            path.parent.with_name(path.parent.name.replace("ratescore", "entity")) / f"{path.stem}.csv"
        )
        assert listed.columns[0] == "File Path" and listed["File Path"].str.ends_with(".nii.gz").all()
        assert scores.dtype == np.uint8 and scores.shape == (listed.height,) * 2 and scores.max() == 100
        assert (scores == scores.T).all() and (np.diag(scores) == 100).all()
    present = table(made, "findings").filter(pl.col("polarity") != "normal")
    scans = {name: set(rows["study"]) for (name,), rows in present.group_by(["anatomy"])}
    for part in scans:
        for whole in scans.keys() & (anatomy.ancestors(part) if part != anatomy.WHOLE_REPORT else set()):
            assert scans[part] <= scans[whole], (part, whole)


def test_published_counts_have_a_file_of_the_same_shape(made):
    counts = json.loads((made / "radir/dataset_distribution/CT_RATE_anatomy_distribution.json").read_text())
    lines = pl.read_csv(made / "radir/dataset/CT_RATE/anatomy/train_entity/lung.csv").height
    assert counts["lung"] == {"nums": lines}


def test_two_held_out_splits_keep_their_own_names(tmp_path):
    sources = {"reports-table": str(tmp_path / "r.csv")}
    texts = [f"Scan {n}. {SAID[n % len(SAID)].format(size=n)}" for n in range(30)]
    split = [("train", "validation", "test")[n % 3] for n in range(30)]
    pl.DataFrame({"id": [f"s{n}" for n in range(30)], "text": texts, "split": split}).write_csv(tmp_path / "r.csv")
    settings = {"matrix": "true", "reports-table.text": "findings=text", "reports-table.split": "split"}
    build("ctrate-ir", sources=sources, out=tmp_path / "build", settings=settings, workers=0)
    radir(tmp_path / "build", out=tmp_path / "radir")
    home = tmp_path / "radir/dataset/CT_RATE"
    assert {path.stem for path in home.glob("*.npy")} == {"train", "val", "test"}
    assert (home / "anatomy/val_ratescore/lung.npy").exists() and (home / "anatomy/test_ratescore/lung.npy").exists()


def test_a_copy_of_ct_rate_gives_the_volume_that_the_setting_takes(tmp_path):
    """The thinnest reconstruction stands for its scan where the source is asked for it; all are listed."""
    pytest.importorskip("nibabel", reason="needs the extra volumes")
    from tests.builders.sources.ct_rate_copies import volume_path, write_metadata, write_reports, write_volume

    spelling, copy = "dataset/{split}/{patient}/{tight}", tmp_path / "ct-rate"
    names = [f"{split}_{number}_a" for split in ("train", "valid") for number in range(1, 9)]
    texts = [SAID[n % len(SAID)].format(size=3 + n) for n in range(len(names))]
    for split, table in (("train", "train"), ("valid", "validation")):
        rows = [(f"{name}_1.nii.gz", "", "", text, "") for name, text in zip(names, texts, strict=True)]
        write_reports(
            copy / f"dataset/radiology_text_reports/{table}_reports.csv", [r for r in rows if r[0].startswith(split)]
        )
    volumes = [f"{name}_{reconstruction}" for name in names for reconstruction in (1, 2)]
    for name in volumes:
        write_volume(copy / volume_path(name, spelling))
    spacing = [(f"{name}.nii.gz", "b", 5.0 if name.endswith("_1") else 1.0, -8192.0) for name in volumes]
    write_metadata(copy / "dataset/metadata/train_metadata.csv", [row for row in spacing if row[0][0] == "t"])
    write_metadata(copy / "dataset/metadata/validation_metadata.csv", [row for row in spacing if row[0][0] == "v"])
    settings = {"ct-rate.reconstruction": "thinnest"}
    build("ctrate-ir", sources={"ct-rate": str(copy)}, out=tmp_path / "out", settings=settings, workers=0)
    listed = pl.read_parquet(tmp_path / "out/volumes/*.parquet")
    assert sorted(listed["id"]) == volumes
    assert listed.filter("stands_for_study")["id"].str.ends_with("_2").all()
    assert set(listed["split"].cast(pl.String)) == {"train", "validation"}
    assert not [check for check in run(tmp_path / "out").checks if check.verdict == "fail"]


@pytest.fixture(scope="module")
def real(samples, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    build("ctrate-ir", sources={"ct-rate": str(samples / "ct_rate")}, out=folder, workers=0)
    return folder


@pytest.mark.real
def test_rankings_of_real_reports_agree_with_labels_of_people_better_than_words_do(real):
    report = run(real)
    assert report.verdict != "fail"
    agreement = next(check for check in report.checks if check.name == "agreement")
    assert agreement.verdict == "pass", "the interval of the difference to TF-IDF lies above 0"
    assert agreement.figures["queries"] > 500
    assert agreement.figures["ndcg_10_rankings"] > 0.55


@pytest.mark.real
def test_scans_per_anatomy_go_with_the_published_counts(real):
    """Of what a report says of the structure or its parts: the published files inherit nothing from the whole."""
    rows = pl.read_parquet(real / "findings" / "*.parquet", columns=["anatomy", "entities"])
    said = rows.filter(pl.col("entities").list.eval(pl.element().struct.field("via") != "inherited").list.any())
    counts = dict(said.group_by("anatomy").len().iter_rows())
    published = anatomy.vocabulary("radir-ct")
    pairs = pl.DataFrame(
        {
            "ours": [counts.get(name, 0) for name in published],
            "theirs": [anatomy.radir_ct()[name] for name in published.values()],
        }
    )
    assert (pairs["ours"] > 0).sum() >= 46
    assert pairs.select(pl.corr("ours", "theirs", method="spearman")).item() > 0.75
