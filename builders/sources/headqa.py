"""HEAD-QA: Spanish examinations for specialised posts in health care (Vilares and Gómez-Rodríguez, ACL 2019)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.sources.exam_files import Record, found, numbered, whole_json
from builders.sources.exam_rows import Read, WrongShapeError, field
from builders.sources.exam_source import SPLIT_OF, ExamSource, by_stem
from builders.sources.place import Place
from schemas.errors import SourceError
from schemas.exam_questions import LETTERS
from schemas.terms import Terms


@dataclass(frozen=True)
class HeadQa(ExamSource):
    """`data/HEAD/train_HEAD.json`, `dev_HEAD.json` and `test_HEAD.json`: exams with their questions; a split is years.

    The English translation beside it (`HEAD_EN`) is a source of its own, `translation("en")`.
    """

    name: ClassVar[str] = "headqa"
    language: ClassVar[str] = "es"
    licence: ClassVar[str] = "MIT"
    expected: ClassVar[str] = "data/HEAD/train_HEAD.json, dev_HEAD.json, test_HEAD.json"
    terms: ClassVar[Terms] = Terms(
        licences=frozenset({"mit"}), citations=frozenset({"Vilares and Gómez-Rodríguez, HEAD-QA, ACL 2019"})
    )

    def files(self, place: Place) -> Mapping[str, Sequence[str]]:
        """One shard per split."""
        names = found(place, r".*/(?:train|dev|test)_HEAD\.json(?:\.gz)?")
        return {stem.removesuffix("_HEAD"): files for stem, files in by_stem(names).items()}

    def translation(self, language: str) -> "HeadQa | None":
        """The same questions in another language; None where nobody has translated them."""
        return HeadQaEnglish(self.location) if language == HeadQaEnglish.language else None

    def records(self, place: Place, files: Sequence[str]) -> tuple[list[Record], list[tuple[int, str]]]:
        """The questions of all exams, numbered through, with the name, year and category of their exam."""
        exams = whole_json(place, files[0])
        exams = exams.get("exams") if isinstance(exams, dict) else None
        if not isinstance(exams, dict) or not all(isinstance(exam, dict) for exam in exams.values()):
            raise SourceError(f"{place.full(files[0])}: expected an object `exams` of exams by name")
        all_, bad = numbered(
            [_of_exam(one, name, exam) for name, exam in exams.items() for one in exam.get("data") or ()],
            place.full(files[0]),
        )
        return all_, bad

    def question(self, shard: str, number: int, record: Mapping[str, Any]) -> Read:
        """Question 17 of an exam is `headqa/EXAM/17`; option 1 is A."""
        options = field(record, "answers", list)
        by_number = {str(_part(one, "aid")): str(_part(one, "atext")) for one in options}
        letters = dict(zip(by_number, LETTERS, strict=False))
        right = str(field(record, "ra", str, int)).strip()
        year = str(record["year"]).strip()
        return Read(
            f"{self.name}/{record['exam']}/{field(record, 'qid', str, int)}", field(record, "qtext", str),
            [(letters[number], text) for number, text in by_number.items()],
            [letters.get(right, right)] if right else [], SPLIT_OF[shard],
            image=bool(record.get("image")), year=int(year) if year.isdecimal() else None,
            subject=str(record["category"] or ""),
        )  # fmt: skip


@dataclass(frozen=True)
class HeadQaEnglish(HeadQa):
    """`data/HEAD_EN/train_HEAD_EN.json` and its like: the questions as their authors had them translated."""

    language: ClassVar[str] = "en"
    expected: ClassVar[str] = "data/HEAD_EN/train_HEAD_EN.json, dev_HEAD_EN.json, test_HEAD_EN.json"

    def files(self, place: Place) -> Mapping[str, Sequence[str]]:
        """One shard per split, called as in Spanish."""
        names = found(place, r".*/(?:train|dev|test)_HEAD_EN\.json(?:\.gz)?")
        return {stem.removesuffix("_HEAD_EN"): files for stem, files in by_stem(names).items()}


def _of_exam(question: Any, name: str, exam: Mapping[str, Any]) -> Any:
    told = {"exam": name, "year": exam.get("year"), "category": exam.get("category")}
    return {**question, **told} if isinstance(question, dict) else question


def _part(option: Any, name: str) -> Any:
    if not isinstance(option, dict) or name not in option:
        raise WrongShapeError(f"answers: an option without {name}")
    return option[name]


SOURCE = HeadQa
