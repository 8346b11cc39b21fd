"""From entities to labels of tokens, as the annotator will read them back: a piece has the label of its first token."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from annotators.tokens.pieces import Span, heads
from annotators.tokens.windows import windows

IGNORED: Final = -100
"""The target of tokens that no piece begins with; torch's cross-entropy passes over it."""


class Example(NamedTuple):
    """Numbers of tokens, and of their labels; without the special tokens around them."""

    ids: list[int]
    targets: list[int]


def targets(
    text: str, entities: Sequence[Span], offsets: Sequence[tuple[int, int]], numbers: Mapping[str, int]
) -> list[int]:
    """The number of the label of each token; `IGNORED` where no piece begins with it."""
    found = [IGNORED] * len(offsets)
    waiting = list(reversed(entities))
    begun: Span | None = None
    for start, end, token in heads(text, offsets):
        while waiting and waiting[-1].end <= start:
            waiting.pop()
        own = waiting[-1] if waiting and waiting[-1].start < end else None
        if token is not None and found[token] == IGNORED:
            found[token] = numbers["O"] if own is None else numbers[f"{'I' if own is begun else 'B'}-{own.type}"]
            begun = own
    return found


def examples(number: int, ids: Sequence[int], wanted: Sequence[int], room: int) -> Iterator[Example]:
    """A text in windows of at most `room` tokens; each of its tokens is learnt in one of them."""
    for part in windows(number, len(ids), room):
        held = [
            target if part.begin <= place < part.end else IGNORED
            for place, target in enumerate(wanted[part.first : part.last], part.first)
        ]
        yield Example(list(ids[part.first : part.last]), held)
