"""How a token classifier is trained: the numbers, and where they come from."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Recipe:
    """`batch`: windows of text learnt at once. `warm_up`: share of steps in which the rate rises, to fall to 0 then.

    `patience`: rounds without a better F1 on the validation split before it stops. `swap`: share of mentions that give
    way to others of their type. `finer`: share of words cut into finer sub-words.
    """

    epochs: int
    learning_rate: float
    batch: int
    warm_up: float = 0.1
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-6
    patience: int = 3
    swap: float = 0.0
    finer: float = 0.0


SMALL: Final = Recipe(
    epochs=12, learning_rate=5e-4, batch=16, warm_up=0.03, weight_decay=0.05, betas=(0.9, 0.98), patience=4, swap=0.3,
    finer=0.1,
)  # fmt: skip
"""From nothing, on processors; chosen on the validation split of BC5CDR (`benchmarks/RESULTS.md`)."""
PRETRAINED: Final = Recipe(epochs=10, learning_rate=2e-5, batch=32)
"""DeBERTa's own for fine-tuning (arXiv 2006.03654, appendix: rates of 1.5e-5 to 4e-5 at base size, batches of 16 to 64,
10 epochs, a linear decay, weight decay 0.01, Adam's epsilon 1e-6, gradients clipped at 1)."""
