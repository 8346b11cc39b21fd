"""What stages that ask a language model have in common: its files, its worker, and whether it can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from annotators.devices import wants_gpu
from annotators.llm.by_name import LlmByName
from builders.base import Stage


@dataclass(frozen=True)
class ByModel(Stage):
    """A stage whose rows a model makes."""

    llm: LlmByName

    @property
    def by(self) -> str:
        """What rows call the model."""
        return self.llm.engine.partition("@")[0]

    @property
    def data(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The prompt."""
        return self.llm.data

    @property
    def resources(self) -> Mapping[str, float]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """A GPU worker where the model runs in process."""
        return {"GPU": 1} if wants_gpu(self.llm.device) else {}

    def check(self) -> None:
        """Raise `UsageError` where the model cannot be asked."""
        self.llm.check()
