"""How two terms of an ontology are related: one is a kind of the other, they mean the same, or neither."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import CHOICES, GOLD, INPUT, OUTPUTS, REASON, only, settled
from builders.instructions.converting.draws import OTHER, ROW, Draw
from builders.instructions.converting.obo import parents, synonyms
from builders.instructions.converting.template import rendered
from builders.instructions.converting.words_of_classes import as_choices, classes
from builders.instructions.rows import ID
from builders.instructions.task import Task

ROLES: Final = ("parent", "child", "synonym", "none")
"""What the first of the two terms is to the second."""
TRIES: Final = 4
"""Other terms that are looked at for one that is not related."""


@dataclass(frozen=True)
class Terms:
    """All terms of a frame by their place: names, names and ids of those above, and synonyms."""

    names: Sequence[str | None]
    above: Sequence[Sequence[str]]
    same: Sequence[Sequence[str]]
    places: Mapping[str, int]

    def name(self, parent: str) -> str | None:
        """The name of a parent; None where it is an id that the frame does not have."""
        if parent in self.places:
            return self.names[self.places[parent]]
        return None if ":" in parent and " " not in parent else parent

    def ancestors(self, place: int) -> set[int]:
        """The places of all terms above one, in any number of steps."""
        seen: set[int] = set()
        waiting = [place]
        while waiting:
            above = {self.places[one] for one in self.above[waiting.pop()] if one in self.places} - seen
            seen |= above
            waiting += above
        return seen

    def unrelated(self, place: int, other: int) -> bool:
        """Whether neither is above the other and no word is a name of both."""
        words = [{name.lower() for name in (self.names[one], *self.same[one]) if name} for one in (place, other)]
        return not (words[0] & words[1] or other in self.ancestors(place) or place in self.ancestors(other))


def relation(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each term: two terms, and what the first is to the second, in the words of the table.

    Which relation a term is asked for is drawn among those that it has and the table knows. Parents are ids or names,
    and those whose name is not known are left out. Unrelated are two terms of other documents of one split of which
    neither is above the other. A term without any relation is rejected as `no_relation`.
    """
    words = task.fields.get("words") or {role: role for role in ROLES}
    terms = _terms(rows, task)
    others: dict[int, list[int]] = {}
    able = pl.Series([name is not None for name in terms.names], dtype=pl.Boolean)
    for row, other in draw.others(rows, able, "unrelated", TRIES).select(ROW, OTHER).iter_rows():
        others.setdefault(row, []).append(other)
    which, who = (draw.fractions(rows[ID], what).to_list() for what in ("relation", "partner"))
    drawn = [
        _drawn(terms, place, others.get(place, []), [role for role in ROLES if role in words], which[place], who[place])
        for place in range(rows.height)
    ]
    pairs = pl.DataFrame(drawn, schema={INPUT: pl.String, "role": pl.String}, orient="row")
    word = pl.col("__role").replace_strict(dict(words), default=None, return_dtype=pl.String)
    drafts = rows.with_columns(pairs[INPUT], pairs["role"].alias("__role"), able.alias("__named"))
    lonely = pl.col("__named") & pl.col("__role").is_null()
    return settled(
        drafts.with_columns(
            only(word).alias(OUTPUTS),
            only(word).alias(GOLD),
            as_choices(classes(words.values())).alias(CHOICES),
            pl.when(lonely).then(pl.lit("no_relation")).alias(REASON),
        ),
        [task.fields["term"]],
        [task.fields["term"]],
    )


def _terms(rows: pl.DataFrame, task: Task) -> Terms:
    fields = task.fields
    names = rendered(rows, fields["term"]).to_list()
    above = parents(rows, fields.get("parents", "{is_a}")).to_list()
    same = synonyms(rows, fields.get("synonyms", "{synonym}")).to_list()
    by_name = {name: place for place, name in sorted(enumerate(names), key=lambda one: rows[ID][one[0]]) if name}
    ids = rows[ID].str.strip_prefix(f"{task.corpus}/").to_list()
    return Terms(
        names,
        [one or [] for one in above],
        [one or [] for one in same],
        by_name | {id_: n for n, id_ in enumerate(ids)},
    )


def _drawn(
    terms: Terms, place: int, others: Iterable[int], roles: Sequence[str], which: float, who: float
) -> tuple[str | None, str | None]:
    """The two terms as they are asked, and the role of the first; None twice where nothing can be asked."""
    name = terms.names[place]
    if name is None:
        return None, None
    above = sorted({known for parent in terms.above[place] if (known := terms.name(parent)) and known != name})
    same = sorted({one for one in terms.same[place] if one.lower() != name.lower()})
    apart = [str(terms.names[other]) for other in islice((one for one in others if terms.unrelated(place, one)), 1)]
    partners = {"parent": above, "child": above, "synonym": same, "none": apart}
    having = [role for role in roles if partners[role]]
    if not having:
        return None, None
    role = having[int(which * len(having))]
    partner = partners[role][int(who * len(partners[role]))]
    first, second = (partner, name) if role == "parent" else (name, partner)
    return f"First term: {first}\nSecond term: {second}", role
