"""Why an answer follows from a report: reasons in words, and the places of the report that they rest on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.quoted import Quotation, placed
from annotators.llm.task import Passage, UnusableError, in_one_line, prompt_beside
from annotators.quotes import locate

_SPAN: Final = pl.Struct(
    {"sentence": pl.Int64, "start": pl.Int64, "end": pl.Int64, "text": pl.String, "found": pl.String}
)


class Answer(BaseModel):
    """Reasons, and at least one quotation."""

    model_config = ConfigDict(extra="forbid")
    rationale: str = Field(min_length=1, max_length=3000)
    evidence: list[Quotation] = Field(min_length=1, max_length=50)


@dataclass(frozen=True)
class RationaleTask:
    """Asks for reasons; takes them only where all that they quote stands in the report.

    That holds for the pieces of evidence, each in the sentence it names, and for words between quotation marks in the
    reasons, in any sentence.
    """

    name: ClassVar[str] = "rationale"
    answer: ClassVar[type[BaseModel]] = Answer
    columns: ClassVar[Mapping[str, Any]] = {"rationale": pl.String, "evidence": pl.List(_SPAN)}
    given: ClassVar[tuple[str, ...]] = ("question", "answer")

    @property
    def prompt(self) -> Prompt:
        """What counts as a reason."""
        return prompt(prompt_beside(__file__))

    def question(self, passage: Passage) -> str:
        """The question and its answer, then a numbered sentence a line."""
        told = [f"{name}: {in_one_line(words)}" for name, words in passage.given]
        return "\n".join([*told, "report:", passage.numbered()])

    def rows(self, answer: Answer, passage: Passage) -> Sequence[dict[str, Any]]:
        """One row; `evidence` in the order of the text.

        Raises `UnusableError` `no_such_sentence` or `quote_not_in_source`.
        """
        found = [
            placed(passage, one.sentence, one.quote, one.occurrence, f"evidence {number}")
            for number, one in enumerate(answer.evidence, 1)
        ]
        for number, quote in enumerate(_quoted(answer.rationale), 1):
            if not any(locate(quote, passage.sentence(place)) for place in range(len(passage.sentences))):
                raise UnusableError("quote_not_in_source", f"quotation {number} of the rationale stands in no sentence")
        once = {(one["start"], one["end"]): one for one in found}
        return [{"rationale": answer.rationale.strip(), "evidence": [once[place] for place in sorted(once)]}]


def _quoted(rationale: str) -> list[str]:
    """What stands between quotation marks: every second piece between two of them."""
    pieces = re.split(r'["\u201c\u201d\u201e\u00ab\u00bb]', rationale)
    return [piece for piece in pieces[1::2] if piece.strip()]


TASK = RationaleTask
