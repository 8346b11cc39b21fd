"""Votes become labels as the definition says, held to a plain second reading of it."""

import itertools
from collections import Counter

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from annotators.recognizers.recognizer import Labelled, flat
from builders.base import Kept
from builders.stages.ner.decide import Decide
from schemas.ner import Sentence, Vote

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


def made(votings: list[Voting], split: str = "train", conflicts: str = "stronger") -> tuple[Decide, pl.DataFrame, Kept]:
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
    decide = Decide(NAMES, "llm", conflicts)  # pyright: ignore[reportArgumentType]
    return decide, decide.disputes(sentences, votes), decide(sentences, votes)


def taken(voting: Voting) -> list[Span]:
    """The definition, span by span."""
    counts = Counter(span for found in voting.values() for span in found)
    most = {span for span, n in counts.items() if n > len(voting) / 2}
    decides = next(name for name in ("llm", "rules", "transformers") if name in voting)
    others = [s for s in voting[decides] if all(s[1] <= m[0] or m[1] <= s[0] for m in most)]
    return sorted({*most, *others})


@given(st.lists(votings, min_size=1, max_size=4))
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
