"""Entity vectors from a transformer, as RaTEScore reads them (BioLORD-2023-C is the published choice)."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from annotators.devices import device_of
from annotators.model_files import identity
from schemas.errors import MedmillError


@dataclass(frozen=True)
class Transformer:
    """The last hidden state of [CLS], of length 1; not the mean that BioLORD's card recommends.

    `model`: a folder or Hub id. `max_tokens`: 30 in the package. Every string is embedded once, by itself no
    differently than among others but for float noise.
    """

    model: str = "FremyCompany/BioLORD-2023-C"
    max_tokens: int = 30
    batch: int = 256

    version: ClassVar[int] = 1

    def embed(self, terms: list[str]) -> NDArray[np.float32]:
        """One vector per term, [term, hidden]; needs the extra `transformers`. The model stays loaded."""
        import torch  # pyright: ignore[reportMissingImports]

        tokenizer, model = self._loaded
        distinct = sorted(set(terms), key=lambda term: (len(term), term))
        parts = [distinct[i : i + self.batch] for i in range(0, len(distinct), self.batch)]
        with torch.inference_mode():
            vectors = [self._heads(torch, tokenizer, model, part) for part in parts]
        rows = np.concatenate(vectors) if vectors else np.zeros((0, 1), np.float32)
        place = {term: row for row, term in enumerate(distinct)}
        return rows[[place[term] for term in terms]]

    @property
    def fingerprint(self) -> str:
        """Of the model's files, and of how it is read; not of the batch."""
        return sha256(f"transformer {self.version} {self.max_tokens} {identity(self.model)}".encode()).hexdigest()

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        from transformers import AutoModel, AutoTokenizer  # pyright: ignore[reportMissingImports]

        try:
            tokenizer = AutoTokenizer.from_pretrained(self.model)
            model = AutoModel.from_pretrained(self.model).eval()
        except (OSError, ValueError) as error:
            raise MedmillError(
                f"transformers:{self.model}: no model there ({type(error).__name__}); expected a folder with "
                "config.json, weights and tokenizer, or the id of a model on the Hub that this machine can reach"
            ) from error
        if len(tokenizer) <= len(tokenizer.all_special_tokens):  # transformers makes one up where there is none
            raise MedmillError(f"transformers:{self.model}: no tokenizer there; copy it from where the model came from")
        return tokenizer, model.to(device_of("auto"))

    def _heads(self, torch: Any, tokenizer: Any, model: Any, terms: list[str]) -> NDArray[np.float32]:
        inputs = tokenizer(terms, max_length=self.max_tokens, truncation=True, padding=True, return_tensors="pt")
        states = model(**inputs.to(model.device)).last_hidden_state[:, 0]
        return torch.nn.functional.normalize(states.float(), dim=1).cpu().numpy()
