from itertools import count

import polars as pl
import pytest

from builders.stages.roll_up import RollUp
from schemas.anatomy import WHOLE_REPORT
from schemas.radiology import Entity
from schemas.retrieval import Study, StudyFinding


def report(*said: tuple[str, str, list[str]], laterality: str | None = None) -> pl.DataFrame:
    """Entities of one report, in order: (canonical, type, anatomy)."""
    place = count(0, 10)
    rows = [
        {
            **dict.fromkeys(Entity.column_names()),
            **{"report": "s1", "section": "findings", "section_index": 0, "start": (start := next(place))},
            **{"end": start + 5, "canonical": term, "sentence": 0, "file_start": start, "file_end": start + 5},
            **{"text": term.upper(), "type": kind, "assertion": "absent" if kind.startswith("Non-") else "present"},
            **{"certainty": "certain", "laterality": laterality, "anatomy": nodes, "measurements": [], "flags": []},
        }
        for term, kind, nodes in said
    ]
    return pl.DataFrame(rows, {name: column.dtype for name, column in Entity.columns().items()})


def rolled(entities: pl.DataFrame, **settings: object) -> dict[str, list[tuple[str, str, str]]]:
    """(term, type, via) per structure."""
    nothing = {name: pl.Series([None], dtype=column.dtype) for name, column in Study.columns().items()}
    corpus = pl.DataFrame(nothing).with_columns(id=pl.lit("s1"), split=pl.lit("train", Study.split.dtype))
    rows = RollUp(**settings)(corpus, entities)  # pyright: ignore[reportArgumentType]
    StudyFinding.validate(rows)
    return {row["anatomy"]: [(e["term"], e["type"], e["via"]) for e in row["entities"]] for row in rows.to_dicts()}


def test_a_present_finding_counts_for_everything_that_holds_it() -> None:
    found = rolled(report(("nodule", "Abnormality", ["right lower lobe"])))
    assert found["right lower lobe"] == [("nodule", "Abnormality", "explicit")]
    for node in ("right lung", "lungs", "thorax", "thoracic structures"):
        assert found[node] == [("nodule", "Abnormality", "rolled_up")]
    assert "left lung" not in found and "right upper lobe" not in found


def test_an_absent_finding_counts_for_the_parts_and_not_for_the_whole() -> None:
    found = rolled(report(("nodule", "Non-Abnormality", ["right lung"])))
    assert found["right lung"] == [("nodule", "Non-Abnormality", "explicit")]
    assert found["right lower lobe"] == [("nodule", "Non-Abnormality", "inherited")]
    assert "lungs" not in found and "left lung" not in found


def test_an_absent_finding_rises_where_both_sides_are_free_of_it() -> None:
    found = rolled(
        report(("effusion", "Non-Abnormality", ["left pleura"]), ("effusion", "Non-Abnormality", ["right pleura"]))
    )
    assert found["pleura"] == [("effusion", "Non-Abnormality", "rolled_up")]
    assert "thorax" not in found


def test_lobes_free_of_a_finding_make_a_lung_free_of_it_and_two_lungs_both() -> None:
    lobes = ["right upper lobe", "right middle lobe", "right lower lobe", "left upper lobe", "left lower lobe"]
    found = rolled(report(*(("mass", "Non-Abnormality", [lobe]) for lobe in lobes)))
    assert ("mass", "Non-Abnormality", "rolled_up") in found["right lung"]
    assert found["lungs"] == [("mass", "Non-Abnormality", "rolled_up")]
    found = rolled(report(*(("mass", "Non-Abnormality", [lobe]) for lobe in lobes[:-1])))
    assert "left lung" not in found and "lungs" not in found


def test_where_a_finding_is_present_it_is_not_absent_too() -> None:
    """ "No effusion on the right, small one on the left", and then "no other effusion"."""
    found = rolled(
        report(
            ("effusion", "Abnormality", ["left pleura"]), ("effusion", "Non-Abnormality", ["right pleura", "pleura"])
        )
    )
    assert found["pleura"] == [("effusion", "Abnormality", "rolled_up")]
    assert found["left pleura"] == [("effusion", "Abnormality", "explicit")]
    assert ("effusion", "Non-Abnormality", "explicit") in found["right pleura"]


def test_published_lets_everything_rise_and_nothing_sink() -> None:
    found = rolled(report(("nodule", "Non-Abnormality", ["right lung"])), rollup="published")
    assert found["lungs"] == [("nodule", "Non-Abnormality", "rolled_up")]
    assert "right lower lobe" not in found


def test_the_whole_report_holds_everything_in_order_and_what_has_no_place() -> None:
    entities = report(
        ("edema", "Abnormality", []), ("clear", "Non-Abnormality", ["lungs"]), ("edema", "Abnormality", [])
    )
    edema, clear = ("edema", "Abnormality", "explicit"), ("clear", "Non-Abnormality", "explicit")
    assert rolled(entities)[WHOLE_REPORT] == [edema, clear, edema]
    assert rolled(entities, repeats=False)[WHOLE_REPORT] == [edema, clear]


def test_anatomy_and_surface_enter_by_setting_and_history_never() -> None:
    entities = report(("lungs", "Anatomy", ["lungs"]), ("nodule", "Abnormality", ["lungs"]))
    assert rolled(entities)["lungs"] == [("nodule", "Abnormality", "explicit")]
    assert rolled(entities, anatomy_entities=True)["lungs"][0] == ("lungs", "Anatomy", "explicit")
    history = entities.with_columns(assertion=pl.lit("historical", Entity.assertion.dtype))
    assert rolled(history) == {}


def test_structures_of_the_other_vocabulary_have_no_rows() -> None:
    entities = report(("fracture", "Abnormality", ["left rib 4"]))
    assert "left rib 4" not in rolled(entities) and "ribs" in rolled(entities)
    assert "left rib 4" in rolled(entities, anatomies="ct")


@pytest.mark.real
def test_real_reports_hardly_contradict_themselves(samples) -> None:
    from annotators.rules import Findings
    from builders.sources.openi import Openi
    from builders.stages.corpus import Corpus
    from schemas.references import passages

    source = Openi(str(samples / "openi"))
    shard = source.shards("reports")[0]
    made = source.read("reports", shard.name)
    corpus = Corpus("both")(made if isinstance(made, pl.DataFrame) else made.frame).frame
    rows = RollUp()(corpus, Findings().annotate(passages(corpus))).filter(pl.col("anatomy") != WHOLE_REPORT)
    said = (
        rows.explode("entities")
        .unnest("entities")
        .with_columns(absent=pl.col("type").cast(pl.String).str.head(3) == "Non")
    )
    both = said.group_by("study", "anatomy", "term").agg(pl.col("absent").n_unique()).filter(pl.col("absent") == 2)
    assert both["study"].n_unique() <= 0.002 * corpus.height
