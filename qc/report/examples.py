"""A few rankings a reader can judge, shown as far as the terms allow."""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from qc.build import Build
from schemas.anatomy import WHOLE_REPORT

QUERIES: Final = 3
RANKS: Final = (1, 2, 3, 10)
DRAWN: Final = 60
MOST_CHARACTERS: Final = 500
ALIKE: Final = 0.75
"""Score from which the nearest candidate counts as similar (RadIR's threshold for training pairs)."""

_PRESENT: Final = ("Abnormality", "Disease")


@dataclass(frozen=True)
class Said:
    """What is shown of one study: canonical terms, and its text where the terms allow; else `text` is empty."""

    study: str
    present: list[str]
    normal: list[str]
    absent: list[str]
    text: str


@dataclass(frozen=True)
class Candidate:
    """One line of an example: how it came to be there, and its score."""

    place: str
    score: float
    said: Said


@dataclass(frozen=True)
class Example:
    """One query, for one anatomy, with some of its candidates; `alike`: whether the nearest is similar at all."""

    anatomy: str
    alike: bool
    query: Said
    candidates: list[Candidate] = field(default_factory=list)


def examples(build: Build) -> list[Example]:
    """Queries with an abnormal finding, drawn by a hash of their id, so that a rebuild shows the same ones."""
    if not build.has("corpus", "findings", "rankings"):
        return []
    columns = ["query", "anatomy", "candidate", "stratum", "rank", "score"]
    drawn = _drawn(build)
    rows = build.scan("rankings", columns).drop("file_split").filter(_among(drawn, "query"), _among(drawn, "anatomy"))
    rows = rows.collect().join(drawn, on=["query", "anatomy"]).sort("order")
    asked = _asked(rows)
    shown = (pl.col("stratum").cast(pl.String) == "random") | pl.col("rank").is_in(RANKS)
    ranked = rows.filter(shown).sort("query", "anatomy", "rank", "candidate", nulls_last=True)
    ids = pl.concat([asked["query"], ranked["candidate"]]).unique()
    said = _said(build, ids, asked)
    found = []
    for query, anatomy, alike in asked.iter_rows():
        mine = ranked.filter(query=query, anatomy=anatomy)
        best = mine.drop_nulls("rank")
        chance = _by_chance(mine, best["candidate"])
        candidates = [
            Candidate(f"rank {rank}" if rank else "random", score, said[candidate, anatomy])
            for candidate, rank, score in pl.concat([best, chance]).select("candidate", "rank", "score").iter_rows()
            if (candidate, anatomy) in said
        ]
        found.append(Example(anatomy, alike, said[query, anatomy], candidates))
    return found


def _by_chance(rows: pl.DataFrame, shown: pl.Series) -> pl.DataFrame:
    """One of the random candidates that is not shown yet, drawn by a hash."""
    others = rows.filter(pl.col("rank").is_null(), ~pl.col("candidate").is_in(shown.implode()))
    return others.sort(pl.struct("query", "anatomy", "candidate").hash(seed=3)).head(1)


def _drawn(build: Build) -> pl.DataFrame:
    """query, anatomy, order: some abnormal findings, whole reports and single structures, in the order of a hash."""
    rows = build.scan("findings", ["study", "anatomy", "polarity", "entities"])
    abnormal = rows.filter(pl.col("polarity").cast(pl.String) != "normal", pl.col("entities").list.len() >= 2)
    named = abnormal.select(query="study", anatomy="anatomy", order=pl.struct("study", "anatomy").hash(seed=3))
    whole = pl.col("anatomy") == WHOLE_REPORT
    parts = [named.filter(of).bottom_k(DRAWN, by=["order", "query"]).collect() for of in (whole, ~whole)]
    return pl.concat(parts)


def _asked(rows: pl.DataFrame) -> pl.DataFrame:
    """(query, anatomy, alike): `QUERIES` whole reports and a single structure; first those with a similar candidate."""
    some = rows.filter(pl.col("rank") == 1).select("query", "anatomy", alike=pl.col("score") >= ALIKE)
    some = some.unique(["query", "anatomy"], keep="first", maintain_order=True)
    some = some.sort("alike", descending=True, maintain_order=True)
    whole = pl.col("anatomy") == WHOLE_REPORT
    return pl.concat([some.filter(whole).head(QUERIES), some.filter(~whole).head(1)])


def _among(drawn: pl.DataFrame, column: str) -> pl.Expr:
    return pl.col(column).is_in(drawn[column].unique().sort().implode())


def _said(build: Build, ids: pl.Series, asked: pl.DataFrame) -> dict[tuple[str, str], Said]:
    """What each study says, by (study, anatomy)."""
    texts: dict[str, str] = {}
    if build.manifest.terms.shows_text():
        rows = build.scan("corpus", ["id", "text"]).filter(pl.col("id").is_in(ids.implode())).collect()
        texts = dict(rows.select("id", pl.col("text").str.head(MOST_CHARACTERS + 1)).iter_rows())
    findings = build.scan("findings", ["study", "anatomy", "entities"])
    rows = findings.drop("file_split").filter(pl.col("study").is_in(ids.implode()), _among(asked, "anatomy")).collect()
    normal = _normal(build)
    return {
        (study, anatomy): Said(study, *_terms(entities, normal), _cut(texts.get(study, "")))
        for study, anatomy, entities in rows.iter_rows()
    }


def _normal(build: Build) -> set[str]:
    """Terms that say that all is well ("clear"): present, and of a type that is not a finding."""
    if not build.has("entities"):
        return set()
    rows = build.scan("entities", ["canonical", "type", "assertion"]).with_columns(
        pl.col("type", "assertion").cast(pl.String)
    )
    well = rows.filter(pl.col("type").str.starts_with("Non-"), pl.col("assertion") == "present")
    return set(well.select(pl.col("canonical").unique()).collect()["canonical"])


def _terms(entities: list[dict[str, str]], normal: set[str]) -> tuple[list[str], list[str], list[str]]:
    """Canonical terms that are present, that say that all is well, and that are denied."""
    present = dict.fromkeys(e["term"] for e in entities if e["type"] in _PRESENT)
    other = dict.fromkeys(e["term"] for e in entities if e["type"].startswith("Non-"))
    return list(present), [term for term in other if term in normal], [term for term in other if term not in normal]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rsplit(" ", 1)[0] + " …"
