"""MedQA: examinations for physicians of the United States and of mainland China (Jin et al., arXiv 2009.13081)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from builders.sources.exam_files import Record, found, json_lines
from builders.sources.exam_rows import Read, field, lettered
from builders.sources.exam_source import SPLIT_OF, ExamSource
from builders.sources.place import Place
from schemas.errors import SourceError
from schemas.terms import Terms


@dataclass(frozen=True)
class MedQa(ExamSource):
    """One part of MedQA, in files of one question a line: `question`, `options`, `answer_idx`, `answer`, `meta_info`.

    `options`: those with five options, or the variant from which one or two wrong ones were taken out.
    """

    options: Literal["5", "4"] = "5"

    part: ClassVar[str]
    """The folder of its files in `data_clean/questions`."""
    licence: ClassVar[str] = "MIT"
    terms: ClassVar[Terms] = Terms(
        licences=frozenset({"mit"}), citations=frozenset({"Jin et al., MedQA, arXiv:2009.13081"})
    )

    def files(self, place: Place) -> Mapping[str, Sequence[str]]:
        """One shard per split."""
        file = r"(?:phrases_no_exclude_)?(train|dev|test)\.jsonl(?:\.gz)?"
        folder = rf".*/{self.part}/4_options/" if self.options == "4" else rf".*/{self.part}/"
        names = found(place, folder + file) or found(place, f"{re.escape(place.full().strip('/'))}/{file}")
        stems: dict[str, Sequence[str]] = {}
        for name in names:
            split = next(part for part in SPLIT_OF if f"{part}.jsonl" in name.rpartition("/")[2])
            if split in stems:
                raise SourceError(f"{stems[split][0]} and {name}: two files of the same questions; keep one of them")
            stems[split] = (name,)
        return stems

    def records(self, place: Place, files: Sequence[str]) -> tuple[list[Record], list[tuple[int, str]]]:
        """One a line."""
        return json_lines(place, files[0])

    def question(self, shard: str, number: int, record: Mapping[str, Any]) -> Read:
        """Line 17 of the test file is `medqa-usmle/test/17`: the files have no ids."""
        subject = record.get("meta_info")
        return Read(
            f"{self.name}/{shard}/{number}", field(record, "question", str),
            lettered(field(record, "options", dict)), _letters(field(record, "answer_idx", str, list)),
            SPLIT_OF[shard], subject=subject if isinstance(subject, str) else None,
        )  # fmt: skip


def _letters(told: str | list[Any]) -> list[str]:
    parts = told.split(",") if isinstance(told, str) else map(str, told)
    return [part.strip() for part in parts if part.strip()]
