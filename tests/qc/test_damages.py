"""A good build passes; damaged in one way, exactly the check made for that damage fails."""

from collections.abc import Callable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.run import examine
from schemas.anatomy import WHOLE_REPORT
from schemas.manifest import read_manifest
from schemas.scoring import ScoreMatrix
from schemas.terms import Terms
from tests.qc.conftest import columns_of, record

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


def lost_query(build: Any) -> None:
    build.edit("rankings", lambda f: f.filter(pl.col("query") != f["query"][0]))


def cut_rankings(build: Any) -> None:
    build.edit("rankings", lambda f: f.filter(pl.col("rank").is_null() | (pl.col("rank") <= 10)), "test")


def lost_best(build: Any) -> None:
    """The first candidate is taken out of a ranking that has no tie at the top, and the others move up."""

    def change(frame: Frame) -> Frame:
        alone = frame.filter(rank=1, n_tied=1).row(0, named=True)
        mine = (pl.col("query") == alone["query"]) & (pl.col("anatomy") == alone["anatomy"])
        kept = frame.filter(~(mine & (pl.col("rank") == 1).fill_null(False)))
        up = [pl.when(mine).then(pl.col(c) - 1).otherwise(pl.col(c)).alias(c) for c in ("rank", "rank_min", "rank_max")]
        return kept.with_columns(up)

    build.edit("rankings", change)


def swapped_strata(build: Any) -> None:
    other = pl.col("stratum").cast(pl.String).replace({"high": "low", "low": "high"})
    build.edit("rankings", lambda f: f.with_columns(other.cast(f.schema["stratum"])))


def inverted_sides(build: Any) -> None:
    build.edit("rankings", lambda f: f.with_columns(~pl.col("same_side")))


def unknown_structure(build: Any) -> None:
    build.edit("rankings", lambda f: f.with_columns(pl.col("anatomy").replace("heart", "left elbow")))


def even(column: str) -> pl.Expr:
    return pl.col(column).str.contains("[02468]$")


def half_of_the_findings(build: Any) -> None:
    build.edit("findings", lambda f: f.filter(even("study")))


def no_whole_reports(build: Any) -> None:
    build.edit("findings", lambda f: f.filter(pl.col("anatomy") != WHOLE_REPORT))


def lost_structure(build: Any) -> None:
    build.edit("findings", lambda f: f.filter(pl.col("anatomy") != "heart"))


def each_finding(frame: Frame, **fields: pl.Expr) -> Frame:
    changed = pl.col("entities").list.eval(pl.element().struct.with_fields(**fields))
    return frame.with_columns(changed.cast(frame.schema["entities"]))


def everything_explicit(build: Any) -> None:
    build.edit("findings", lambda f: each_finding(f, via=pl.lit("explicit")))


def finding_nobody_wrote(build: Any) -> None:
    build.edit("findings", lambda f: each_finding(f, term=pl.field("term").replace("nodule", "mass")))


def flipped_polarity(build: Any) -> None:
    other = pl.col("polarity").cast(pl.String).replace({"normal": "abnormal", "abnormal": "normal"})
    build.edit("findings", lambda f: f.with_columns(other.cast(f.schema["polarity"])))


def moved_offsets(build: Any) -> None:
    build.edit("entities", lambda f: f.with_columns(pl.col("start", "end") + 3), "all")


def other_surface(build: Any) -> None:
    build.edit("entities", lambda f: set_at(f, 3, text="something"), "all")


def other_file_offset(build: Any) -> None:
    build.edit("entities", lambda f: f.with_columns(file_start=pl.col("start"), file_end=pl.col("end")), "all")


def half_of_the_entities(build: Any) -> None:
    build.edit("entities", lambda f: f.filter(even("report")), "all")


def nothing_found_in_half(build: Any) -> None:
    """Lost in entities and findings alike, so that neither contradicts the other."""
    half_of_the_entities(build)
    for split in ("train", "validation", "test"):
        build.edit("findings", lambda f: f.filter(even("study")), split)


def first_of(frame: Frame, **values: str) -> int:
    return frame.with_row_index("row").filter(**values)["row"][0]


def baseline_of_itself(build: Any) -> None:
    build.edit("baselines", lambda f: set_at(f, 0, candidate=f["query"][0]))


def baseline_of_the_same_patient(build: Any) -> None:
    build.edit("baselines", lambda f: set_at(f, first_of(f, query="s002"), candidate="s003"))


def baseline_of_another_split(build: Any) -> None:
    stranger = build.read("corpus").filter(split="test")["id"][0]
    build.edit("baselines", lambda f: set_at(f, 0, candidate=stranger))


def baseline_out_of_order(build: Any) -> None:
    scores = pl.col("score").reverse().over("method", "query")
    build.edit("baselines", lambda f: f.with_columns(pl.when(method="random").then(scores).otherwise("score")))


def baseline_of_unknown_study(build: Any) -> None:
    build.edit("baselines", lambda f: set_at(f, 0, candidate="s999"))


def all_images_stand(build: Any) -> None:
    def change(frame: Frame) -> Frame:
        return pl.concat([frame, frame.with_columns(pl.col("id") + "-lateral")]).sort("id")

    build.edit("images", change)


def no_image_stands(build: Any) -> None:
    build.edit("images", lambda f: f.with_columns(stands_for_study=pl.lit(False)))


def labels_of_an_unknown_study(build: Any) -> None:
    build.edit("labels", lambda f: f.with_columns(pl.col("study").replace("s004", "s999")), "all")


def hidden_copies(build: Any) -> None:
    build.edit("corpus", lambda f: f.with_columns(dup_group="id"))


def text_in_a_nested_column(build: Any) -> None:
    def change(frame: Frame) -> Frame:
        words = dict(build.read("corpus").select("id", pl.col("text").str.head(200)).iter_rows())
        rows = [
            row | {"entities": [entity | {"laterality": words[row["study"]]} for entity in row["entities"]]}
            for row in frame.iter_rows(named=True)
        ]
        return pl.DataFrame(rows, schema=frame.schema)

    build.edit("findings", change)


def with_matrix(build: Any) -> Path:
    """A table whose one row names a file below the build folder."""
    path = build.folder / "files" / "matrices" / "0" / "train_ratescore-heart.npy"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"hundredths of scores")
    facts = {"bytes": path.stat().st_size, "sha256": sha256(path.read_bytes()).hexdigest()}
    row = {"matrix": path.name, "anatomy": "heart", "part": "train", "content": "scores", "rows": 2}
    (build.folder / "matrices").mkdir()
    rows = pl.DataFrame([row | {"path": path.relative_to(build.folder).as_posix()} | facts])
    rows.write_parquet(build.folder / "matrices" / "all-00000-of-00001.parquet")
    tables = read_manifest(build.folder).model_dump()["tables"]
    build.update(tables=[*tables, record(build.folder, "matrices", columns_of(ScoreMatrix))])
    return path


def missing_matrix(build: Any) -> None:
    with_matrix(build).unlink()


def changed_matrix(build: Any) -> None:
    path = with_matrix(build)
    path.write_bytes(path.read_bytes()[::-1])


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
    lost_query: "rankings_depth",
    cut_rankings: "rankings_depth",
    lost_best: "rankings_depth",
    swapped_strata: "rankings_strata",
    inverted_sides: "rankings_same",
    unknown_structure: "references",
    half_of_the_findings: "findings_coverage",
    no_whole_reports: "findings_coverage",
    lost_structure: "findings_coverage",
    everything_explicit: "findings_origin",
    finding_nobody_wrote: "findings_origin",
    flipped_polarity: "findings_origin",
    moved_offsets: "entities_offsets",
    other_surface: "entities_offsets",
    other_file_offset: "entities_offsets",
    half_of_the_entities: "findings_coverage",
    nothing_found_in_half: "findings_coverage",
    baseline_of_itself: "baselines",
    baseline_of_the_same_patient: "baselines",
    baseline_of_another_split: "baselines",
    baseline_out_of_order: "baselines",
    baseline_of_unknown_study: "references",
    all_images_stand: "images",
    no_image_stands: "images",
    labels_of_an_unknown_study: "references",
    hidden_copies: "copies",
    text_in_a_nested_column: "columns",
    missing_matrix: "files",
    changed_matrix: "files",
}


def test_a_build_with_matrices_is_good(good: Any) -> None:
    with_matrix(good)
    assert failed(good.folder) == {}


def test_findings_that_all_rise_are_no_contradiction_where_that_was_asked_for(good: Any) -> None:
    contradictory_findings(good)
    good.update(settings={"findings": {"rollup": "published", "anatomies": "all"}})
    outcome = next(c for c in examine(Build.open(good.folder)).checks if c.name == "contradictions")
    assert (outcome.verdict, "rollup=published" in outcome.summary) == ("pass", True)


def failed(folder: Path) -> dict[str, str]:
    return {outcome.name: outcome.summary for outcome in examine(Build.open(folder)).failed()}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_fails_exactly_its_check(good: Any, damage: Callable[[Any], None]) -> None:
    damage(good)
    assert list(failed(good.folder)) == [DAMAGES[damage]], failed(good.folder)
