"""Kinds of examinations: how a picture was made, and of which part of the body; closed lists and their rows."""

from typing import Final

import dataframely as dy

from schemas.columns import tag

MODALITIES: Final = (
    "x-ray",
    "ct",
    "mri",
    "ultrasound",
    "mammography",
    "fluoroscopy",
    "angiography",
    "nuclear-medicine",
    "pet",
)
"""Nine, as RaTE-NER (arXiv 2406.16845) counts them; its paper does not list them, so the words are ours.

`angiography` is that of a catheter: CTA is `ct`, MRA is `mri`.
"""

REGIONS: Final = (
    "brain",
    "skull",
    "face",
    "orbits",
    "ears",
    "neck",
    "thyroid",
    "cervical-spine",
    "thoracic-spine",
    "lumbar-spine",
    "spine",
    "chest",
    "heart",
    "breast",
    "abdomen",
    "liver",
    "kidneys",
    "bowel",
    "pelvis",
    "upper-limb",
    "lower-limb",
    "vessels",
    "whole-body",
)
"""Twenty-three, as RaTE-NER counts them; the words are ours.

Organs stand for what surrounds them: `liver` holds bile ducts and pancreas, `kidneys` the urinary tract, `bowel` all
from the oesophagus on.
"""


class Exam(dy.Schema):
    """What kind of examination a study is; null where nothing says."""

    study = dy.String(primary_key=True, min_length=1, metadata=tag("id"))
    modality = dy.Enum(MODALITIES, nullable=True, metadata=tag("label"))
    region = dy.Enum(REGIONS, nullable=True, metadata=tag("label"), description="The first that the heading names.")
