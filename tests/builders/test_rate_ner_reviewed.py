"""A corpus of sentences goes round: what annotators differ in is judged by people, and the next build heeds them."""

import json
from pathlib import Path

import polars as pl
import pytest

from builders.api import build
from builders.cli import run as medmill
from qc.build import Build
from qc.checks.verdicts import Verdicts
from qc.review.exchange import exported
from qc.review.verdicts import named, standing
from schemas.errors import MedmillError, UsageError
from schemas.manifest import read_manifest
from tests.annotators.llm.scripted import Scripted, serving
from tests.qc.review.disputed import make_disputed
from tests.qc.review.spoken import drawn, judged, say, verdict


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / name / "*.parquet")


def judge_some(folder: Path) -> set[str]:
    """Anna judges every dispute of three held back sentences, and half of a fourth; ids of the three.

    What the rules name is right, what the model alone names is not.
    """
    keys, now = drawn(folder, "disputes", split="train")
    rows = {(r["id"], r["start"], r["end"], r["type"]): r for r in table(folder, "disputes").to_dicts()}
    many = table(folder, "disputes").filter(split="train").group_by("id").len().filter(pl.col("len") > 1).sort("id")
    *whole, half = many["id"].to_list()[:4]
    for key in keys:
        row = rows[tuple(key.values())]
        if key["id"] in whole or (key["id"] == half and row["by"] == ["rules"]):
            said = "accept" if "rules" in row["by"] else "reject"
            say(folder, [verdict(key, said, "Dr. Anna", now[named(key)], table="disputes")])
    return set(whole)


def test_judged_sentences_come_in_with_what_people_say(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.jsonl"
    with serving(Scripted()) as script:
        out = make_disputed(tmp_path, script)
        asked, before, disputes = len(script.asked), table(out, "sentences"), table(out, "disputes")
        whole = judge_some(out)
        stale = verdict(
            {"id": "gone/findings/0/1", "start": 0, "end": 3, "type": "Anatomy"}, "accept", table="disputes"
        )
        say(out, [stale])
        assert medmill(["review", str(out), "--export", str(file)]) == 0
        make_disputed(tmp_path, script, verdicts=str(file))
        assert len(script.asked) == asked, "another verdict asks nothing"
    after = table(out, "sentences")
    assert set(after["id"]) - set(before["id"]) == whole
    assert set(after.filter(status="reviewed")["id"]) == whole
    assert after.filter(~pl.col("id").is_in(list(whole))).equals(before)
    votes = {row["id"]: row["entities"] for row in table(out, "votes").filter(annotator="rules").to_dicts()}
    assert {row["id"]: row["entities"] for row in after.filter(status="reviewed").to_dicts()} == {
        id: votes[id] for id in whole
    }
    now = table(out, "disputes")
    assert now.drop("taken", "verdict").equals(disputes.drop("taken", "verdict"))
    assert now.filter(pl.col("id").is_in(list(whole)))["verdict"].null_count() == 0
    manifest = read_manifest(out)
    assert manifest.stage("judged").rejected == {"stale": 1}
    assert "Anna" not in (out / "manifest.json").read_text(encoding="utf-8")
    found = Verdicts().conclude(Build.open(out), {}).figures
    assert found["disputes_stale"] == 1, "the rebuild makes no verdict stale that it heeded"


def test_what_people_say_is_part_of_what_a_build_is(tmp_path: Path) -> None:
    """Other verdicts in a file of the same name make the sentences anew; the same ones, exported again, nothing."""
    file = tmp_path / "verdicts.jsonl"
    with serving(Scripted()) as script:
        out = make_disputed(tmp_path, script)
        judged(out, ["accept"], table="disputes")
        medmill(["review", str(out), "--export", str(file)])
        make_disputed(tmp_path, script, verdicts=str(file))
        first = {path: path.stat().st_mtime_ns for path in (out / "sentences").glob("*.parquet")}
        make_disputed(tmp_path, script, verdicts=str(file))
        assert {path: path.stat().st_mtime_ns for path in (out / "sentences").glob("*.parquet")} == first
        accepted = table(out, "disputes").filter(verdict="accepted")
        judged(out, ["reject"], table="disputes")
        medmill(["review", str(out), "--export", str(file)])
        make_disputed(tmp_path, script, verdicts=str(file))
    rejected = table(out, "disputes").filter(verdict="rejected")
    assert accepted.height == rejected.height == 1
    assert accepted["taken"].to_list() == [True] and rejected["taken"].to_list() == [False]
    assert len(standing(exported(file, "rate-ner"))) == 1


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (None, UsageError, "no such file"),
        ({"kind": "export", "dataset": "rate-ner", "events": 0}, UsageError, "no verdict on disputes stands there"),
        ({"kind": "export", "dataset": "mimic-ir", "events": 0}, MedmillError, "verdicts on mimic-ir"),
        ({"id": "a", "text": "b"}, MedmillError, "no export of verdicts"),
    ],
)
def test_files_that_hold_no_verdicts_are_refused(
    tmp_path: Path, content: dict[str, str] | None, error: type[MedmillError], said: str
) -> None:
    file = tmp_path / "verdicts.jsonl"
    if content:
        file.write_text(json.dumps(content) + "\n", encoding="utf-8")
    with pytest.raises(error, match=said):
        build("rate-ner", sources={"synthetic": "10"}, out=tmp_path / "out", settings={"verdicts": str(file)})
    assert not (tmp_path / "out").exists()
