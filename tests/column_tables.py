"""The tables of docs/build-folder.md, as the schemas declare them: `python tests/column_tables.py` prints them."""

import dataframely as dy
import polars as pl

from schemas.baselines import Baseline
from schemas.contamination import Overlap
from schemas.corpora import CorpusDocument, DocumentScores, PageReading
from schemas.duplicates import Duplicate
from schemas.exam_questions import ExamQuestion, QuestionCount
from schemas.grounding import GroundedMask, Question
from schemas.instructions import (
    AnswerCount,
    BenchItem,
    ChatInstance,
    InstanceFate,
    InstanceFlaw,
    MixtureShare,
    SizeLimit,
    TaskDefinition,
)
from schemas.ner import Dispute, DrawnReport, LabelledSentence, Vote
from schemas.radiology import Entity, Label
from schemas.rate_eval import ScoredRewrite
from schemas.retrieval import RankedImage, Ranking, Study, StudyFinding
from schemas.volumes import Mask, OpenedVolume, Segmentation

PUBLISHED: dict[str, type[dy.Schema]] = {
    "corpus": Study,
    "images": RankedImage,
    "labels": Label,
    "entities": Entity,
    "findings": StudyFinding,
    "rankings": Ranking,
    "baselines": Baseline,
    "volumes": OpenedVolume,
    "segmentations": Segmentation,
    "masks": Mask,
    "grounded": GroundedMask,
    "questions": Question,
    "drawn": DrawnReport,
    "sentences": LabelledSentence,
    "votes": Vote,
    "disputes": Dispute,
    "synthetic": ScoredRewrite,
    "corpus.SOURCE": CorpusDocument,
    "scores.SOURCE": DocumentScores,
    "readings.SOURCE": PageReading,
    "contamination.SOURCE": Overlap,
    "duplicates": Duplicate,
    "exam_questions": ExamQuestion,
    "exam_counts": QuestionCount,
    "chats": ChatInstance,
    "mixture": MixtureShare,
    "twins": InstanceFate,
    "flaws.SOURCE": InstanceFlaw,
    "answers": AnswerCount,
    "limits": SizeLimit,
    "definitions": TaskDefinition,
    "items": BenchItem,
}


def kind(dtype: pl.DataType) -> str:
    """A column's type in the words of a reader of Parquet."""
    if isinstance(dtype, pl.Enum):
        return " · ".join(dtype.categories)
    if isinstance(dtype, pl.List):
        return f"list of {kind(dtype.inner)}"  # pyright: ignore[reportArgumentType]
    if isinstance(dtype, pl.Struct):
        return f"({', '.join(field.name for field in dtype.fields)})"
    return str(dtype).lower()


def row(name: str, column: dy.Column) -> str:
    """One line of a table; the key is bold, a column that may be empty ends in a question mark."""
    shown = f"**{name}**" if column.primary_key else f"{name}?" if column.nullable else name
    unit = (column.metadata or {}).get("unit", "")
    meaning = f"{column.description or ''}{f' [{unit}]' if unit else ''}"
    return f"| {shown} | {kind(column.dtype)} | {(column.metadata or {}).get('tag', '')} | {meaning.strip()} |"


def tables() -> str:
    """All tables, in the order in which a reader meets them."""
    parts = []
    for name, schema in PUBLISHED.items():
        lines = [row(column_name, column) for column_name, column in schema.columns().items()]
        head = [f"### {name}", " ".join((schema.__doc__ or "").split()), ""]
        parts.append("\n".join([*head, "| column | type | tag | meaning |", "|---|---|---|---|", *lines]))
    return "\n\n".join(parts)


if __name__ == "__main__":
    print(tables())
