"""TREC qrels: every judgement once, with its documented grade, readable by the tools that read qrels."""

import json
from pathlib import Path
from typing import Any

import ir_measures
import polars as pl
import pytest

from builders.cli import run
from builders.exports.qrels import write_qrels
from qc.build import Build
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import UsageError
from schemas.grades import QRELS_DEFS, grade


def read(path: Path) -> pl.DataFrame:
    columns = ["query", "iteration", "candidate", "grade"]
    return pl.read_csv(path, separator=" ", has_header=False, new_columns=columns)


@pytest.mark.parametrize(
    ("score", "expected"), [(-1, 0), (0.5, 0), (0.5001, 1), (0.75, 1), (0.7501, 2), (0.9, 2), (0.9001, 3), (1, 3)]
)
def test_a_grade_begins_above_its_bound(score: float, expected: int) -> None:
    assert pl.DataFrame({"s": [score]}, schema={"s": pl.Float32}).select(grade(pl.col("s"))).item() == expected


def test_every_judged_candidate_of_whole_reports_stands_once(good: Any, tmp_path: Path) -> None:
    write_qrels(Build.open(good.folder), tmp_path / "out")
    expected = good.read("rankings").filter(anatomy=WHOLE_REPORT).select("query", "candidate").unique()
    written = pl.concat(read(path) for path in (tmp_path / "out").glob("*.qrels") if path.name.count(".") == 1)
    assert written.height == expected.height
    assert set(written.select("query", "candidate").iter_rows()) == set(expected.iter_rows())
    assert written["iteration"].unique().to_list() == [0]


def test_subtopics_are_anatomies_of_a_study(good: Any, tmp_path: Path) -> None:
    write_qrels(Build.open(good.folder), tmp_path, ("test",))
    subtopics = pl.read_csv(tmp_path / "subtopics.tsv", separator="\t")
    written = read(tmp_path / "test.subtopics.qrels")
    anatomies = good.read("rankings").filter(split="test")["anatomy"].unique()
    assert set(subtopics["anatomy"]) == set(anatomies)
    assert set(written["iteration"]) == set(subtopics["subtopic"])
    topics = read(tmp_path / "test.anatomies.qrels")
    assert set(topics["query"]) == set(good.read("findings").filter(split="test")["id"]) & set(topics["query"])


def test_grades_are_explained_beside_the_files(good: Any, tmp_path: Path) -> None:
    write_qrels(Build.open(good.folder), tmp_path, ("validation",))
    told = json.loads((tmp_path / "qrels_defs.json").read_text(encoding="utf-8"))
    assert set(told["qrels_defs"]) == {str(number) for number in QRELS_DEFS}
    assert set(read(tmp_path / "validation.qrels")["grade"]) <= set(QRELS_DEFS)


def test_ir_measures_reads_them(good: Any, tmp_path: Path) -> None:
    write_qrels(Build.open(good.folder), tmp_path, ("train",))
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "train.qrels")))
    ideal = [ir_measures.ScoredDoc(row.query_id, row.doc_id, row.relevance) for row in qrels]
    assert ir_measures.calc_aggregate([ir_measures.parse_measure("nDCG@10")], qrels, ideal) == {
        ir_measures.parse_measure("nDCG@10"): pytest.approx(_share_with_a_positive(qrels))
    }


def _share_with_a_positive(qrels: list[Any]) -> float:
    best: dict[str, int] = {}
    for row in qrels:
        best[row.query_id] = max(best.get(row.query_id, 0), row.relevance)
    return sum(value > 0 for value in best.values()) / len(best)


def test_a_split_that_is_not_there_is_refused_by_name(good: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no split valid; it has"):
        write_qrels(Build.open(good.folder), tmp_path, ("valid",))


def test_the_command_says_what_it_wrote(good: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "qrels", str(good.folder), "--out", str(tmp_path / "q"), "--split", "test"]) == 0
    assert [Path(line).name for line in capsys.readouterr().out.split()] == [
        *("test.qrels", "test.anatomies.qrels", "test.subtopics.qrels", "qrels_defs.json", "subtopics.tsv")
    ]


def test_an_id_with_a_blank_is_refused(good: Any, tmp_path: Path) -> None:
    def with_blank(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(candidate=pl.lit("x ") + pl.col("candidate"))

    good.edit("rankings", with_blank)
    with pytest.raises(UsageError, match=r"'x .*holds a blank, which parts the columns of qrels"):
        write_qrels(Build.open(good.folder), tmp_path / "out", ("train",))
    assert not list(tmp_path.rglob("*.qrels*"))
