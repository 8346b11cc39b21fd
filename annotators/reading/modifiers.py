"""What is said of a mention beside its assertion: how severe, how it changed, a borderline, a question mark."""

from typing import Final

from annotators.reading.lexicon import Cue, Term
from annotators.reading.matching import Hit
from annotators.reading.mention import ABSENT, POSSIBLE, Mention
from annotators.reading.scopes import ASIDE, Scopes


class Reading(Scopes):
    """One sentence with everything that steers its mentions."""

    def read(self, hits: list[Hit]) -> None:
        """Walk over the hits; what is known afterwards stands in `mentions` and `structures`."""
        actions = _ACTIONS
        for start, end, entry in hits:
            actions[entry.role](self, start, end, entry)
        self._leftover()

    def grade(self, start: int, end: int, entry: Cue) -> None:
        """A degree before its mention, or behind it and a verb."""
        opens = entry.effect in ASIDE and self.join in (",", "and", "with") and not self.since_join
        if opens and self.bits & ABSENT and self.last_or < start and len(self.mentions) > self.barrier:
            self.bits = 0
            self.barrier = len(self.mentions)
        if self.verb == len(self.mentions) > self.barrier and self.mentions[-1].severity is None and not self.join:
            self.mentions[-1].severity = entry.effect
            return
        self.severity = entry.effect

    def turn(self, start: int, end: int, entry: Cue) -> None:
        """A change said before what changed, or behind it and its verb."""
        if self.copula and len(self.mentions) == self.verb > self.barrier:
            self.turned(start, end, entry)
            return
        if self.bits & ABSENT and self.join in (",", "and") and not self.since_join and self.last_or < start:
            self.bits = 0
            self.barrier = len(self.mentions)
        self._leftover()
        self.change, self.change_used = entry.effect, False
        self.no_change = self.plain.startswith(("no ", "without "), start)

    def turned(self, start: int, end: int, entry: Cue) -> None:
        """A change said behind what changed."""
        reached = self._behind()
        reached = [mention for mention in reached if mention.start > self.comma] or reached
        for mention in reached:
            mention.change = entry.effect
            mention.seen = True
        if not reached:
            self.change, self.change_used = entry.effect, False
        self._close()

    def ask(self, start: int, end: int, entry: Cue) -> None:
        """A question mark makes what stands before it, back to a bracket, a comma or another one, uncertain."""
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
