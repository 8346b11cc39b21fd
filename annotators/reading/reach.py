"""What a cue behind its mention reaches back to."""

from collections.abc import Sequence

from annotators.reading.mention import ABSENT, CANNOT_EXCLUDE, CONSISTENT, LIKELY, POSSIBLE, Mention

UNCERTAIN = POSSIBLE | LIKELY | CONSISTENT
ASIDE = frozenset({"minimal", "mild", "moderate"})
"""Sizes that are stated, not denied: behind a comma or an `and` they open a new statement."""


def behind(plain: str, mentions: Sequence[Mention], bit: int, comma: int, join: str) -> list[Mention]:
    """The mentions that the effect `bit` of a cue behind them works on, of those since the last cue of that kind.

    `comma` is where the last comma stands, `join` the last conjunction.
    """
    reached = list(mentions)
    if not bit & (ABSENT | UNCERTAIN | CANNOT_EXCLUDE) or len(reached) < 2:
        return reached
    reached = _since_normal(reached)
    if len(reached) > 1 and comma >= reached[0].end and reached[-1].start > comma:
        joined = _joined(plain, reached[0].end, comma)
        stated = any(m.severity in ASIDE or m.change for m in reached if m.end <= comma)
        if (stated and not bit & CANNOT_EXCLUDE) or (not joined and bit & (UNCERTAIN | CANNOT_EXCLUDE)):
            reached = [m for m in reached if m.start > comma]
    if bit & UNCERTAIN and join not in ("and", "or", "andor", "versus"):
        return reached[-1:]
    return reached


def _joined(plain: str, start: int, comma: int) -> bool:
    """Whether the comma belongs to a list; one that `and` or `or` follows does where a comma stands before it."""
    if plain.startswith((", and ", ", or "), comma):
        return plain.find(",", start, comma) >= 0
    return plain.find(" and ", comma) >= 0 or plain.find(" or ", comma) >= 0


def _since_normal(mentions: list[Mention]) -> list[Mention]:
    """A finding is doubted or denied, the normal statement before it is not."""
    if mentions[-1].term.kind == "normal":
        return mentions
    told = [number for number, mention in enumerate(mentions, 1) if mention.term.kind == "normal"]
    return mentions[told[-1] :] if told else mentions
