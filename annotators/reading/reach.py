"""What reaches back: a cue behind its mention, a verb, and what was said ahead of a mention that never came.

A cue behind works back to the last terminator, to a verb with mentions behind it, or to the last cue of its kind.
"""

from bisect import bisect_left
from collections.abc import Sequence

from annotators.reading.lexicon import Cue
from annotators.reading.matching import Hit
from annotators.reading.mention import (
    ABSENT,
    BITS,
    CANNOT_EXCLUDE,
    CONSISTENT,
    HISTORICAL,
    LIKELY,
    NOT_ASSESSED,
    POSSIBLE,
    PREVIOUS,
    REMOVED,
    RESOLVED,
    UNLIKELY,
    Mention,
)

UNCERTAIN = POSSIBLE | LIKELY | CONSISTENT
SHORT = UNCERTAIN | HISTORICAL | PREVIOUS
"""Effects that a comma ends."""
ASIDE = frozenset({"minimal", "mild", "moderate"})
"""Sizes that are stated, not denied: behind a comma or an `and` they open a new statement."""


class Backward:
    """One sentence being read from left to right: what is known of it so far, and what works on that."""

    __slots__ = (
        "ahead", "alternatives", "antecedent", "barrier", "bits", "change", "change_used", "clause", "comma", "copula",
        "denied", "exception", "existing", "hits", "join", "last_or", "listing", "mask", "mentions", "no_change",
        "operated", "plain", "severity", "since_join", "small_ahead", "structures", "verb", "verbs",
    )  # fmt: skip

    def __init__(self, plain: str, hits: Sequence[Hit]) -> None:
        self.plain = plain
        self.hits = hits
        self.mentions: list[Mention] = []
        self.structures: list[Mention] = []
        self.bits = 0
        self.barrier = 0
        self.verb = -1
        self.verbs: list[int] = []
        self.clause = 0
        self.severity: str | None = None
        self.change: str | None = None
        self.change_used = True
        self.join = ""
        self.since_join = 0
        self.last_or = max(plain.rfind(" or "), plain.rfind(" nor "))
        self.comma = 0
        self.alternatives = 0
        self.ahead: tuple[int, int] | None = None
        self.copula = False
        self.mask = -9
        self.exception = self.no_change = self.small_ahead = self.operated = self.existing = False
        self.denied = 0
        self.listing = -1
        self.antecedent: Sequence[Mention] = ()

    def post(self, start: int, end: int, entry: Cue) -> None:
        """A cue that works on what came before, or on the structures where nothing did."""
        bit = BITS[entry.effect]
        reached = self._behind(bit)
        if bit & NOT_ASSESSED:  # because of an artefact, which itself is no finding
            reached = [mention for mention in reached if "artefact" not in mention.term.flags]
        if bit & REMOVED:
            reached = [mention for mention in reached if "device" in mention.term.flags] or reached
        for mention in reached:
            mention.bits |= bit
            mention.seen = False
        if not reached and bit & (NOT_ASSESSED | ABSENT | HISTORICAL):
            for structure in self.structures:
                if structure.clause == self.clause:
                    structure.bits |= bit
        if not reached and bit & UNCERTAIN:
            self.bits |= bit
        self._close()

    def _number(self, start: int) -> int:
        """Which of the hits begins here."""
        return bisect_left(self.hits, (start,))

    def _behind(self, bit: int = 0) -> Sequence[Mention]:
        """The mentions a cue behind them reaches: back to a terminator, a verb with mentions behind, another cue."""
        first = max([self.barrier, *(verb for verb in self.verbs if verb < len(self.mentions))])
        if first == len(self.mentions) and bit in (0, RESOLVED):  # nodules which have not changed
            return self.antecedent
        return _chosen(self.plain, self.mentions[first:], bit, self.comma, self.join)

    def found(self, start: int, end: int, entry: Cue) -> None:
        """A verb that says that something is there."""
        since_comma = [mention for mention in self.mentions[self.barrier :] if mention.start > self.comma]
        for mention in since_comma or self.mentions[self.barrier :]:
            mention.seen = True
        self.verb = len(self.mentions)
        self.verbs.append(self.verb)
        self.copula = True
        self.bits &= ~PREVIOUS
        if self.severity is not None:
            self.severity = None

    def _leftover(self) -> None:
        """What was said before its mention, where none followed, is said of the mention before."""
        if self.ahead is not None:
            bit, count = self.ahead
            self.ahead = None
            if count == len(self.mentions) and count > self.barrier:
                self.bits &= ~bit
                for mention in self._behind(bit):
                    mention.bits |= bit
            elif count == len(self.mentions):
                for structure in self.structures:
                    if structure.clause == self.clause and structure.bits & ABSENT:  # not observed (operated)
                        structure.bits |= bit & HISTORICAL
        if not self.change_used:
            for mention in self.mentions[self.barrier :]:
                mention.change = mention.change or self.change
        self.change, self.change_used = None, True

    def _explained(self) -> None:
        """What is said to be an artefact is no finding."""
        for mention in self._behind(POSSIBLE) or self.antecedent:
            if mention.term.kind != "normal":
                mention.bits |= UNLIKELY

    def _close(self) -> None:
        self.barrier = len(self.mentions)
        self.bits &= ~(SHORT | CANNOT_EXCLUDE)

    def _subject(self) -> bool:
        return any(structure.clause == self.clause for structure in self.structures)


def _chosen(plain: str, mentions: Sequence[Mention], bit: int, comma: int, join: str) -> list[Mention]:
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
