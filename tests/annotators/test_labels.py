"""Label sets: published names, policies, and what overrides what; on entities of our own making."""

from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.labels import LABEL_SETS, label_set, project
from schemas.errors import UsageError
from schemas.words import ASSERTIONS, CERTAINTIES, STATES

ROOT = Path(__file__).resolve().parents[2]
CHEXPERT = [
    *("No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema"),
    *("Consolidation", "Pneumonia", "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture"),
    "Support Devices",
]


def entity(canonical: str, assertion: str = "present", **more: Any) -> dict[str, Any]:
    plain = {"report": "a", "anatomy": [], "flags": [], "certainty": "certain"}
    return {**plain, "canonical": canonical, "assertion": assertion, **more}


def frame(*entities: dict[str, Any]) -> pl.DataFrame:
    texts = ("report", "canonical", "assertion", "certainty")
    lists = ("anatomy", "flags")
    schema = {**dict.fromkeys(texts, pl.String), **dict.fromkeys(lists, pl.List(pl.String))}
    return pl.DataFrame(list(entities), schema=schema)


def one(label: str, *entities: dict[str, Any], name: str = "openi13") -> tuple[int, str]:
    row = project(frame(*entities), ["a"], name).row(0, named=True)
    return row[label], row[f"{label}_state"]


@pytest.mark.real
def test_names_are_the_published_ones(samples: Path) -> None:
    openi = pl.read_csv(samples / "openi" / "labels_dev.csv", n_rows=1).columns
    ct = pl.read_csv(samples / "ct_rate" / "labelled_reports_train.csv.gz", n_rows=1).columns
    assert list(label_set("openi13").labels) == [name for name in openi if name not in ("filename", "normal")]
    assert list(label_set("ctrate18").labels) == [n for n in ct if n not in ("AccessionNo", "report_text")]


def test_chexpert_has_its_names_in_order() -> None:
    assert list(label_set("chexpert14").labels) == CHEXPERT


@pytest.mark.parametrize("name", LABEL_SETS)
def test_every_term_is_one_of_the_lexicon(name: str) -> None:
    known: set[str] = set()
    for path in (ROOT / "annotators" / "lexicon").glob("*.tsv"):
        rows = pl.read_csv(path, separator="\t", quote_char=None, infer_schema=False)
        known.update(rows["canonical"].drop_nulls() if "canonical" in rows.columns else ())
    assert set(label_set(name).terms["canonical"]) <= known


def test_an_unknown_set_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="openi13"):
        label_set("openi14")


def test_a_finding_is_1_a_denied_one_is_0_and_another_is_not_mentioned() -> None:
    assert one("Effusion", entity("pleural effusion")) == (1, "present")
    assert one("Effusion", entity("pleural effusion", "absent")) == (0, "absent")
    assert one("Effusion", entity("pleural effusion", "resolved")) == (0, "absent")
    assert one("Effusion", entity("pneumothorax")) == (0, "not_mentioned")


@pytest.mark.parametrize("assertion", ["hypothetical", "not_assessed"])
def test_what_is_only_looked_for_is_not_mentioned(assertion: str) -> None:
    assert one("Pneumonia", entity("pneumonia", assertion)) == (0, "not_mentioned")


def test_present_overrides_absent_in_any_order() -> None:
    both = [entity("pneumothorax", "absent"), entity("pneumothorax")]
    assert one("Pneumothorax", *both) == one("Pneumothorax", *both[::-1]) == (1, "present")


def test_uncertain_is_uncertain_whatever_the_policy_makes_of_it() -> None:
    for label, canonical in (("Pneumonia", "pneumonia"), ("Atelectasis", "atelectasis")):
        assert one(label, entity(canonical, "uncertain", certainty="possible"))[1] == "uncertain"


def test_a_borderline_heart_is_no_cardiomegaly_but_uncertain() -> None:
    assert one("Cardiomegaly", entity("cardiomegaly", "uncertain", flags=["borderline"]))[1] == "uncertain"


def test_no_finding_holds_where_nothing_else_does() -> None:
    clear = entity("pneumothorax", "absent")
    assert one("No Finding", clear, name="chexpert14") == (1, "present")
    assert one("No Finding", clear, entity("pneumonia", "uncertain"), name="chexpert14") == (0, "absent")
    assert one("No Finding", name="chexpert14") == (0, "not_mentioned")


def test_a_device_alone_leaves_no_finding() -> None:
    assert one("No Finding", entity("endotracheal tube"), name="chexpert14") == (1, "present")


def test_order_and_repetition_of_reports_are_kept() -> None:
    made = project(frame(entity("pneumothorax", report="b")), ["c", "b", "a", "b"], "openi13")
    assert made["report"].to_list() == ["c", "b", "a", "b"]
    assert made["Pneumothorax"].to_list() == [0, 1, 0, 1]


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from(LABEL_SETS))
def test_values_agree_with_states(data: st.DataObject, name: str) -> None:
    terms = st.sampled_from(label_set(name).terms["canonical"].unique().sort().to_list())
    made = st.builds(entity, terms, st.sampled_from(ASSERTIONS), certainty=st.sampled_from(CERTAINTIES))
    rows = data.draw(st.lists(st.tuples(made, st.sampled_from("abc")), max_size=6))
    wide = project(frame(*({**row, "report": report} for row, report in rows)), ["a", "b", "c"], name)
    for label, row in product(label_set(name).labels, wide.iter_rows(named=True)):
        state = row[f"{label}_state"]
        assert state in STATES
        assert row[label] == {"present": 1, "absent": 0, "not_mentioned": 0}.get(state, row[label])
