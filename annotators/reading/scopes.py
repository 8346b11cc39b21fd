"""Which words steer which mentions: ConText (Harkema 2009, doi:10.1016/j.jbi.2009.05.002) in one pass.

Cues before a mention work until a terminator, cues behind it work back to the last one; severity and change go with
the nearest mention of their chunk.
"""

from annotators.reading.lexicon import Cue, Term
from annotators.reading.mention import (
    ABSENT,
    ALTERNATIVE,
    BITS,
    CANNOT_EXCLUDE,
    CONSISTENT,
    HISTORICAL,
    HYPOTHETICAL,
    LIKELY,
    NOT_ASSESSED,
    POSSIBLE,
    PREVIOUS,
    Mention,
)

_UNCERTAIN = POSSIBLE | LIKELY | CONSISTENT
_SHORT = _UNCERTAIN | HISTORICAL | PREVIOUS
"""Effects that a comma ends."""
ASIDE = frozenset({"minimal", "mild", "moderate"})
"""Sizes that are stated, not denied: behind a comma or an `and` they open a new statement."""


class Scopes:
    """One sentence being read from left to right."""

    def __init__(self, plain: str) -> None:
        self.plain = plain
        self.mentions: list[Mention] = []
        self.structures: list[Mention] = []
        self.bits = 0
        self.barrier = 0
        self.verb = -1
        self.verbs: list[int] = []
        self.mask = -9
        self.clause = 0
        self.severity: str | None = None
        self.change: str | None = None
        self.change_used = True
        self.join = ""
        self.since_join = 0
        self.last_or = max(plain.rfind(" or "), plain.rfind(" nor "))
        self.exception = False
        self.no_change = False
        self.comma = 0
        self.alternatives = 0
        self.ahead: tuple[int, int] | None = None
        self.copula = False
        self.small_ahead = False

    def term(self, start: int, end: int, entry: Term) -> None:
        """A finding: it takes what is in force here."""
        mention = Mention(start, end, entry, self.bits | self.alternatives, None, None, False, self.clause)
        if self.severity is not None:
            mention.severity, self.severity = self.severity, None
        if self.change is not None:
            mention.change = self.change
            self.change_used = True
        mention.seen = self.exception
        if self.join == "with" and "device" in entry.flags:
            mention.bits &= ~HISTORICAL
        mention.normal_size = self.small_ahead
        mention.masked = start - self.mask <= 1
        self.alternatives = 0
        self.copula = False
        self.mentions.append(mention)
        self.since_join += 1

    def place(self, start: int, end: int, entry: Term) -> None:
        """A structure; of the effects only `not assessed` reaches it."""
        self.structures.append(Mention(start, end, entry, self.bits & NOT_ASSESSED, clause=self.clause))

    def pre(self, start: int, end: int, entry: Cue) -> None:
        """A cue that works on what follows."""
        bit = BITS[entry.effect]
        fresh = self.join in (",", "and") and not self.since_join
        if bit & CANNOT_EXCLUDE or bit & HYPOTHETICAL or (fresh and bit & _UNCERTAIN):
            self.bits &= ~ABSENT
        if bit & ABSENT:
            self.bits &= ~(_UNCERTAIN | HISTORICAL | PREVIOUS | CANNOT_EXCLUDE)
            self._leftover()
        self.bits |= bit
        self.join = ""

    def post(self, start: int, end: int, entry: Cue) -> None:
        """A cue that works on what came before, or on the structures where nothing did."""
        bit = BITS[entry.effect]
        reached = self._behind(bit)
        for mention in reached:
            mention.bits |= bit
            mention.seen = False
        if not reached and bit & (NOT_ASSESSED | ABSENT | HISTORICAL):
            for structure in self.structures:
                if structure.clause == self.clause:
                    structure.bits |= bit
        if not reached and bit & _UNCERTAIN:
            self.bits |= bit
        self._close()

    def _behind(self, bit: int = 0) -> list[Mention]:
        """The mentions a cue behind them reaches: back to a terminator, a verb with mentions behind, another cue."""
        first = self.barrier
        first = max([first, *(verb for verb in self.verbs if verb < len(self.mentions))])
        reached = self.mentions[first:]
        if bit & (ABSENT | _UNCERTAIN) and reached and reached[-1].term.kind != "normal":
            told = [number for number, mention in enumerate(reached, 1) if mention.term.kind == "normal"]
            reached = reached[told[-1] :] if told else reached
        if (
            bit & (ABSENT | _UNCERTAIN)
            and len(reached) > 1
            and self.comma > reached[0].end
            and reached[-1].start > self.comma
        ):
            joined = self.plain.find(" and ", self.comma) >= 0 or self.plain.find(" or ", self.comma) >= 0
            stated = any(m.severity in ASIDE or m.change for m in reached if m.end <= self.comma)
            if stated or (not joined and bit & _UNCERTAIN):
                reached = [m for m in reached if m.start > self.comma]
        if bit & _UNCERTAIN and len(reached) > 1:
            reached = reached[-1:] if self.join not in ("and", "or", "andor", "versus") else reached
        return reached

    def _close(self) -> None:
        self.barrier = len(self.mentions)
        self.bits &= ~(_SHORT | CANNOT_EXCLUDE)

    def stop(self, start: int, end: int, entry: Cue) -> None:
        """A word that ends every scope."""
        self._leftover()
        self.bits = 0
        self.barrier = len(self.mentions)
        self.clause += 1
        self.severity = None
        self.join = ""
        self.since_join = 0

    def exclude(self, start: int, end: int, entry: Cue) -> None:
        """`Apart from`: what follows, up to a comma, is stated and not denied."""
        self.stop(start, end, entry)
        self.exception = True

    def joined(self, start: int, end: int, entry: Cue) -> None:
        """A comma or conjunction: ends what reaches one item only, goes on with what reaches lists."""
        self.join, self.since_join = entry.effect, 0
        if entry.effect == ",":
            self.comma = start
            self.severity = None
            if self.exception:
                self.exception = False
                self.stop(start, end, entry)
            if self.last_or < start:
                self.bits &= ~_SHORT
            if 0 <= self.verb <= len(self.mentions) and self.bits & ABSENT and self.last_or < start and self.verb > 0:
                self.bits = 0
            self._leftover()
        elif entry.effect in ("andor", "versus") or (
            entry.effect == "or" and not (self.bits & ABSENT or self.no_change)
        ):
            self._alternative(entry.effect)
        if entry.effect == "with":
            self.bits &= ~PREVIOUS

    def _alternative(self, effect: str) -> None:
        """Two readings stand against each other; the flag says that nothing else makes them doubtful."""
        if len(self.mentions) > self.barrier and self.mentions[-1].term.kind == "normal" and effect == "versus":
            self.alternatives = POSSIBLE | ALTERNATIVE
        elif len(self.mentions) > self.barrier and self.mentions[-1].term.kind != "normal":
            before = self.mentions[-1]
            hedged = before.bits & (POSSIBLE | LIKELY) and not before.bits & ALTERNATIVE
            self.alternatives = POSSIBLE if hedged else POSSIBLE | ALTERNATIVE
            before.bits |= self.alternatives
            if effect == "versus":
                self.bits |= self.alternatives

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

    def either(self, start: int, end: int, entry: Cue) -> None:
        """A cue that stands before what it steers, or behind it where nothing follows."""
        if self.copula and len(self.mentions) == self.verb and (self.verb > self.barrier or self._subject()):
            self.post(start, end, entry)
            return
        self.pre(start, end, entry)
        self.ahead = BITS[entry.effect], len(self.mentions)

    def _subject(self) -> bool:
        return any(structure.clause == self.clause for structure in self.structures)

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

    def masked(self, start: int, end: int, entry: Cue) -> None:
        """A masked word: transparent, but known to stand before a mention."""
        self.mask = end

    def nothing(self, start: int, end: int, entry: Cue) -> None:
        """Words that only keep others from being read."""
