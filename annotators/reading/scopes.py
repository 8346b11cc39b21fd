"""Which words steer which mentions: ConText (Harkema 2009, doi:10.1016/j.jbi.2009.05.002) in one pass.

Here is what stands before its mention: such a cue works until a terminator, or until a new statement begins.
`reach` has what stands behind, `modifiers` what is said beside: severity and change.
"""

import re
from typing import Final

from annotators.reading.lexicon import Cue, Term
from annotators.reading.mention import (
    ABSENT,
    ALTERNATIVE,
    BITS,
    CANNOT_EXCLUDE,
    FOLLOWED,
    GONE,
    HISTORICAL,
    HYPOTHETICAL,
    LIKELY,
    NOT_ASSESSED,
    POSSIBLE,
    PREVIOUS,
    REMOVED,
    RESOLVED,
    Mention,
)
from annotators.reading.reach import SHORT, UNCERTAIN, Backward
from annotators.reading.statements import opens

_IS: Final = re.compile(r"\b(?:is|are|was|were)(?: an?| the)? $")
_REASON: Final = re.compile(r" (?:for|due to|because of|secondary to|on account of)(?: \w+){0,3} ")
"""From an operation to the disease it was for."""
_FOLLOWING: Final = re.compile(r" (?:following|after)(?: (?!removal|withdrawal)\w+){0,4} $")
_SIZE: Final = re.compile(r" \d+(?:[.,]\d+)? ?[mc]m\b")
_NEXT: Final = re.compile(
    r"(?:and|with) (?:an?|the|small|mild|moderate|large|minimal|tiny|stable|unchanged|new|left|right|bilateral) "
)
"""Opens the next finding behind two that stand against each other."""


class Scopes(Backward):
    """The same sentence: what works on what follows, and what ends it."""

    __slots__ = ()

    def term(self, start: int, end: int, entry: Term) -> None:
        """A finding: it takes what is in force here."""
        mention = Mention(start, end, entry, self.bits | self.alternatives, None, None, False, self.clause)
        if self.severity is not None:
            mention.severity, self.severity = self.severity, None
        if self.change is not None:
            mention.change = self.change
            self.change_used = True
        mention.seen = self.exception
        if self.operated:
            self._operated_for(mention)
        if entry.flags:
            self._flagged(mention)
        mention.normal_size = self.small_ahead
        mention.masked = start - self.mask <= 1
        self.alternatives = 0
        self.copula = False
        if self.antecedent:
            self.antecedent = ()
        self.mentions.append(mention)
        self.since_join += 1

    def _flagged(self, mention: Mention) -> None:
        flags = mention.term.flags
        if "artefact" in flags and (mention.bits & UNCERTAIN or _IS.search(self.plain, 0, mention.start)):
            self._explained()
        elif "device" in flags and self.join == "with":
            mention.bits &= ~HISTORICAL
        elif "surgery" in flags:
            self.operated = True
        if mention.bits & GONE and ("device" in flags or "surgery" in flags):
            behind = self.mentions[-1].end if self.mentions else 0
            if _FOLLOWING.search(self.plain, behind, mention.start):  # no pneumothorax after drain insertion
                mention.bits &= ~GONE

    def _operated_for(self, mention: Mention) -> None:
        if _REASON.fullmatch(self.plain, self.mentions[-1].end, mention.start):
            mention.bits |= HISTORICAL
        self.operated = False

    def _owned(self, start: int) -> bool:
        """Whether the cue stands behind what was denied: `recurrence of known`, `metastasis, operated`."""
        before = self.hits[self._number(start) - 1][2]
        if before.role == "join":
            return len(self.mentions) > self.denied and self.last_or < start
        return before.role in ("prep", "term")

    def place(self, start: int, end: int, entry: Term) -> None:
        """A structure; of the effects only `not assessed` reaches it."""
        self.structures.append(Mention(start, end, entry, self.bits & NOT_ASSESSED, clause=self.clause))

    def pre(self, start: int, end: int, entry: Cue) -> None:
        """A cue that works on what follows."""
        bit = BITS[entry.effect]
        if bit & ABSENT and self._answers(start, end):
            self.post(start, end, entry)
            return
        fresh = self.join in (",", "and") and not self.since_join
        if bit & CANNOT_EXCLUDE or bit & HYPOTHETICAL or (fresh and bit & UNCERTAIN):
            self.bits &= ~ABSENT
        if bit & HYPOTHETICAL and (self.join or self.plain.startswith("and", start)):
            self.bits &= ~FOLLOWED
        if bit & HISTORICAL and self.bits & ABSENT and self._owned(start):
            self._open()
        if bit & ABSENT:
            self.bits &= ~(UNCERTAIN | HISTORICAL | PREVIOUS | CANNOT_EXCLUDE | NOT_ASSESSED)
            self._leftover()
        if bit & GONE:
            self.denied = len(self.mentions)
            self.listing = start
            self.existing = self._predicated(start)
        self.bits |= bit
        self.join = ""

    def _answers(self, start: int, end: int) -> bool:
        """Whether a `no` ends an item of a form: `Pneumothorax: no.`"""
        return self.plain[end:].lstrip()[:1] in ("", ".", ";") and self.plain[:start].rstrip().endswith((":", "-", "="))

    def _predicated(self, start: int) -> bool:
        """Whether what is denied has its verb before it: `there is no`, `the heart is not`."""
        number = self._number(start)
        if not number:
            return False
        before, _, entry = self.hits[number - 1]
        return entry.role == "verb" or self.plain.startswith("there", before)

    def stop(self, start: int, end: int, entry: Cue) -> None:
        """A word that ends every scope."""
        self._leftover()
        if self.plain.startswith(("which", "who"), start):
            self.antecedent = self.mentions[self.barrier :]
        self.bits &= ABSENT if self.antecedent and self.bits & ABSENT and self._purpose(start) else 0
        self.barrier = len(self.mentions)
        self.clause += 1
        self.severity = None
        self.join = ""
        self.since_join = 0

    def _purpose(self, start: int) -> bool:
        """`No opacity which would suggest pneumonia`: what is not there suggests nothing."""
        number = self._number(start)
        following = [hit[2] for hit in self.hits[number + 1 : number + 3] if hit[2].role != "verb"]
        if not following:
            return False
        entry = following[0]
        return isinstance(entry, Cue) and entry.role in ("pre", "either") and bool(BITS[entry.effect] & UNCERTAIN)

    def exclude(self, start: int, end: int, entry: Cue) -> None:
        """`Apart from`: what follows, up to a comma, is stated and not denied."""
        self.stop(start, end, entry)
        self.exception = True

    def joined(self, start: int, end: int, entry: Cue) -> None:
        """A comma or conjunction: ends what reaches one item only, goes on with what reaches lists."""
        effect = entry.effect
        caused = self.join == "with" and not self.since_join
        comma = self.comma
        self.join, self.since_join = effect, 0
        if effect == ",":
            self._comma(start, end, entry)
        elif effect == "versus" and _SIZE.match(self.plain, end):
            return
        elif effect in ("andor", "versus") or (effect == "or" and not (self.bits & ABSENT or self.no_change or caused)):
            self._alternative(effect)
        elif effect == "with":
            self.bits &= ~(PREVIOUS | RESOLVED | REMOVED | NOT_ASSESSED)
            if self.operated:  # what is there with the operation is no history
                self.bits &= ~HISTORICAL
        if (self.bits | self.alternatives) & ALTERNATIVE and effect in ("and", "with"):
            self._next(start)
        if (
            self.bits & ABSENT
            and effect == ","
            and self.last_or < start
            and self.plain.startswith("not ", self.listing)
        ):
            self._open()  # the heart is not enlarged, …
        if self.bits & GONE and effect in (",", "and") and len(self.mentions) > self.denied:
            self._end_denial(start, listed=comma > self.listing)

    def _next(self, start: int) -> None:
        """Two alternatives end where another finding is told: `scar versus nodule and a small effusion`."""
        if _NEXT.match(self.plain, start):
            self.bits &= ~(ALTERNATIVE | POSSIBLE)
            self.alternatives = 0

    def _end_denial(self, start: int, *, listed: bool) -> None:
        closed = self.denied < self.verb or (self.existing and not listed)
        if opens(self.plain, self.hits, self._number(start), closed=closed, listed=listed):
            self._open()

    def _comma(self, start: int, end: int, entry: Cue) -> None:
        self.comma = start
        if self.severity is not None and not self._adjectives(start):
            self.severity = None
        if self.exception:
            self.exception = False
            self.stop(start, end, entry)
        if self.last_or < start:
            self.bits &= ~(SHORT | ALTERNATIVE)
            if self.bits & ABSENT and 0 < self.verb <= len(self.mentions):
                self.bits = 0
        self._leftover()

    def _adjectives(self, start: int) -> bool:
        """`A large, increasing effusion`: the comma stands between two words for the same finding."""
        number = self._number(start)
        roles = [hit[2].role for hit in self.hits[number + 1 : number + 4]]
        return roles[roles[:1] == ["sev"] :][:2] == ["change", "term"]

    def _open(self) -> None:
        """A new statement begins within the sentence: it says what there is, whatever was denied before."""
        self._leftover()
        self.bits = 0
        self.barrier = len(self.mentions)
        self.clause += 1

    def _alternative(self, effect: str) -> None:
        """Two readings stand against each other; the flag says that nothing else makes them doubtful."""
        if len(self.mentions) == self.barrier:
            return
        before = self.mentions[-1]
        if before.term.kind != "normal" or "artefact" in before.term.flags:
            hedged = before.bits & (POSSIBLE | LIKELY) and not before.bits & ALTERNATIVE
            self.alternatives = POSSIBLE if hedged else POSSIBLE | ALTERNATIVE
            before.bits |= self.alternatives
            if effect == "versus":
                self.bits |= self.alternatives
        elif effect == "versus":
            self.alternatives = POSSIBLE | ALTERNATIVE

    def either(self, start: int, end: int, entry: Cue) -> None:
        """A cue that stands before what it steers, or behind it where nothing follows."""
        if self.copula and len(self.mentions) == self.verb and (self.verb > self.barrier or self._subject()):
            self.post(start, end, entry)
            return
        self.pre(start, end, entry)
        self.ahead = BITS[entry.effect], len(self.mentions)

    def masked(self, start: int, end: int, entry: Cue) -> None:
        """A masked word: transparent, but known to stand before a mention."""
        self.mask = end

    def nothing(self, start: int, end: int, entry: Cue) -> None:
        """Words that only keep others from being read."""
