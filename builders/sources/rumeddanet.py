"""RuMedDaNet: Russian questions about a text, answered by yes or no (Blinov et al., RuMedBench, arXiv 2201.06499)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.sources.exam_files import Record, found, json_lines
from builders.sources.exam_rows import Read, WrongShapeError, field
from builders.sources.exam_source import SPLIT_OF, ExamSource, by_stem
from builders.sources.place import Place
from schemas.terms import Terms

YES_NO = (("A", "да"), ("B", "нет"))
"""The options as letters, which the files do not have: yes is A."""


@dataclass(frozen=True)
class RuMedDaNet(ExamSource):
    """`data/RuMedDaNet/train_v1.jsonl`, `dev_v1.jsonl` and `test_v1.jsonl`; the private test set has no answers."""

    name: ClassVar[str] = "rumeddanet"
    language: ClassVar[str] = "ru"
    licence: ClassVar[str] = "Apache-2.0"
    expected: ClassVar[str] = "data/RuMedDaNet/train_v1.jsonl, dev_v1.jsonl, test_v1.jsonl"
    terms: ClassVar[Terms] = Terms(
        licences=frozenset({"apache-2.0"}), citations=frozenset({"Blinov et al., RuMedBench, arXiv:2201.06499"})
    )

    def files(self, place: Place) -> Mapping[str, Sequence[str]]:
        """One shard per split; other tasks of RuMedBench have files of the same names in folders of their own."""
        names = found(place, r".*/RuMedDaNet/(?:train|dev|test)_v1\.jsonl(?:\.gz)?")
        names = names or [n for n in found(place, r".*/(?:train|dev|test)_v1\.jsonl(?:\.gz)?") if "/" not in n]
        return {stem.removesuffix("_v1"): files for stem, files in by_stem(names).items()}

    def records(self, place: Place, files: Sequence[str]) -> tuple[list[Record], list[tuple[int, str]]]:
        """One a line."""
        return json_lines(place, files[0])

    def question(self, shard: str, number: int, record: Mapping[str, Any]) -> Read:
        """`rumeddanet/test/PAIR`; the text before the question is its context."""
        said = field(record, "answer", str).strip().lower()
        right = [letter for letter, word in YES_NO if word == said]
        if said and not right:
            raise WrongShapeError("answer: expected да or нет")
        return Read(
            f"{self.name}/{shard}/{field(record, 'pairID', str)}", field(record, "question", str), YES_NO, right,
            SPLIT_OF[shard], field(record, "context", str),
        )  # fmt: skip


SOURCE = RuMedDaNet
