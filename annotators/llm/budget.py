"""How much may be asked: questions and tokens of one run."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.errors import MedmillError


class BudgetSpentError(MedmillError):
    """What may be asked is asked; answers so far are stored."""


@dataclass(frozen=True)
class Budget:
    """`questions` and `tokens` (of prompts and answers), None: as many as there are.

    Tokens are known once an answer is there, so that those under way come on top.
    """

    questions: int | None = None
    tokens: int | None = None

    def spent(self, told: Mapping[str, int], under_way: int) -> bool:
        """Whether no more may be asked, by what was counted of this run and the questions that have no answer yet."""
        tokens = _tokens(told)
        asked = told["asked"] + under_way
        return asked >= (self.questions or asked + 1) or tokens >= (self.tokens or tokens + 1)

    def end(self, told: Mapping[str, int]) -> BudgetSpentError:
        """What is said when it is spent."""
        return BudgetSpentError(
            f"stopped as told, after {told['asked']:,} questions and {_tokens(told):,} tokens; "
            "the same command goes on where this one stopped"
        )


def _tokens(told: Mapping[str, int]) -> int:
    return told["tokens_in"] + told["tokens_out"]
