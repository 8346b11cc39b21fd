"""No stage reads what people indexed: `openi-ir` comes out the same with index terms there, blank, or shuffled."""

import random

import polars as pl
import pytest

from builders.api import build

SAID = ["The lungs are clear.", "Left pleural effusion.", "Mild cardiomegaly.", "Nodule in the right upper lobe."]
TERMS = ["normal", "Pleural Effusion/left", "Cardiomegaly/mild", "Nodule/lung/upper lobe/right"]


def write(folder, terms):
    folder.mkdir()
    count = 24
    columns = {
        "uid": [str(number) for number in range(1, count + 1)],
        "indication": ["Cough"] * count,
        "comparison": [None] * count,
        "findings": [f"{SAID[number % 4]} {SAID[number // 4 % 4]}" for number in range(count)],
        "impression": [SAID[number % 4] for number in range(count)],
    }
    if terms is not None:
        columns |= {"MeSH": terms, "Problems": terms[::-1]}
    pl.DataFrame(columns).write_csv(folder / "indiana_reports.csv")
    images = {"uid": columns["uid"], "filename": [f"{uid}_IM-1.dcm.png" for uid in columns["uid"]]}
    pl.DataFrame(images).with_columns(projection=pl.lit("Frontal")).write_csv(folder / "indiana_projections.csv")


def built(tmp_path, name, terms):
    write(tmp_path / name, terms)
    out = tmp_path / f"out-{name}"
    build("openi-ir", sources={"openi": str(tmp_path / name)}, out=out, workers=0)
    tables = sorted(path for path in out.glob("*/*.parquet") if path.parent.name != "rejected")
    return {path.relative_to(out).as_posix(): pl.read_parquet(path) for path in tables}


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    return built(tmp_path_factory.mktemp("without"), "openi", None)


@pytest.mark.parametrize("form", ["there", "blank", "shuffled"])
def test_the_dataset_is_the_same_whatever_the_index_terms(tmp_path, without, form):
    there = [TERMS[number % 4] for number in range(24)]
    terms = {"there": there, "blank": [""] * 24, "shuffled": random.Random(0).sample(there, 24)}[form]
    tables = built(tmp_path, "openi", terms)
    assert tables.keys() == without.keys() and any(name.startswith("rankings/") for name in tables)
    assert all(frame.equals(without[name]) for name, frame in tables.items())
