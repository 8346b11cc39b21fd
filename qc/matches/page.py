"""Pairs of reports with what RaTEScore matched in them, as one page that works offline and runs no script."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from qc.review.highlights import Piece, Span, honest, pieces

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Line:
    """An entity and what it was matched with; `other` is empty where the other report has no entity."""

    entity: str
    type: str
    other: str
    other_type: str
    cosine: float | None
    weight: float | None
    penalty: float | None


@dataclass(frozen=True)
class Pair:
    """Two reports in pieces, and how the entities of each were matched."""

    id: str
    score: float | None
    precision: float | None
    recall: float | None
    candidate: list[Piece]
    reference: list[Piece]
    lines: dict[str, list[Line]]


def page(pairs: pl.DataFrame, matches: pl.DataFrame, total: int, title: str) -> str:
    """The page as HTML.

    `pairs`: `id`, `candidate`, `reference` (texts), `score`, `precision`, `recall`, in the order to show; `matches`: a
    row per entity of theirs, as `annotators.ratescore.scored_pairs` gives them, under `id`. `total`: pairs there are.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"figure": _figure}
    of = matches.partition_by("id", as_dict=True, maintain_order=True)
    shown = [_pair(row, of.get((row["id"],), matches.clear())) for row in pairs.iter_rows(named=True)]
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(pairs=shown, total=total, title=title, style=style)


def _pair(row: dict[str, Any], matches: pl.DataFrame) -> Pair:
    sides = {
        name: matches.filter(pl.col("direction").cast(pl.String) == name).to_dicts() for name in ("precision", "recall")
    }
    return Pair(
        honest(row["id"]),
        row["score"],
        row["precision"],
        row["recall"],
        _marked(row["candidate"], sides["precision"]),
        _marked(row["reference"], sides["recall"]),
        {name: [_line(one) for one in own] for name, own in sides.items()},
    )


def _marked(text: str, entities: list[dict[str, Any]]) -> list[Piece]:
    return pieces(text, [Span(one["start"], one["end"], one["type"].lower(), one["type"]) for one in entities])


def _line(one: dict[str, Any]) -> Line:
    return Line(
        honest(one["entity"]), one["type"], honest(one["match"] or ""), one["match_type"] or "",
        one["cosine"], one["weight"], one["penalty"],
    )  # fmt: skip


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
