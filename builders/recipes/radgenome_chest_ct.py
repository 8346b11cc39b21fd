"""RadGenome-Chest CT: every sentence of a chest CT report tied to a mask, and questions tied to masks.

Each volume is segmented into the organs and vessels that open models know; each sentence is cut into the parts that
speak of one structure, tied to that structure's masks; and questions are made of what the report says and of what a
mask itself proves. After RadGenome-Chest CT (arXiv 2404.16754), whose names, paths and files it keeps beside its own.

Meant for training and testing models that answer or write about a region of a chest CT. A structure's mask says where
a finding is, not how far it reaches (`mask_role`). Reports were read by rules, masks were made by a network: neither is
a radiologist's word unless a review says so. A structure that the field of view cuts is asked nothing about its size.
"""

from dataclasses import dataclass
from typing import Literal

from builders.stages.corpus import TextChoice
from builders.stages.wanted_volumes import Unreported

TITLE = "RadGenome-Chest CT: grounded reports and questions on chest CT"
TASKS = ("visual-question-answering", "image-segmentation")
SOURCES = ("ct-rate", "synthetic-ct", "ct-folder", "reports-table")


@dataclass(frozen=True)
class Options:
    """Settings of RadGenome-Chest CT.

    `text`: which sections are read. `rollup`: `directed` (present findings rise, absent ones sink) or `published`
    (everything rises, as in the released rows). `segmenter`: `totalsegmentator`, `nnunet:FOLDER` or
    `precomputed:FOLDER`. `unreported`: what becomes of volumes without a report.
    """

    text: TextChoice = "both"
    rollup: Literal["directed", "published"] = "directed"
    segmenter: str = "totalsegmentator"
    unreported: Unreported = "reject"
    seed: str = "medmill"
