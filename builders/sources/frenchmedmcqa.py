"""FrenchMedMCQA: French examinations for pharmacists (Labrak et al., LOUHI 2022)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.sources.exam_files import Record, found, numbered, whole_json
from builders.sources.exam_rows import Read, field, lettered, texts
from builders.sources.exam_source import SPLIT_OF, ExamSource, by_stem
from builders.sources.place import Place
from schemas.terms import Terms


@dataclass(frozen=True)
class FrenchMedMcqa(ExamSource):
    """`corpus/train.json`, `dev.json` and `test.json`, each a list. Most questions have several right answers."""

    name: ClassVar[str] = "frenchmedmcqa"
    language: ClassVar[str] = "fr"
    licence: ClassVar[str] = "Apache-2.0"
    expected: ClassVar[str] = "corpus/train.json, dev.json, test.json"
    terms: ClassVar[Terms] = Terms(
        licences=frozenset({"apache-2.0"}), citations=frozenset({"Labrak et al., FrenchMedMCQA, LOUHI 2022"})
    )

    def files(self, place: Place) -> Mapping[str, Sequence[str]]:
        """One shard per split."""
        return by_stem(found(place, r".*/(?:train|dev|test)\.json(?:\.gz)?"))

    def records(self, place: Place, files: Sequence[str]) -> tuple[list[Record], list[tuple[int, str]]]:
        """The objects of the list."""
        return numbered(whole_json(place, files[0]), place.full(files[0]))

    def question(self, shard: str, number: int, record: Mapping[str, Any]) -> Read:
        """`frenchmedmcqa/train/ID`."""
        subject = record.get("subject_name")
        return Read(
            f"{self.name}/{shard}/{field(record, 'id', str)}", field(record, "question", str),
            lettered(field(record, "answers", dict)), texts(record, "correct_answers"), SPLIT_OF[shard],
            subject=subject if isinstance(subject, str) else None,
        )  # fmt: skip


SOURCE = FrenchMedMcqa
