"""What each trap of the published scoring does to the same outputs: items whose verdict it turns, and which way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import polars as pl
from pydantic import BaseModel

from qc.evaluate.bench import published
from qc.evaluate.bench.accuracy import pairs_of, right_marks, right_of
from qc.evaluate.bench.mentions import key, mentions
from qc.evaluate.bench.options import Chosen, chosen
from qc.evaluate.bench.units import Names, units

Verdicts = tuple[float, float] | None
"""Without the trap and with it, from 0 to 1; None where the item is none that it could catch."""


class TrapLine(BaseModel):
    """One trap: the items it could catch, those that it turns towards right, and towards wrong."""

    trap: str
    what: str
    items: int
    to_right: int
    to_wrong: int


class Item(NamedTuple):
    """An item with its output."""

    output: str
    choices: Sequence[Mapping[str, Any]]
    gold: Sequence[str]
    outputs: Sequence[str]
    language: str
    folder: str
    bench_id: str
    metric: str

    @property
    def read(self) -> tuple[Chosen | None, Chosen]:
        """Marks that are read of the output, and the right ones: of another right answer where that was given."""
        pairs = pairs_of(self.choices)
        said = chosen(self.output, pairs, self.language)
        return said, right_of(said, pairs, self.gold, self.outputs, self.language)

    @property
    def best(self) -> Chosen:
        """Marks of the first right answer."""
        return right_marks(pairs_of(self.choices), self.gold, self.outputs, self.language)

    @property
    def lettered(self) -> bool:
        """Whether it is a question whose options have letters."""
        marks = [one["mark"] for one in self.choices]
        return self.metric == "accuracy" and bool(marks) and all(len(one) == 1 and "A" <= one <= "Z" for one in marks)

    @property
    def of_words(self) -> bool:
        """Whether a class is the answer."""
        return self.metric == "accuracy" and bool(self.choices) and not self.lettered


@dataclass(frozen=True)
class Trap:
    """`what` it does, in a sentence; `verdicts` of one item."""

    name: str
    what: str
    verdicts: Callable[[Item], Verdicts]


def trap_lines(items: pl.DataFrame, traps: Sequence[Trap] | None = None) -> list[TrapLine]:
    """A line per trap, over `items` with `output`; an item without one is left out."""
    columns = ("output", "choices", "gold", "outputs", "output_language", "folder", "bench_id", "metric")
    rows = [Item(*row) for row in items.drop_nulls("output").select(columns).iter_rows()]
    return [_line(trap, rows) for trap in traps or TRAPS]


def _line(trap: Trap, rows: Sequence[Item]) -> TrapLine:
    found = [one for one in map(trap.verdicts, rows) if one is not None]
    return TrapLine(
        trap=trap.name, what=trap.what, items=len(found), to_right=sum(after > before for before, after in found),
        to_wrong=sum(after < before for before, after in found),
    )  # fmt: skip


def _beyond_d(item: Item) -> Verdicts:
    if not item.lettered or max(one["mark"] for one in item.choices) <= "D":
        return None
    said, wanted = item.read
    return said == wanted, said == wanted and max(wanted) <= "D"


def _first_letter(item: Item) -> Verdicts:
    if not item.lettered:
        return None
    said, wanted = item.read
    return (said == wanted, {item.output.strip()[:1].upper()} == wanted) if len(wanted) == 1 else None


def _one_of_several(item: Item) -> Verdicts:
    if not item.lettered:
        return None
    (said, wanted), first = item.read, item.best
    several = len(first) > 1 or len(item.outputs) > 1
    return (said == wanted, bool(said) and min(said or "") == min(first)) if several else None


def _maybe(item: Item) -> Verdicts:
    if not item.of_words or item.bench_id != published.YES_NO_MAYBE:
        return None
    said, wanted = item.read
    return said == wanted, said == wanted and wanted != {"maybe"}


def _true_false(item: Item) -> Verdicts:
    if not item.of_words or item.folder != "Clinical_outcome_prediction":
        return None
    said, wanted = item.read
    return said == wanted, published.true_false(item.output, item.outputs[0])


def _same_words(item: Item) -> Verdicts:
    if not item.of_words or item.folder in ("MCQA", "Clinical_outcome_prediction"):
        return None
    said, wanted = item.read
    return said == wanted, published.same_words(item.output, item.outputs[0])


def _within_words(item: Item) -> Verdicts:
    """Against whole words anywhere, so that naming several choices is not counted twice."""
    if item.metric != "contained":
        return None
    whole = f" {' '.join(units(item.outputs[0]))} " in f" {' '.join(units(item.output))} "
    return whole, published.substring(item.output, item.outputs[0])


def _every_choice(item: Item) -> Verdicts:
    if item.metric != "contained" or not item.choices:
        return None
    said, wanted = item.read
    words = f" {' '.join(units(item.output))} "
    return said == wanted, f" {' '.join(units(item.outputs[0]))} " in words


def _commas(item: Item) -> Verdicts:
    if item.metric != "entity-f1" or not item.gold:
        return None
    wanted = {key(one) for one in item.gold}
    said = set(mentions(item.output, wanted) or ())
    whole = " ".join(item.output.split()) in {" ".join(one.split()) for one in item.outputs}
    plain = published.cut_entities(item.output.lower(), cut=False)
    return whole or said == wanted, plain == {one.lower().replace(".", "") for one in item.gold}


def _last_character(item: Item) -> Verdicts:
    if item.metric != "entity-f1":
        return None
    pair = item.output, item.outputs[0]
    before, after = ([published.cut_entities(text, cut=cut) for text in pair] for cut in (False, True))
    return before[0] == before[1], after[0] == after[1]


def _nothing_counts(item: Item) -> Verdicts:
    """Without the trap an item where nothing is to be found adds nothing to the F1 but what is wrongly named."""
    if item.metric != "entity-f1" or item.gold:
        return None
    return 0.5, float(published.cut_entities(item.output) == published.cut_entities(item.outputs[0]))


def _label_words(item: Item) -> Verdicts:
    if item.metric != "label-f1":
        return None
    texts = [text for _, text in pairs_of(item.choices)] or list(item.gold)
    found = {texts[one.name] for one in Names(texts).find(units(item.output))}
    plain = {text for text in texts if text.lower() in item.output.lower()}
    return found == set(item.gold), plain == set(item.gold)


TRAPS: Final = (
    Trap("letters-beyond-d", "An answer E or later is never right.", _beyond_d),
    Trap("first-letter", "The first character of an output is its answer, whatever follows.", _first_letter),
    Trap("one-of-several", "Of several right answers the first alone is compared.", _one_of_several),
    Trap("maybe", "Of yes, no and maybe the last is never right.", _maybe),
    Trap("true-false", "True or False may stand anywhere, if the other stands nowhere.", _true_false),
    Trap("same-words", "A class with any word around it is wrong.", _same_words),
    Trap("within-words", "An answer may stand within other words or numbers.", _within_words),
    Trap("every-choice", "Naming every choice is right.", _every_choice),
    Trap("commas", "A comma within a mention makes two of it; a list of lines is one.", _commas),
    Trap("last-character", "Full stops go, then the last character of every list.", _last_character),
    Trap("nothing-counts", "The sentence that nothing is found counts as an entity, right or wrong.", _nothing_counts),
    Trap("label-words", "A label may stand within other words, and must be spelt alike.", _label_words),
)
