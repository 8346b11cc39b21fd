"""A good build passes; damaged in one way, exactly the check made for that damage fails."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.run import examine
from schemas.anatomy import WHOLE_REPORT
from schemas.manifest import read_manifest
from schemas.terms import Terms

Frame = pl.DataFrame


def set_at(frame: Frame, row: int, **values: Any) -> Frame:
    at = pl.int_range(pl.len()) == row
    return frame.with_columns(
        pl.when(at).then(pl.lit(value).cast(frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def whole_report_rows(frame: Frame) -> list[int]:
    """Rows of the first query's ranking of whole reports, best first."""
    query = frame["query"][0]
    mine = frame.with_row_index("row").filter(pl.col("rank") > 0, query=query, anatomy=WHOLE_REPORT)
    return mine.sort("rank")["row"].to_list()


def swap(frame: Frame, column: str, first: int, second: int) -> Frame:
    one, two = frame[column][first], frame[column][second]
    return set_at(set_at(frame, first, **{column: two}), second, **{column: one})


def pair_of_different_score(frame: Frame) -> tuple[int, int]:
    rows = whole_report_rows(frame)
    return rows[0], next(row for row in rows if frame["score"][row] != frame["score"][rows[0]])


def leaked_patient(build: Any) -> None:
    stranger = build.read("corpus").filter(split="test")["patient"][0]
    build.edit("corpus", lambda f: set_at(f, 5, patient=stranger))


def copied_text_without_patients(build: Any) -> None:
    group = build.read("corpus").filter(split="test")["dup_group"][0]
    for split in ("train", "validation", "test"):
        build.edit("corpus", lambda f: f.with_columns(patient=pl.lit(None, pl.String)), split)
    build.edit("corpus", lambda f: set_at(f, 5, dup_group=group))


def swapped_scores(build: Any) -> None:
    build.edit("rankings", lambda f: swap(f, "score", *pair_of_different_score(f)))


def one_score_changed(build: Any) -> None:
    def change(frame: Frame) -> Frame:
        known = set(frame.filter(anatomy=WHOLE_REPORT).select("query", "candidate").iter_rows())
        rows = whole_report_rows(frame)
        both = [row for row in rows if (frame["candidate"][row], frame["query"][row]) in known]
        return set_at(frame, both[-1], score=frame["score"][both[-1]] - 0.001)

    build.edit("rankings", change)


def score_out_of_range(build: Any) -> None:
    build.edit("rankings", lambda f: set_at(f, whole_report_rows(f)[0], score=1.5))


def equal_findings_score_low(build: Any) -> None:
    def change(frame: Frame) -> Frame:
        equal = (pl.col("anatomy") == WHOLE_REPORT) & (pl.col("score") == 1)
        return frame.with_columns(score=pl.when(equal).then(pl.lit(0.99, pl.Float32)).otherwise("score"))

    for split in ("train", "validation", "test"):
        for path in sorted((build.folder / "rankings").glob(f"{split}-*")):
            change(pl.read_parquet(path)).write_parquet(path)
    build.refresh()


def broken_order(build: Any) -> None:
    build.edit("rankings", lambda f: swap(f, "rank", *pair_of_different_score(f)))


def gap_in_ranks(build: Any) -> None:
    build.edit("rankings", lambda f: f.filter(pl.int_range(pl.len()) != whole_report_rows(f)[3]))


def undeclared_tie(build: Any) -> None:
    build.edit("rankings", lambda f: set_at(f, whole_report_rows(f)[2], n_tied=77))


def own_candidate(build: Any) -> None:
    build.edit("rankings", lambda f: set_at(f, whole_report_rows(f)[-1], candidate=f["query"][0]))


def same_patient_as_candidate(build: Any) -> None:
    def change(frame: Frame) -> Frame:
        random = frame.with_row_index("row").filter(stratum="random", query="s002", anatomy=WHOLE_REPORT)
        return set_at(frame, random["row"][0], candidate="s003", score=1.0)

    build.edit("rankings", change)


def duplicated_study(build: Any) -> None:
    build.edit("corpus", lambda f: pl.concat([f, f[:1]]))


def duplicated_candidate(build: Any) -> None:
    build.edit("rankings", lambda f: pl.concat([f, f[whole_report_rows(f)[0]]]))


def study_in_two_files(build: Any) -> None:
    row = build.read("images").filter(split="train")[:1].with_columns(study=pl.lit("s016"), split=pl.lit("validation"))
    build.edit("images", lambda f: pl.concat([f, row.cast(dict(f.schema))]), "validation")


def wrong_split_column(build: Any) -> None:
    build.edit("corpus", lambda f: set_at(f, 7, split="test"))


def findings_in_another_split(build: Any) -> None:
    def change(frame: Frame) -> Frame:
        return set_at(frame, 0, study=build.read("corpus").filter(split="test")["id"][0])

    build.edit("findings", change)


def candidate_of_another_split(build: Any) -> None:
    def change(frame: Frame) -> Frame:
        random = frame.with_row_index("row").filter(stratum="random")["row"][0]
        return set_at(frame, random, candidate=build.read("corpus").filter(split="test")["id"][0], score=0.25)

    build.edit("rankings", change)


def text_in_a_label_column(build: Any) -> None:
    texts = build.read("corpus").select("id", "text")
    build.edit("images", lambda f: f.with_columns(view=f.join(texts, left_on="study", right_on="id")["text"]))


def text_tagged_as_label(build: Any) -> None:
    manifest = read_manifest(build.folder).model_dump()
    for column in manifest["tables"][0]["columns"]:
        column["tag"] = "label" if column["name"] == "text" else column["tag"]
    build.update(tables=manifest["tables"])


def undeclared_column(build: Any) -> None:
    build.edit("rankings", lambda f: f.with_columns(report=pl.lit("words of a report")))


def quoting_rejected_rows(build: Any) -> None:
    path = build.folder / "rejected" / "corpus" / "part.parquet"
    pl.read_parquet(path).with_columns(detail=build.read("corpus")["text"][:3]).write_parquet(path)
    build.update(terms=asdict(Terms(text_may_leave="no")))


def unknown_study(build: Any) -> None:
    build.edit("images", lambda f: set_at(f, 4, study="s999"))


def unknown_candidate(build: Any) -> None:
    build.edit("rankings", lambda f: set_at(f, whole_report_rows(f)[-1], candidate="s999"))


def interrupted_build(build: Any) -> None:
    build.update(status="running", tables=[])


def build_without_rows(build: Any) -> None:
    build.update(tables=[table | {"splits": {}} for table in read_manifest(build.folder).model_dump()["tables"]])


def missing_file(build: Any) -> None:
    build.file("images").unlink()


def truncated_file(build: Any) -> None:
    build.file("baselines").write_bytes(build.file("baselines").read_bytes()[:900])


def lost_ids(build: Any) -> None:
    stages = read_manifest(build.folder).model_dump()["stages"]
    stages[0]["ids_passed"] -= 1
    build.update(stages=stages)


def lost_rejected_rows(build: Any) -> None:
    (build.folder / "rejected" / "corpus" / "part.parquet").unlink()


def contradictory_findings(build: Any) -> None:
    def change(frame: Frame) -> Frame:
        one = frame.filter(pl.col("anatomy") != WHOLE_REPORT)["entities"][0][:1].to_list()[0]
        both = [one | {"type": "Abnormality"}, one | {"type": "Non-Abnormality"}]
        rows = pl.col("anatomy") != WHOLE_REPORT
        return frame.with_columns(
            entities=pl.when(rows).then(pl.lit(pl.Series([both], dtype=frame.schema["entities"])))
        )

    build.edit("findings", change)


def rankings_without_meaning(build: Any) -> None:
    labels = build.read("labels")
    shuffled = labels["study"].unique().sort().sample(fraction=1, shuffle=True, seed=1)
    other = dict(zip(labels["study"].unique().sort(), shuffled, strict=True))
    build.edit("labels", lambda f: f.with_columns(pl.col("study").replace_strict(other)).sort(f.columns[:3]), "all")


DAMAGES: dict[Callable[[Any], None], str] = {
    leaked_patient: "leakage",
    copied_text_without_patients: "leakage",
    swapped_scores: "rankings_symmetry",
    one_score_changed: "rankings_symmetry",
    score_out_of_range: "rankings_scores",
    equal_findings_score_low: "rankings_scores",
    broken_order: "rankings_order",
    gap_in_ranks: "rankings_order",
    undeclared_tie: "rankings_ties",
    own_candidate: "rankings_candidates",
    same_patient_as_candidate: "rankings_candidates",
    duplicated_study: "keys",
    duplicated_candidate: "keys",
    study_in_two_files: "keys",
    wrong_split_column: "splits",
    findings_in_another_split: "splits",
    candidate_of_another_split: "splits",
    text_in_a_label_column: "columns",
    text_tagged_as_label: "columns",
    undeclared_column: "columns",
    quoting_rejected_rows: "columns",
    unknown_study: "references",
    unknown_candidate: "references",
    interrupted_build: "complete",
    build_without_rows: "complete",
    missing_file: "files",
    truncated_file: "files",
    lost_ids: "accounting",
    lost_rejected_rows: "accounting",
    contradictory_findings: "contradictions",
    rankings_without_meaning: "agreement",
}


def failed(folder: Path) -> dict[str, str]:
    return {outcome.name: outcome.summary for outcome in examine(Build.open(folder)).failed()}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_fails_exactly_its_check(good: Any, damage: Callable[[Any], None]) -> None:
    damage(good)
    assert list(failed(good.folder)) == [DAMAGES[damage]], failed(good.folder)
