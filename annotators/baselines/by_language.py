"""BLEU and ROUGE of texts in six languages: words as the language has them, the same for both measures.

Spaced languages are cut by sacrebleu's `intl` (mteval-v14), since `13a` knows no marks beyond ASCII (« », ¿) and
rouge-score's own tokeniser no letters beyond it: Russian would have no words. In Chinese and Japanese every character
is a word, as sacrebleu's `zh` has it: no dictionary, whose edition and gaps (drugs, diseases) would be in the score.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final

from annotators.baselines.baseline import Scores, each, lacking

_UNSPACED: Final = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f])")


def words(text: str) -> list[str]:
    """Tokens in lower case, marks among them."""
    return _intl()(_UNSPACED.sub(r" \1 ", text.lower())).split()


@cache
def _intl() -> Any:
    try:
        from sacrebleu.tokenizers.tokenizer_intl import TokenizerV14International
    except ImportError:
        raise lacking("sacrebleu") from None
    return TokenizerV14International()


@dataclass(frozen=True)
class ByLanguage:
    """BLEU-1 and BLEU-4 (exponential smoothing, shorter n-grams alone where a text has no longer ones), F1 of ROUGE-1
    and ROUGE-L; of ROUGE marks are no words.
    """

    columns: ClassVar[tuple[str, ...]] = ("bleu1", "bleu4", "rouge1", "rougeL")
    version: ClassVar[int] = 1

    def score(self, candidates: Sequence[str], references: Sequence[str]) -> Scores:
        """Shares from 0 to 1."""
        try:
            from rouge_score.rouge_scorer import RougeScorer
            from sacrebleu.metrics.bleu import BLEU
        except ImportError as error:
            raise lacking("rouge-score" if "rouge" in str(error) else "sacrebleu") from None
        bleus = [BLEU(tokenize="none", effective_order=True, max_ngram_order=order) for order in (1, 4)]
        rouge = RougeScorer(["rouge1", "rougeL"], tokenizer=_Words())

        def of(candidate: str, reference: str) -> Sequence[float]:
            one, other = (" ".join(words(text)) for text in (candidate, reference))
            found = rouge.score(reference, candidate)
            return [*(bleu.sentence_score(one, [other]).score / 100 for bleu in bleus),
                    *(float(found[name].fmeasure) for name in ("rouge1", "rougeL"))]  # fmt: skip

        return each(candidates, references, self.columns, of)


class _Words:
    """What rouge-score asks for tokens."""

    def tokenize(self, text: str) -> list[str]:
        return [word for word in words(text) if any(letter.isalnum() for letter in word)]
