"""IgakuQA: the Japanese national examination for physicians, 2018 to 2022 (Kasai et al., arXiv 2303.18027)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.sources.exam_files import Record, found, json_lines
from builders.sources.exam_rows import Read, WrongShapeError, field, texts
from builders.sources.exam_source import ExamSource, by_stem
from builders.sources.place import Place
from schemas.exam_questions import LETTERS
from schemas.terms import Terms

_FIRST = 1906
"""The examination of number N was held in the year N and this: 112 in 2018."""


@dataclass(frozen=True)
class IgakuQa(ExamSource):
    """`data/2018/112-A.jsonl` …; `112-A_metadata.jsonl` beside it gives the field of a question.

    No splits. Questions that ask for a number have no options and are rejected. `text_only: false` is a picture;
    questions of no points were struck by the examiners; an answer `a or d` takes either.
    """

    name: ClassVar[str] = "igakuqa"
    language: ClassVar[str] = "ja"
    licence: ClassVar[str] = "none given"
    has_splits: ClassVar[bool] = False
    expected: ClassVar[str] = "data/2018/112-A.jsonl …"
    terms: ClassVar[Terms] = Terms(
        commercial=False, citations=frozenset({"Kasai et al., arXiv:2303.18027; examination: MHLW, Japan"})
    )

    def files(self, place: Place) -> Mapping[str, Sequence[str]]:
        """Questions and, where it is there, the file about them; translations are passed over."""
        parts = by_stem(found(place, r".*/\d{3}-[A-Z]\.jsonl(?:\.gz)?"))
        about = by_stem(found(place, r".*/\d{3}-[A-Z]_metadata\.jsonl(?:\.gz)?"))
        return {stem: (*files, *about.get(f"{stem}_metadata", ())) for stem, files in parts.items()}

    def records(self, place: Place, files: Sequence[str]) -> tuple[list[Record], list[tuple[int, str]]]:
        """Objects with the field of the question as `category`."""
        records, bad = json_lines(place, files[0])
        about = json_lines(place, files[1])[0] if len(files) > 1 else []
        fields = {one.get("problem_id"): one.get("category") for _, one in about}
        return [(number, {**one, "category": fields.get(one.get("problem_id"))}) for number, one in records], bad

    def question(self, shard: str, number: int, record: Mapping[str, Any]) -> Read:
        """`113A17` of file `113-A` is `igakuqa/113-A/17`."""
        letters, also = _answer(texts(record, "answer"))
        own = re.sub(rf"^{shard.replace('-', '-?')}-?", "", field(record, "problem_id", str))
        subject = record.get("category")
        options = texts(record, "choices")
        return Read(
            f"{self.name}/{shard}/{own}", field(record, "problem_text", str),
            list(zip(LETTERS, options, strict=False)), letters, also=also,
            image=not field(record, "text_only", bool), struck=str(record.get("points")).strip() == "0",
            year=int(shard.partition("-")[0]) + _FIRST, subject=subject if isinstance(subject, str) else None,
        )  # fmt: skip


def _answer(told: Sequence[str]) -> tuple[list[str], list[str]]:
    """The letters, and the other letter of `a or d`, which stands alone."""
    if len(told) == 1 and re.fullmatch(r"\s*\w(?:\s+or\s+\w)+\s*", told[0]):
        first, *others = (one.strip().upper() for one in told[0].split(" or "))
        return [first], others
    if any(" or " in one for one in told):
        raise WrongShapeError("answer: alternatives beside other letters")
    return list(told), []


SOURCE = IgakuQa
