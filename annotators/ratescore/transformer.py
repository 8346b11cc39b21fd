"""Entity vectors from a transformer, as RaTEScore reads them (BioLORD-2023-C is the published choice)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from annotators.devices import device_of
from annotators.model_files import identity
from schemas.errors import MedmillError


@dataclass(frozen=True)
class Transformer:
    """The last hidden state of [CLS], of length 1; not the mean that BioLORD's card recommends.

    `model`: a folder or Hub id. `max_tokens`: 30 in the package. What has the same tokens is embedded once (letter
    case, where the tokenizer levels it), by itself no differently than among others but for float noise.
    """

    model: str = "FremyCompany/BioLORD-2023-C"
    max_tokens: int = 30
    batch: int = 256

    version: ClassVar[int] = 2

    def embed(self, terms: list[str]) -> NDArray[np.float32]:
        """One vector per term, [term, hidden]; needs the extra `transformers`. The model stays loaded."""
        import torch  # pyright: ignore[reportMissingImports]

        distinct = list(dict.fromkeys(terms))
        if not distinct:
            return np.zeros((0, 1), np.float32)
        tokenizer, _ = self._loaded
        read = [tuple(ids) for ids in tokenizer(distinct, max_length=self.max_tokens, truncation=True)["input_ids"]]
        alike = sorted(set(read), key=lambda ids: (len(ids), ids))
        with torch.inference_mode():
            rows = np.concatenate([self._heads(torch, part) for part in self._parts(alike)])
        place = {ids: row for row, ids in enumerate(alike)}
        row_of = {term: place[ids] for term, ids in zip(distinct, read, strict=True)}
        return rows[[row_of[term] for term in terms]]

    def _parts(self, read: list[tuple[int, ...]]) -> Iterator[list[tuple[int, ...]]]:
        """Batches of equal length: nothing is padded."""
        for _, same in groupby(read, key=len):
            own = list(same)
            yield from (own[i : i + self.batch] for i in range(0, len(own), self.batch))

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

    def _heads(self, torch: Any, read: list[tuple[int, ...]]) -> NDArray[np.float32]:
        _, model = self._loaded
        ids = torch.tensor(read, device=model.device)
        states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[:, 0]
        return torch.nn.functional.normalize(states.float(), dim=1).cpu().numpy()
