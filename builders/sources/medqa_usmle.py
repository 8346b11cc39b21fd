"""MedQA-USMLE: the examination for physicians of the United States, as MedQA holds it."""

from dataclasses import dataclass
from typing import ClassVar

from builders.sources.medqa import MedQa


@dataclass(frozen=True)
class MedQaUsMle(MedQa):
    """`data_clean/questions/US/train.jsonl`, `dev.jsonl` and `test.jsonl`; four options in `4_options`."""

    name: ClassVar[str] = "medqa-usmle"
    language: ClassVar[str] = "en"
    part: ClassVar[str] = "US"
    expected: ClassVar[str] = "data_clean/questions/US/train.jsonl, dev.jsonl, test.jsonl"


SOURCE = MedQaUsMle
