from pathlib import Path

import polars as pl
import pytest

from builders.stages.finding_sets import FindingSets
from builders.stages.study_keys import StudyKeys
from builders.stages.vocabulary import Vocabulary
from schemas.retrieval import StudyFinding
from schemas.scoring import FindingSet, StudyKey, VocabularyEntry

NODULE = {
    "term": "nodule",
    "type": "Abnormality",
    "via": "rolled_up",
    "laterality": "left",
    "severity": "mild",
    "change": None,
}
CLEAR = {
    "term": "clear",
    "type": "Non-Abnormality",
    "via": "explicit",
    "laterality": None,
    "severity": None,
    "change": None,
}
FREE = {**NODULE, "type": "Non-Abnormality", "via": "inherited"}


def findings(*entities: list[dict[str, str | None]]) -> pl.DataFrame:
    rows = {"study": [f"s{i}" for i in range(len(entities))], "entities": list(entities)}
    frame = pl.DataFrame(rows).with_columns(
        id=pl.col("study") + "/lungs", anatomy=pl.lit("lungs"), split=pl.lit("train"), polarity=pl.lit("mixed")
    )
    return StudyFinding.cast(frame.select(StudyFinding.column_names()))


@pytest.fixture
def made(tmp_path: Path):
    def make(*entities: list[dict[str, str | None]], **settings: object) -> dict[str, dict[str, object]]:
        rows = findings(*entities)
        studies = pl.DataFrame(
            {"id": rows["study"], "patient": None, "dup_group": rows["study"]},
            {"id": pl.String, "patient": pl.String, "dup_group": pl.String},
        )
        tables = {"vocabulary": Vocabulary()(rows), "studies": StudyKeys()(studies)}
        VocabularyEntry.validate(tables["vocabulary"])
        StudyKey.validate(tables["studies"])
        for name, table in tables.items():
            (tmp_path / name).mkdir(exist_ok=True)
            table.write_parquet(tmp_path / name / "all.parquet")
        sets = FindingSets(**settings)(rows, **{name: tmp_path / name for name in tables})  # pyright: ignore[reportArgumentType]
        FindingSet.validate(sets.select(FindingSet.column_names()))
        return {row["id"].split("/")[0]: row for row in sets.to_dicts()}

    return make


def test_what_is_normal_is_scored_only_where_nothing_is_present(made) -> None:
    sizes = lambda sets: {study: len(row["entries"]) for study, row in sets.items()}  # noqa: E731
    rows = ([NODULE, CLEAR], [CLEAR, CLEAR], [FREE])
    assert sizes(made(*rows)) == {"s0": 1, "s1": 2}
    assert sizes(made(*rows, normal="always")) == {"s0": 2, "s1": 2}
    assert sizes(made(*rows, normal="never")) == {"s0": 1}
    assert sizes(made(*rows, via=("inherited",))) == {"s2": 1}


def test_where_nothing_is_scored_there_is_a_row_on_demand(made) -> None:
    sets = made([NODULE], [FREE], empty=True)
    assert [row["entries"] for row in sets.values()] == [[0], []]
    assert (sets["s1"]["set_seed"], sets["s1"]["sides"]) == (0, 0)


def test_the_hash_of_a_set_follows_its_words_and_their_order(made) -> None:
    other = {**NODULE, "term": "mass"}
    sets = made([NODULE, other], [other, NODULE], [NODULE, other], [NODULE])
    seeds = [row["set_seed"] for row in sets.values()]
    assert seeds[0] == seeds[2] and len(set(seeds)) == 3
    assert made([NODULE])["s0"]["set_seed"] == seeds[3], "the rest of the corpus must not matter"


def test_sides_and_severities_are_gathered(made) -> None:
    row = made([NODULE, {**NODULE, "term": "mass", "laterality": "right", "severity": "severe"}])["s0"]
    assert (row["sides"], row["severities"], row["changes"]) == (3, 0b1010, 0)
    assert made([{**NODULE, "laterality": "bilateral"}])["s0"]["sides"] == 3


def test_an_unknown_way_is_named() -> None:
    with pytest.raises(ValueError, match="sideways"):
        FindingSets(via=("sideways",))
