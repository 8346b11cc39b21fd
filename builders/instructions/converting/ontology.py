"""Terms of an ontology: their synonyms, definitions and names, and tasks of several terms."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import INPUT, OUTPUTS, REASON, only, settled
from builders.instructions.converting.draws import Draw
from builders.instructions.converting.obo import plain, synonyms
from builders.instructions.converting.ontology_match import match
from builders.instructions.converting.ontology_relation import relation
from builders.instructions.converting.template import rendered
from builders.instructions.task import Task


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each term of which the ontology says what is asked.

    `synonym`: all exact synonyms are right; a term without one is rejected as `no_synonym`. `definition`: that of the
    term. `name`: the definition is given, and name and synonyms are right. For `match` and `relation` see their files.
    """
    return _ASKED[task.fields["asked"]](rows, task, draw)


def _synonym(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    term, slot = task.fields["term"], task.fields.get("synonyms", "{synonym}")
    texts = pl.DataFrame({"term": rendered(rows, term), "all": synonyms(rows, slot)})
    lower = pl.col("term").str.to_lowercase()
    long = texts.with_row_index("row").filter(pl.col("all").list.len() > 0).explode("all")
    other = long.filter(pl.col("all").str.to_lowercase() != lower).group_by("row", maintain_order=True).agg("all")
    held = texts.with_row_index("row").drop("all").join(other, on="row", how="left", maintain_order="left")
    none = pl.when(held["term"].is_not_null() & held["all"].is_null()).then(pl.lit("no_synonym"))
    drafts = rows.with_columns(held["term"].alias(INPUT), held["all"].alias(OUTPUTS), none.alias(REASON))
    return settled(drafts, [term], [slot])


def _definition(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    term, slot = task.fields["term"], task.fields.get("definition", "{def}")
    drafts = rows.with_columns(rendered(rows, term).alias(INPUT), rendered(rows, slot).alias("__definition"))
    return settled(drafts.with_columns(only(plain(pl.col("__definition"))).alias(OUTPUTS)), [term], [slot])


def _name(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    term, slot = task.fields["term"], task.fields.get("definition", "{def}")
    others = task.fields.get("synonyms")
    drafts = rows.with_columns(
        rendered(rows, slot).alias("__definition"),
        rendered(rows, term).alias("__term"),
    )
    same = synonyms(rows, others) if others else pl.lit(None, pl.List(pl.String))
    drafts = drafts.with_columns(same.alias("__synonyms"))
    all_ = pl.concat_list(pl.concat_list("__term"), pl.col("__synonyms").fill_null([])).list.unique(maintain_order=True)
    right = pl.when(pl.col("__term").is_not_null()).then(all_)
    return settled(
        drafts.with_columns(plain(pl.col("__definition")).alias(INPUT), right.alias(OUTPUTS)), [slot], [term]
    )


_ASKED: Final[Mapping[str, Callable[[pl.DataFrame, Task, Draw], Kept]]] = {
    "synonym": _synonym,
    "definition": _definition,
    "name": _name,
    "match": match,
    "relation": relation,
}
