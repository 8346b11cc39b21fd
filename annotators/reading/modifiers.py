"""What is said of a mention beside its assertion: how severe, how it changed, a borderline, a question mark."""

import re
from typing import Final

from annotators.reading.lexicon import Cue, Term
from annotators.reading.mention import ABSENT, GONE, POSSIBLE, Mention
from annotators.reading.reach import ASIDE
from annotators.reading.scopes import Scopes


class Reading(Scopes):
    """One sentence with everything that steers its mentions."""

    __slots__ = ()

    def read(self) -> None:
        """Walk over the hits; what is known afterwards stands in `mentions` and `structures`."""
        actions = _ACTIONS
        for start, end, entry in self.hits:
            actions[entry.role](self, start, end, entry)
        self._leftover()

    def grade(self, start: int, end: int, entry: Cue) -> None:
        """A degree before its mention, or behind it and a verb; that of a change is none of its finding."""
        if self._of_a_change(start, end):
            return
        if entry.effect in ASIDE and self._next_item(start):
            self._open()
        if self.verb == len(self.mentions) > self.barrier and self.mentions[-1].severity is None and not self.join:
            self.mentions[-1].severity = entry.effect
            return
        self.severity = entry.effect

    def _of_a_change(self, start: int, end: int) -> bool:
        """`Slightly larger`, `significant progression of`, `increased slightly`."""
        adverb = self.plain.endswith("ly", start, end)
        at = self._number(start)
        if at and adverb and self.hits[at - 1][2].role in _CHANGES and start - self.hits[at - 1][1] == 1:
            return True
        if at + 1 == len(self.hits):
            return False
        begin, stop, entry = self.hits[at + 1]
        return begin - end == 1 and entry.role in _CHANGES and (adverb or _noun(self.plain[begin:stop]))

    def _next_item(self, start: int) -> bool:
        """Whether an item of its own begins behind one that is denied or gone: `no effusion, small nodule`."""
        fresh = self.join in (",", "and", "with") and not self.since_join
        told = fresh and self.bits & GONE and len(self.mentions) > max(self.denied, self.barrier)
        return bool(told) and self.last_or < start

    def turn(self, start: int, end: int, entry: Cue) -> None:
        """A change said before what changed, or behind it and its verb."""
        if self.plain.startswith(" than ", end) and _VALUE.match(self.plain, end):
            return  # smaller than 5 mm
        if self.copula and len(self.mentions) == self.verb and (self.verb > self.barrier or self._of_antecedent(start)):
            self.turned(start, end, entry)
            return
        if self._next_item(start):
            self._open()
        self._leftover()
        self.change = self._turn(start, end, entry)
        self.change_used = self.no_change and self.plain[start:end].endswith((" of", " in", " the"))
        self.no_change = self.no_change or self.plain.startswith(("no ", "without "), start)

    def _of_antecedent(self, start: int) -> bool:
        """`Nodules, which are slightly larger`."""
        return bool(self.antecedent) and self.hits[self._number(start) - 1][2].role in ("verb", "sev")

    def _turn(self, start: int, end: int, entry: Cue) -> str:
        """`No increase in`: what did not change is there, and stable."""
        if self.no_change and self.join == "or":  # no increase or decrease
            return "stable"
        self.no_change = False
        if not self.bits & ABSENT or len(self.mentions) > self.denied or not _noun(self.plain[start:end]):
            return entry.effect
        self.bits &= ~ABSENT
        self.no_change = True
        return "stable"

    def turned(self, start: int, end: int, entry: Cue) -> None:
        """A change said behind what changed."""
        change = self._turn(start, end, entry)
        reached = self._behind()
        reached = [mention for mention in reached if mention.start > self.comma] or reached
        for mention in reached:
            mention.change = change
            mention.seen = True
        if not reached:
            self.change, self.change_used = change, False
        self._close()

    def ask(self, start: int, end: int, entry: Cue) -> None:
        """A question mark makes what stands before it, back to a bracket, a comma or another one, uncertain.

        One that stands before its word (`opacity ?infection`) asks what follows.
        """
        if _QUERY.match(self.plain, start - 1):
            self.bits |= POSSIBLE
            return
        begin = max(self.plain.rfind(mark, 0, start) for mark in "(,?:[")
        for mention in self.mentions:
            if mention.start > begin:
                mention.bits |= POSSIBLE

    def border(self, start: int, end: int, entry: Cue) -> None:
        """`Borderline`, `at the upper limits`: a normal statement with a reservation."""
        self.mentions.append(Mention(start, end, _BORDERLINE, self.bits & ~ABSENT, clause=self.clause))

    def graded(self, start: int, end: int, entry: Cue) -> None:
        """A size said behind what has it."""
        for mention in self.mentions[-1:]:
            mention.severity = mention.severity or entry.effect

    def small(self, start: int, end: int, entry: Cue) -> None:
        """Nodes that are said not to be enlarged."""
        reached = [m for m in self.mentions if "node" in m.term.flags]
        for mention in reached:
            mention.normal_size = True
        self.small_ahead = not reached

    def evidence(self, start: int, end: int, entry: Cue) -> None:
        """`no significant evidence of`: the evidence is what is significant."""
        self.severity = None


_VALUE: Final = re.compile(
    r" than (?:an? |about |approximately |around |or equal to )?(?:\d|one |normal|usual|expected)"
)
_QUERY: Final = re.compile(r"[ (]\? ?[a-z](?!.*\?\s*(?:$|\)))")
_CHANGES: Final = frozenset(("change", "changed"))
_NOUN: Final = re.compile(
    r"(?:increase|progression|worsening|enlargement|growth|decrease|improvement|reduction|regression|diminution"
    r"|resolution|clearing|change|difference|deterioration|extension|development)s?"
    r"(?: (?:of|in)\b.*)?"
)


def _noun(words: str) -> bool:
    """Whether a change is named as a thing (`an increase in`), not said of one (`increased`)."""
    return _NOUN.search(words) is not None and not words.endswith("ed")


_BORDERLINE: Final = Term("term", "borderline", "normal", "", "", ("normal", "borderline"))
_ACTIONS: Final = {
    "term": Reading.term,
    "place": Reading.place,
    "pre": Reading.pre,
    "post": Reading.post,
    "break": Reading.stop,
    "except": Reading.exclude,
    "join": Reading.joined,
    "verb": Reading.found,
    "sev": Reading.grade,
    "change": Reading.turn,
    "changed": Reading.turned,
    "ask": Reading.ask,
    "borderline": Reading.border,
    "smallnode": Reading.small,
    "sevafter": Reading.graded,
    "either": Reading.either,
    "evidence": Reading.evidence,
    "side": Reading.nothing,
    "prep": Reading.nothing,
    "pseudo": Reading.nothing,
    "mask": Reading.masked,
    "eval": Reading.nothing,
}
