"""What reports say of structures, as questions need it: one row per scan, structure and finding, with what it rests on.

The rolled-up findings say what holds where; the grounded sentences say in which words, and which masks show it. What a
report says and denies of one structure, says only as a possibility, or puts on two sides, is no ground for a question
with a plain answer.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from builders.stages.asking.wording import UNASKED, terms
from schemas import anatomy
from schemas.anatomy import WHOLE_REPORT
from schemas.grounding import NO_NODE, Question

FACT: Final = ("study", "node", "term")
SPANS: Final = Question.evidence.dtype
_DENIED: Final = ("absent", "resolved")


@dataclass(frozen=True)
class Asked:
    """The rows of some scans from which questions are made.

    `scans`: study, split, volume. `facts`: `FACT`, `present` (null: it stays open), `direct` (said of the structure
    itself), `conflict`, evidence and masks. `told`: what each grounded sentence part says of each term. `entities`:
    StudyEntity rows. `grounded`, `masks`: as they are, masks of the scan's one volume only.
    """

    scans: pl.DataFrame
    facts: pl.DataFrame
    told: pl.DataFrame
    entities: pl.DataFrame
    grounded: pl.DataFrame
    masks: pl.DataFrame


def asked(*frames: pl.DataFrame) -> Asked:
    """Put together what the types of questions share.

    `frames`: CorpusKey, StudyFinding, StudyEntity, GroundedMask, Mask and OpenedVolume rows. Of a scan with several
    volumes, the reconstruction of the lowest number counts, as in grounding.
    """
    keys, findings, entities, grounded, masks, volumes = frames
    first = volumes.sort("reconstruction", "id").unique("study", keep="first", maintain_order=True)
    volume = first.select("study", volume="id")
    scans = keys.select("study", "split").join(volume, on="study", how="left", maintain_order="left")
    shown = masks.join(volume, on=["study", "volume"], how="semi", maintain_order="left")
    told = _told(grounded)
    return Asked(scans, _facts(findings, told), told, entities, grounded, shown)


def spans() -> pl.Expr:
    """The sentence part of a grounded row as evidence."""
    return pl.struct("section", "section_index", "start", "end")


def _told(grounded: pl.DataFrame) -> pl.DataFrame:
    """study, said_of, term, assertion, span, masks, mask_role, laterality_conflict: one row per part, node and term."""
    return (
        grounded.filter(pl.col("node") != NO_NODE)
        .select("study", pl.col("node").alias("said_of"), "findings", "masks", "laterality_conflict", span=spans())
        .explode("findings")
        .drop_nulls("findings")
        .unnest("findings")
        .filter(pl.col("assertion").is_in(["present", "uncertain", *_DENIED]))
        .with_columns(positive=~pl.col("assertion").is_in(_DENIED))
    )


def _facts(findings: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    said = _said(findings)
    rested = (
        said.join(told, on=["study", "term", "positive"], maintain_order="left_right")
        .join(_bears_on(), on=["node", "said_of", "positive"], how="semi")
        .sort(*FACT, "positive", "span", "said_of")
        .group_by(*FACT, "positive", maintain_order=True)
        .agg(
            sure=(pl.col("assertion") != "uncertain").any(),
            direct=(pl.col("said_of") == pl.col("node")).any(),
            conflict=pl.col("laterality_conflict").any(),
            evidence=pl.col("span").unique(maintain_order=True),
            masks=pl.col("masks").explode().drop_nulls().unique().sort(),
        )
    )
    both = rested.join(said, on=[*FACT, "positive"], how="right", maintain_order="right").with_columns(
        n=pl.len().over(FACT)
    )
    plain = (pl.col("n") == 1) & pl.col("sure").fill_null(False) & ~pl.col("conflict").fill_null(False)
    return (
        both.with_columns(present=pl.when(plain).then("positive"))
        .drop("positive", "sure", "n")
        .unique(FACT, maintain_order=True)
        .with_columns(pl.col("direct", "conflict").fill_null(False))
        .with_columns(pl.col("evidence").cast(SPANS))
    )


def _said(findings: pl.DataFrame) -> pl.DataFrame:
    """study, node, term, positive: everything that may be asked about."""
    never = [term for term, said in terms().items() if said == UNASKED]
    return (
        findings.filter(pl.col("anatomy") != WHOLE_REPORT)
        .select("study", pl.col("anatomy").alias("node"), "entities")
        .explode("entities")
        .unnest("entities")
        .filter(~pl.col("term").is_in(never))
        .select(*FACT, positive=~pl.col("type").cast(pl.String).str.starts_with("Non-"))
        .unique(maintain_order=True)
    )


@cache
def _bears_on() -> pl.DataFrame:
    """(node, said_of, positive): what is found in a part is in the whole; what is denied of a whole, in no part."""
    rows = []
    for name in anatomy.names():
        below, over = anatomy.descendants(name), anatomy.ancestors(name)
        rows += [(name, other, True) for other in (name, *sorted(below))]
        rows += [(name, other, False) for other in (name, *sorted(below | over))]
    return pl.DataFrame(rows, ["node", "said_of", "positive"], orient="row")
