"""MedQA-MCMLE: the examination for physicians of mainland China, as MedQA holds it."""

from dataclasses import dataclass
from typing import ClassVar

from builders.sources.medqa import MedQa


@dataclass(frozen=True)
class MedQaMcMle(MedQa):
    """`data_clean/questions/Mainland/train.jsonl`, `dev.jsonl` and `test.jsonl`; four options in `4_options`."""

    name: ClassVar[str] = "medqa-mcmle"
    language: ClassVar[str] = "zh"
    part: ClassVar[str] = "Mainland"
    expected: ClassVar[str] = "data_clean/questions/Mainland/train.jsonl, dev.jsonl, test.jsonl"


SOURCE = MedQaMcMle
