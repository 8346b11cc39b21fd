"""Masks that may prove an answer: whole ones, of structures on whose side the report does not contradict itself."""

from typing import Final

import polars as pl

from builders.stages.asking.facts import SPANS, Asked, spans
from schemas import anatomy
from schemas.grounding import NO_NODE

MARGIN: Final = 0.1
"""By how much one volume must pass another, or the end of a range, to count as larger: masks are not that exact."""


COMPACT: Final = (
    "heart", "left atrium", "right atrium", "left ventricle", "right ventricle", "aortic arch", "thyroid gland",
    "liver", "spleen", "stomach", "gallbladder", "pancreas", "left kidney", "right kidney", "left adrenal gland",
    "right adrenal gland", "left upper lobe", "left lower lobe", "right upper lobe", "right middle lobe",
    "right lower lobe",
)  # fmt: skip
"""Structures whose centre means a place."""


def whole(asked: Asked) -> pl.DataFrame:
    """study, structure, mask, volume_ml, x, z (mm of the patient, RAS+) of masks that no face of the volume cuts."""
    conflicts = asked.grounded.filter("laterality_conflict").select("study", structure="node")
    return (
        asked.masks.filter(pl.col("voxels") > 0, pl.col("borders").list.len() == 0)
        .join(conflicts.unique(), on=["study", "structure"], how="anti", maintain_order="left")
        .select(
            "study",
            "structure",
            "volume_ml",
            mask="id",
            x=pl.col("centroid").list.get(0, null_on_oob=True),
            z=pl.col("centroid").list.get(2, null_on_oob=True),
        )
    )


def sentences(asked: Asked) -> pl.DataFrame:
    """study, node, evidence: where the report speaks of each structure."""
    return (
        asked.grounded.filter(pl.col("node") != NO_NODE)
        .select("study", "node", span=spans())
        .sort("study", "node", "span")
        .group_by("study", "node", maintain_order=True)
        .agg(evidence=pl.col("span").unique(maintain_order=True))
    )


def named(asked: Asked, structures: tuple[str, ...] = ()) -> pl.DataFrame:
    """study, node, evidence: the structures that the report speaks of, and of scans without a report `structures`."""
    silent = asked.scans.select("study").join(asked.grounded, on="study", how="anti", maintain_order="left")
    chosen = pl.DataFrame({"node": structures or COMPACT})
    unspoken = silent.join(chosen, how="cross", maintain_order="left_right").with_columns(evidence=pl.lit([], SPANS))
    return pl.concat([sentences(asked).cast({"evidence": SPANS}), unspoken])


def twins() -> pl.DataFrame:
    """(node, other): the left one of a pair, and the right one."""
    named = set(anatomy.names())
    pairs = [(name, f"right{name[4:]}") for name in anatomy.names() if name.startswith("left ")]
    return pl.DataFrame([pair for pair in pairs if pair[1] in named], ["node", "other"], orient="row")
