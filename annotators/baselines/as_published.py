"""BLEU and ROUGE as the code of MMedBench has them (`metrics/rationale_similarity.py`), to compare with its figures.

BLEU-4 of NLTK with smoothing method1, though the published tables say BLEU-1; ROUGE-L of the package `rouge`, whose
longest common subsequences are sets of different words, over sentences that end at full stops. Words are NLTK's,
jieba's in Chinese and janome's in Japanese; for ROUGE in other languages what blanks part, with letter case and marks.
NLTK's words are those of a whole text: its cut into sentences needs a download, and leaves fewer full stops alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from annotators.baselines.baseline import Scores, each
from schemas.errors import MedmillError


@dataclass(frozen=True)
class AsPublished:
    """`language`: ISO 639-1, which decides what cuts words."""

    language: str

    columns: ClassVar[tuple[str, ...]] = ("bleu4", "rougeL")
    version: ClassVar[int] = 1

    def score(self, candidates: Sequence[str], references: Sequence[str]) -> Scores:
        """A text without words scores 0, where the published code stops with an error."""
        from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu  # pyright: ignore[reportMissingImports]

        smooth = SmoothingFunction().method1

        def of(candidate: str, reference: str) -> Sequence[float]:
            one, other = self.words(candidate), self.words(reference)
            bleu = float(sentence_bleu([other], one, smoothing_function=smooth))  # pyright: ignore[reportArgumentType]
            if self.language in ("zh", "ja"):
                return [bleu, rouge_l(" ".join(one), " ".join(other))]
            return [bleu, rouge_l(candidate, reference)]

        return each(candidates, references, self.columns, of)

    def words(self, text: str) -> list[str]:
        """Tokens of a text."""
        if self.language == "zh":
            return list(_jieba().cut(text))
        if self.language == "ja":
            return [token.surface for token in _janome().tokenize(text)]
        from nltk.tokenize import word_tokenize  # pyright: ignore[reportMissingImports]

        return word_tokenize(text, preserve_line=True)


@cache
def _jieba() -> Any:
    try:
        import jieba  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise _absent("jieba") from None
    jieba.setLogLevel("ERROR")
    return jieba


@cache
def _janome() -> Any:
    try:
        from janome.tokenizer import Tokenizer  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise _absent("janome") from None
    return Tokenizer()


def _absent(package: str) -> MedmillError:
    return MedmillError(f"the package {package} is not installed; published words need it: pip install {package}")


def rouge_l(candidate: str, reference: str) -> float:
    """F of the package `rouge`: the different words of the longest common subsequences of all pairs of sentences."""
    one, other = _sentences(candidate), _sentences(reference)
    said, wanted = ({word for sentence in of for word in sentence} for of in (one, other))
    if not said or not wanted:
        return 0.0
    common = {word for truth in other for sentence in one for word in _common(truth, sentence)}
    recall, precision = len(common) / len(wanted), len(common) / len(said)
    return 2.0 * (precision * recall) / (precision + recall + 1e-8)


def _sentences(text: str) -> list[list[str]]:
    return [" ".join(part.split()).split(" ") for part in text.split(".") if part]


def _common(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Words of a longest common subsequence, the one that the package walks back to."""
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for row, word in enumerate(one, 1):
        above, own = lengths[row - 1], lengths[row]
        for column, second in enumerate(other, 1):
            own[column] = above[column - 1] + 1 if word == second else max(above[column], own[column - 1])
    found, row, column = list[str](), len(one), len(other)
    while row and column:
        if one[row - 1] == other[column - 1]:
            found.append(one[row - 1])
            row, column = row - 1, column - 1
        elif lengths[row - 1][column] > lengths[row][column - 1]:
            row -= 1
        else:
            column -= 1
    return found
