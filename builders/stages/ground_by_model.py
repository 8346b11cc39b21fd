"""From reports to grounded sentences by a language model: it divides by structure, rules say what is found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

import polars as pl

from annotators.devices import wants_gpu
from annotators.grounding.ground import Grounding, joined_frame, said_in
from annotators.grounding.kinds import kind_of, silence
from annotators.llm.asking import Failure
from annotators.llm.by_name import LlmByName
from builders.base import Stage
from schemas import anatomy
from schemas.grounding import NO_NODE, GroundedSentence
from schemas.references import SECTION, passages

RULE: Final = "model"
"""Of parts that a model divided; those of sections without an answer keep the rules of `annotators.grounding`."""


@dataclass(frozen=True)
class GroundByModel(Stage):
    """GroundedSentence rows: parts and nodes are the model's (task `region-division`), the findings of a part those
    that the rules read within it, of structures that belong to the node. Words that no part quotes have no row.

    A section whose answer is not taken is grounded by the rules instead: `rule` says for every row who did it.
    """

    llm: LlmByName
    annotator: Grounding = field(default_factory=Grounding)

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = (
        "annotators/grounding/*.tsv", "annotators/lexicon/*.tsv", "schemas/anatomy.tsv", "schemas/regions.tsv",
        "annotators/llm/tasks/region_division/prompt.md",
    )  # fmt: skip

    @property
    def resources(self) -> Mapping[str, float]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """A GPU worker where the model runs in process."""
        return {"GPU": 1} if wants_gpu(self.llm.device) else {}

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study rows, and the Entity rows of their passages."""
        corpus, entities = frames
        sections = passages(corpus)
        answers = self.llm.annotate(sections["text"].to_list())
        known = pl.Series([not isinstance(answer, Failure) for answer in answers], dtype=pl.Boolean)
        made = self._by_model(sections, entities, answers)
        left = self.annotator.ground(sections.filter(~known), entities)
        split = corpus.select(study="id", split="split")
        rows = pl.concat([made, left]).join(split, on="study", how="left", maintain_order="left")
        return rows.select(GroundedSentence.column_names())

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """As by rules."""
        return 26 * rows, 3 * size

    def _by_model(self, sections: pl.DataFrame, entities: pl.DataFrame, answers: Sequence[Any]) -> pl.DataFrame:
        said = said_in(entities)
        where, rows = [], []
        for number, (*section, text) in enumerate(sections.select(*SECTION, "text").iter_rows()):
            if not isinstance(answers[number], Failure):
                own = [one for sentence in said.get(tuple(section), {}).values() for one in sentence]
                for row in _rows(answers[number], own, text):
                    where.append(number)
                    rows.append(row)
        return joined_frame(sections, where, rows)


def _rows(parts: Sequence[dict[str, Any]], said: Sequence[Any], text: str) -> Iterator[tuple[Any, ...]]:
    """A row per part and node, as `annotators.grounding.ground` has them."""
    for part in parts:
        start, end, node = part["start"], part["end"], part["node"]
        words = text[start:end]
        if node == NO_NODE:
            yield part["sentence"], start, end, words, NO_NODE, [], "none", silence(words.lower()), False
            continue
        of = {node, *anatomy.descendants(node), *anatomy.ancestors(node)}
        findings = [
            one for one in said
            if start <= one.start < end and not one.structure and (not one.nodes or of & set(one.nodes))
        ]  # fmt: skip
        terms = [{"term": one.term, "assertion": one.assertion} for one in findings]
        conflict = any(one.conflict for one in findings)
        yield part["sentence"], start, end, words, node, terms, kind_of(findings, words.lower()), RULE, conflict
