"""Two radiologists on two machines: exports and imports in any order end in the same verdicts."""

import json
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.cli import run as medmill
from qc.build import Build
from qc.review import journal
from qc.review.exchange import export, import_
from qc.review.verdicts import standing
from schemas.errors import MedmillError
from schemas.manifest import MANIFEST
from schemas.review import Event, Verdict
from tests.qc.review.spoken import judged, say, undo, verdict

ACTS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["accept", "reject", "skip", "undo"])), max_size=8)


def spoken(reviewer: str, acts: list[tuple[str, str]]) -> list[Event]:
    found: list[Event] = []
    for item, act in acts:
        mine = [event for event in found if isinstance(event, Verdict)]
        if act != "undo":
            found.append(verdict({"id": item}, act, reviewer))
        elif mine:
            found.append(undo(mine[-1]))
    return found


def machine(home: Path, name: str, manifest: Path) -> Build:
    (home / name).mkdir()
    copy(manifest, home / name / MANIFEST)
    return Build.open(home / name)


@settings(deadline=None, max_examples=15)
@given(st.data(), ACTS, ACTS)
def test_merging_is_idempotent_and_does_not_mind_the_order(
    pristine: Path, data: st.DataObject, first: list[tuple[str, str]], second: list[tuple[str, str]]
) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        anna, ben, both = (machine(home, name, pristine / MANIFEST) for name in ("anna", "ben", "both"))
        for build, acts in ((anna, first), (ben, second)):
            say(build.folder, spoken(build.folder.name, acts)) if acts else None
            export(build, home / f"{build.folder.name}.jsonl")
        order = data.draw(st.permutations(["anna", "ben", "anna", "ben"]))
        for name in order:
            import_(both, home / f"{name}.jsonl")
        for build in (anna, ben):
            for name in ("ben", "anna"):
                import_(build, home / f"{name}.jsonl")
        ends = []
        for build in (anna, ben, both):
            export(build, home / "end.jsonl")
            ends.append((home / "end.jsonl").read_bytes())
        assert ends[0] == ends[1] == ends[2]
        alone = [v for acts, who in ((first, "anna"), (second, "ben")) for v in _last(who, acts)]
        together = {(v.reviewer, v.key["id"]): v.decision for v in standing(journal.read(both.folder).events)}
        assert together == dict(alone)


def _last(who: str, acts: list[tuple[str, str]]) -> list[tuple[tuple[str, Any], str]]:
    return [((v.reviewer, v.key["id"]), v.decision) for v in standing(spoken(who, acts))]


def test_a_second_import_writes_nothing(good: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged(good.folder, ["accept", "reject"])
    assert medmill(["review", str(good.folder), "--export", str(tmp_path / "x.jsonl")]) == 0
    before = sorted((good.folder / "reviews").iterdir())
    assert medmill(["review", str(good.folder), "--import", str(tmp_path / "x.jsonl"), "--json"]) == 0
    assert sorted((good.folder / "reviews").iterdir()) == before
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"events": 2, "new": 0, "free_text": 0}


def test_an_export_holds_no_word_of_a_report_and_says_which_fields_are_free(good: Any, tmp_path: Path) -> None:
    judged(good.folder, ["accept"] * 5)
    judged(good.folder, ["correct"] * 5, table="entities", value="absent", note="see left")
    moved = export(Build.open(good.folder), tmp_path / "x.jsonl")
    content = (tmp_path / "x.jsonl").read_text(encoding="utf-8")
    assert json.loads(content.splitlines()[0])["free_text"] == {"value": "adapted_text", "note": "adapted_text"}
    assert (moved.events, moved.free_text) == (10, 5)
    for text in good.read("corpus")["text"]:
        assert not any(sentence in content for sentence in text.split(". "))
    assert not any(key in content for key in good.read("corpus")["report_key"])


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda content: b"".join(content.splitlines(keepends=True)[:-1]), "1 of 2 events, so it was cut short"),
        (lambda content: content[:-5], "line 3 is damaged; nothing was taken over"),
        (lambda content: b"", "no export of verdicts"),
        (lambda content: content.replace(b'"made-up"', b'"another"'), "verdicts on another"),
    ],
)
def test_a_damaged_export_changes_nothing(good: Any, tmp_path: Path, damage: Any, says: str) -> None:
    judged(good.folder, ["accept", "reject"])
    export(Build.open(good.folder), tmp_path / "x.jsonl")
    (tmp_path / "x.jsonl").write_bytes(damage((tmp_path / "x.jsonl").read_bytes()))
    for path in (good.folder / "reviews").iterdir():
        path.unlink()
    with pytest.raises(MedmillError, match=says):
        import_(Build.open(good.folder), tmp_path / "x.jsonl")
    assert list((good.folder / "reviews").iterdir()) == []


def test_export_and_import_at_once_is_a_mistake(good: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert medmill(["review", str(good.folder), "--export", "a", "--import", "b"]) == 2
    assert "one at a time" in capsys.readouterr().err
