"""Votes and verdicts become labels as the definition says, held to a plain second reading of it."""

import itertools
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotators.recognizers.recognizer import Labelled, flat
from builders.base import Kept
from builders.stages.ner.corrections import corrected
from builders.stages.ner.decide import Decide
from builders.stages.ner.judge import Judge
from qc.review.reviewable import reviewable
from qc.review.verdicts import named
from qc.review.versions import stands_for, versions_of_rows
from schemas.ner import Sentence, Vote
from schemas.review import Verdict
from tests.qc.review.spoken import verdict

NAMES = ("rules", "transformers", "llm")
TEXT = "one two three four five six"
WORDS = [(0, 3), (4, 7), (8, 13), (14, 18), (19, 23), (24, 27)]
Span = tuple[int, int, str]
Voting = dict[str, list[Span]]


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    drawn = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.sampled_from(["Anatomy", "Disease"]))))
    found = [Labelled(WORDS[first][0], WORDS[min(first + more, 5)][1], kind) for first, more, kind in drawn]
    return [tuple(span) for span in flat(found)]  # pyright: ignore[reportReturnType]


votings = st.dictionaries(st.sampled_from(NAMES), spans())


def rows_of(votings: list[Voting], split: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sentence rows and Vote rows."""
    schema = {name: column.dtype for name, column in Sentence.columns().items()}
    sentences = pl.DataFrame(
        [{"id": f"r/f/0/{n}", "report": "r", "source": "s", "split": split, "section": "f", "section_index": 0,
          "start": 0, "end": len(TEXT), "text": TEXT} for n in range(len(votings))], schema,
    )  # fmt: skip
    votes = pl.DataFrame(
        [{"id": f"r/f/0/{n}", "annotator": name, "split": split,
          "entities": [dict(zip(("start", "end", "type"), span, strict=True)) for span in found]}
         for n, voting in enumerate(votings) for name, found in voting.items()],
        {name: column.dtype for name, column in Vote.columns().items()},
    )  # fmt: skip
    return sentences, votes


def made(votings: list[Voting], split: str = "train", conflicts: str = "stronger") -> tuple[Decide, pl.DataFrame, Kept]:
    sentences, votes = rows_of(votings, split)
    decide = Decide(NAMES, "llm", conflicts)  # pyright: ignore[reportArgumentType]
    return decide, decide.disputes(sentences, votes), decide(sentences, votes)


def taken(voting: Voting) -> list[Span]:
    """The definition, span by span."""
    counts = Counter(span for found in voting.values() for span in found)
    most = {span for span, n in counts.items() if n > len(voting) / 2}
    decides = next(name for name in ("llm", "rules", "transformers") if name in voting)
    others = [s for s in voting[decides] if all(s[1] <= m[0] or m[1] <= s[0] for m in most)]
    return sorted({*most, *others})


@settings(max_examples=40)
@given(st.lists(votings, min_size=1, max_size=6))
def test_most_decide_then_the_stronger(drawn: list[Voting]) -> None:
    _, disputes, (kept, rejected) = made(drawn)
    assert rejected.rows() == [
        (f"r/f/0/{n}", "no_vote", "no annotator had an answer") for n, voting in enumerate(drawn) if not voting
    ]
    found = {row["id"]: row for row in kept.iter_rows(named=True)}
    for n, voting in enumerate(drawn):
        if not voting:
            continue
        row = found.pop(f"r/f/0/{n}")
        got = [(span["start"], span["end"], span["type"]) for span in row["entities"]]
        assert got == taken(voting)
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(got))
        same = len({tuple(spans) for spans in voting.values()}) == 1
        assert row["status"] == ("single" if len(voting) == 1 else "agreed" if same else "conflict")
        assert row["voters"] == len(voting)
        named = {span for spans in voting.values() for span in spans}
        differ = {span for span in named if any(span not in spans for spans in voting.values())}
        asked = disputes.filter(id=f"r/f/0/{n}")
        assert {row[:3] for row in asked.select("start", "end", "type").iter_rows()} == differ
        for start, end, kind, by, against, was in asked.select(
            "start", "end", "type", "by", "against", "taken"
        ).iter_rows():
            assert set(by) == {name for name, spans in voting.items() if (start, end, kind) in spans}
            assert set(by) | set(against) == set(voting) and not set(by) & set(against)
            assert was == ((start, end, kind) in got)
    assert not found


def test_conflicts_wait_for_a_person_in_train_alone() -> None:
    apart: Voting = {"rules": [(0, 3, "Anatomy")], "llm": []}
    alike: Voting = {"rules": [(0, 3, "Anatomy")], "llm": [(0, 3, "Anatomy")]}
    *_, (kept, rejected) = made([apart, alike], "train", "review")
    assert kept["id"].to_list() == ["r/f/0/1"] and rejected["reason"].to_list() == ["in_review"]
    for split in ("validation", "test"):
        *_, (kept, rejected) = made([apart, alike], split, "review")
        assert kept.height == 2 and rejected.is_empty(), "held-out splits would hold easy sentences only"


def test_agreement_is_a_share_and_nothing_where_nobody_names_anything() -> None:
    a, b = (0, 3, "Anatomy"), (4, 7, "Disease")
    *_, (kept, _) = made([{"rules": [a, b], "llm": [a]}, {"rules": [], "llm": []}, {"llm": [a]}])
    assert kept["agreed"].to_list() == [0.5, None, None]


KEY = "report-key"
SAYS = ("accept", "reject", "skip", "correct:type: Non-Disease", "correct:words: four five", "correct:rubbish", "")


def judging(
    folder: Path, votings: list[Voting], says: list[str], key: str = KEY
) -> tuple[Kept, Kept, pl.DataFrame, dict[tuple[str, Span], str]]:
    """What becomes of disputes that one reviewer judged in turn: Judge's and Decide's rows, disputes, what was said."""
    sentences, votes = rows_of(votings, "train")
    decide = Decide(NAMES, "llm", "review")
    open_ = decide.disputes(sentences, votes)
    now = versions_of_rows(reviewable("disputes"), open_, {"r": stands_for(key)})
    said: dict[tuple[str, Span], str] = {}
    verdicts: list[Verdict] = []
    for row, say in zip(open_.iter_rows(named=True), itertools.cycle(says)):
        of = {name: row[name] for name in ("id", "start", "end", "type")}
        if say:
            decision, _, value = say.partition(":")
            verdicts.append(verdict(of, decision, version=now[named(of)], table="disputes", value=value))
            said[row["id"], (row["start"], row["end"], row["type"])] = say
    for name, rows in (("corpus", pl.DataFrame({"id": ["r"], "report_key": [KEY]})), ("sentences", sentences)):
        (folder / name).mkdir()
        rows.write_parquet(folder / name / "0.parquet")
    judge = Judge("x", tuple(verdicts))
    judged = judge(open_, corpus=folder / "corpus", sentences=folder / "sentences", folder=folder)
    (folder / "judged").mkdir()
    judged.frame.write_parquet(folder / "judged" / "0.parquet")
    disputes = decide.disputes(sentences, votes, judged=folder / "judged")
    return judged, decide(sentences, votes, judged=folder / "judged"), disputes, said


def right(span: Span, say: str) -> Span | None:
    """What is right in the place of a span, where anything is."""
    fixed = {"accept": span, "correct:type: Non-Disease": (*span[:2], "Non-Disease")}
    four_five = (14, 23, span[2]) if span[0] < 23 and span[1] > 14 else None
    return {**fixed, "correct:words: four five": four_five}.get(say)


def with_verdicts(voting: Voting, said: dict[Span, str]) -> list[Span]:
    """The definition, span by span."""
    said = {span: say for span, say in said.items() if say != "skip"}
    judged = flat(Labelled(*span) for of, say in said.items() if (span := right(of, say)))
    found: list[Span] = [tuple(span) for span in judged]  # pyright: ignore[reportAssignmentType]
    counts = Counter(span for spans in voting.values() for span in spans if span not in said)
    most = [span for span, n in counts.items() if n > len(voting) / 2]
    decides = next(name for name in ("llm", "rules", "transformers") if name in voting)
    for group in (most, [span for span in voting[decides] if span not in said]):
        found += [s for s in group if s not in found and all(s[1] <= m[0] or m[1] <= s[0] for m in found)]
    return sorted(found)


@example([{"rules": [(0, 3, "Anatomy")], "transformers": [(0, 3, "Anatomy")], "llm": [(0, 7, "Anatomy")]}],
         ["", "accept"])  # fmt: skip
@example([{"rules": [(14, 18, "Anatomy"), (19, 23, "Disease")], "llm": [(14, 18, "Anatomy")]}],
         ["correct:words: four five"])  # fmt: skip
@settings(max_examples=40)
@given(st.lists(votings.filter(bool), min_size=1, max_size=4), st.lists(st.sampled_from(SAYS), min_size=1, max_size=7))
def test_what_reviewers_say_decides(drawn: list[Voting], says: list[str]) -> None:
    with TemporaryDirectory() as folder:
        _, (kept, held), disputes, said = judging(Path(folder), drawn, says)
    found = {row["id"]: row for row in kept.iter_rows(named=True)}
    for n, voting in enumerate(drawn):
        id = f"r/f/0/{n}"
        mine = {span: say for (of, span), say in said.items() if of == id}
        asked = {row[:3] for row in disputes.filter(id=id).select("start", "end", "type").iter_rows()}
        settled = {s for s, say in mine.items() if say in ("accept", "reject") or right(s, say)}
        assert (id in found) == (asked == settled), "only what is not judged, or not wholly, waits for a person"
        assert (id in found) != (id in held["id"])
        if id in found and asked:
            assert found[id]["status"] == "reviewed"
        if id in found:
            got = [(span["start"], span["end"], span["type"]) for span in found[id]["entities"]]
            assert got == with_verdicts(voting, mine)
            assert all(one[1] <= other[0] for one, other in itertools.pairwise(got))
        for *span, was, of in disputes.filter(id=id).select("start", "end", "type", "taken", "verdict").iter_rows():
            assert was == (tuple(span) in with_verdicts(voting, mine))
            says_of = mine.get((span[0], span[1], span[2]), "").partition(":")[0]
            assert of == {"accept": "accepted", "reject": "rejected", "correct": "corrected"}.get(says_of)


def test_stale_verdicts_and_corrections_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    apart: Voting = {"rules": [(0, 3, "Anatomy"), (4, 7, "Disease")], "llm": []}
    (tmp_path / "old").mkdir()
    judged, (kept, held), disputes, _ = judging(tmp_path / "old", [apart], ["accept"], key="another report")
    assert judged.frame.is_empty() and judged.rejected["reason"].to_list() == ["stale", "stale"]
    assert kept.is_empty() and held["reason"].to_list() == ["in_review"] and disputes["verdict"].null_count() == 2
    (tmp_path / "new").mkdir()
    judged, (kept, held), disputes, _ = judging(tmp_path / "new", [apart], ["accept", "correct:rubbish"])
    assert judged.rejected["reason"].to_list() == ["correction_unread"] and kept.is_empty() and held.height == 1
    assert disputes["verdict"].to_list() == ["accepted", "corrected"] and disputes["taken"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("type: Disease", (4, 7, "Disease")),
        ("TYPE:non-disease", (4, 7, "Non-Disease")),
        ("words: two three", (4, 13, "Anatomy")),
        ("words: TWO  three; type: Disease", (4, 13, "Disease")),
        ("type: Fruit", None),
        ("words: five", None),
        ("words: seven", None),
        ("words: two; words: two three", None),
        ("not an entity", None),
        ("", None),
    ],
)
def test_a_correction_names_a_type_or_words(value: str, becomes: Span | None) -> None:
    assert corrected(value, Labelled(4, 7, "Anatomy"), TEXT) == becomes


def test_of_words_that_stand_twice_those_at_the_span_are_meant() -> None:
    assert corrected("words: no mass", Labelled(12, 16, "Disease"), "no mass, no mass") == (9, 16, "Disease")
