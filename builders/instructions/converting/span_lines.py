"""Mentions and relations as JSON, a line of it for each line of a text."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl

from builders.instructions.converting.draws import ROW
from builders.instructions.converting.mentions import END, MENTION, START, TYPE, as_raw
from builders.instructions.converting.template import alone
from builders.instructions.converting.values import Value

ENDS: Final = (("head", "tail"), ("from", "to"))
"""What the two ends of a relation may be called: places in the list of entities, from 0."""

Line = dict[str, list[dict[str, str]]]


def lines(rows: pl.DataFrame, text: Value, found: pl.DataFrame, entities: str, relations: str | None) -> pl.Series:
    """`{"entities": [{text, type}], "relations": [{type, head, tail}]}` a line; as many lines as the text has.

    What goes over several lines stands where it begins, a relation where its head does. A relation of an entity that
    does not count is left out.
    """
    texts = rows.select(as_raw(text)).to_series().to_list()
    mentions: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in found.drop_nulls(MENTION).iter_rows(named=True):
        mentions[one[ROW]].append(one)
    related = _related(rows, entities, relations)
    said = [None if one is None else _lines(one, mentions[row], related.get(row, [])) for row, one in enumerate(texts)]
    return pl.Series("lines", said, pl.String)


def _lines(text: str, mentions: Iterable[Mapping[str, Any]], relations: Iterable[tuple[str, Any, Any]]) -> str:
    held: list[Line] = [{"entities": [], "relations": []} for _ in text.split("\n")]
    told = {(one[START], one[END]): one[MENTION] for one in mentions}
    for one in mentions:
        entity = {"text": one[MENTION], "type": one[TYPE]}
        line = held[text.count("\n", 0, one[START])]
        line["entities"] += [entity] if entity not in line["entities"] else []
    for kind, head, tail in relations:
        if head in told and tail in told:
            line = held[text.count("\n", 0, head[0])]
            line["relations"].append({"type": kind, "head": told[head], "tail": told[tail]})
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in held)


def _related(rows: pl.DataFrame, entities: str, relations: str | None) -> dict[int, list[tuple[str, Any, Any]]]:
    """Of each row its relations as type and the offsets of both ends."""
    held = alone(entities, rows.schema), alone(relations, rows.schema) if relations else None
    if held[0] is None or held[1] is None:
        return {}
    pairs = rows.select(entities=held[0].expr, relations=held[1].expr).rows()
    return {row: [*_ends(spans or [], related or [])] for row, (spans, related) in enumerate(pairs)}


def _ends(spans: list[dict[str, Any]], related: list[dict[str, Any]]) -> Iterable[tuple[str, Any, Any]]:
    for one in related:
        names = next(names for names in ENDS if names[0] in one)
        places = [one[name] for name in names]
        if all(isinstance(place, int) and 0 <= place < len(spans) for place in places):
            head, tail = ((spans[place]["start"], spans[place]["end"]) for place in places)
            yield one["type"], head, tail
