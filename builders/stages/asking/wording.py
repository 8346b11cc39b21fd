"""How questions name structures and findings, and which of the phrasings of a type a question gets."""

import re
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import polars as pl

from builders.stages.hashing import hex_digest
from schemas import anatomy

_HERE: Final = Path(__file__).parent
_VERTEBRA: Final = re.compile(r"(cervical|thoracic|lumbar|sacral) vertebrae \d+ \((\w+)\)")
_RIB: Final = re.compile(r"(?:(left|right) )?rib (\d+)")
_SPOKEN: Final = {
    "trachea and bronchie": "trachea and bronchi",
    "portal vein and splenic vein": "portal and splenic veins",
    "heart ascending aorta": "ascending aorta",
    "lung upper lobe": "upper lobes",
    "lung lower lobe": "lower lobes",
    "rib": "ribs",
    "left rib": "left ribs",
    "right rib": "right ribs",
}
UNASKED: Final = "-"


class Phrasing(NamedTuple):
    """One way to ask: its number among those of its type, and the text with its slots."""

    template: int
    form: str
    text: str


def node_said(name: str) -> str:
    """What stands behind `the`: `T11 vertebra`, `left 4th rib`; else the node itself."""
    if vertebra := _VERTEBRA.fullmatch(name):
        return f"{vertebra[2].upper()} vertebra"
    if rib := _RIB.fullmatch(name):
        ending = {"1": "st", "2": "nd", "3": "rd"}.get(rib[2], "th")
        return " ".join(filter(None, (rib[1], f"{rib[2]}{ending} rib")))
    return _SPOKEN.get(name, name)


@cache
def nodes() -> pl.DataFrame:
    """(node, node_said) of all structures."""
    return pl.DataFrame({"node": anatomy.names(), "node_said": [node_said(name) for name in anatomy.names()]})


@cache
def terms() -> MappingProxyType[str, str]:
    """How the terms of terms.tsv are said; `-` for those that are never asked about."""
    lines = (_HERE / "terms.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return MappingProxyType(dict(line.split("\t") for line in lines if not line.startswith("#")))


def term_said(term: str, *, article: bool = True) -> str:
    """`a nodule` or `nodule`, `atelectasis`."""
    said = terms().get(term, term)
    return said if article else re.sub(r"^an? ", "", said)


@cache
def phrasings() -> MappingProxyType[tuple[str, str], tuple[Phrasing, ...]]:
    """The phrasings of each (type, form); numbers count through a type."""
    lines = (_HERE / "phrasings.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found: dict[tuple[str, str], tuple[Phrasing, ...]] = {}
    counted: dict[str, int] = {}
    for kind, form, text in (line.split("\t") for line in lines):
        number = counted.get(kind, 0)
        counted[kind] = number + 1
        found[kind, form] = (*found.get((kind, form), ()), Phrasing(number, form, text))
    return MappingProxyType(found)


def chosen(ids: pl.Series, kind: str, forms: pl.Series, seed: str) -> pl.DataFrame:
    """(template, pattern) for each row of a type: drawn by a hash of its id, whatever the answer is."""
    digits = hex_digest(ids, seed=f"{seed} phrasing", length=12).str.to_integer(base=16, dtype=pl.Int64)
    picked = [
        phrasings()[kind, form][number % len(phrasings()[kind, form])]
        for number, form in zip(digits, forms, strict=True)
    ]
    schema = {"template": pl.Int32, "pattern": pl.String}
    return pl.DataFrame([(one.template, one.text) for one in picked], schema, orient="row")
