"""How many tokens a text has for a given tokenizer."""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import polars as pl

from schemas.errors import UsageError

_AT_ONCE: Final = 256
"""Texts that are cut at once; what comes of them is many times their size."""

_MOST_LETTERS: Final = 100_000
"""A longer text is counted in pieces that end with a line, so that memory does not grow with it."""


@dataclass(frozen=True)
class TokenCounts:
    """Counts without marks of beginning and end. `tokenizer`: a `tokenizer.json`, a folder that holds one; "": none."""

    tokenizer: str = field(default="", repr=False)

    @property
    def fingerprint(self) -> str:
        """Of the file of the tokenizer, wherever it lies."""
        path = self._file()
        return sha256(path.read_bytes()).hexdigest() if path else ""

    def check(self) -> None:
        """Raise where there is no such tokenizer, or the library is missing."""
        if path := self._file():
            _loaded(str(path))

    def annotate(self, texts: pl.Series) -> pl.Series:
        """A count per text; null for all without a tokenizer."""
        path = self._file()
        if path is None:
            return pl.Series("tokens", [None] * len(texts), dtype=pl.Int64)
        pieces = pl.DataFrame({"text": texts}).with_row_index("row")
        pieces = pieces.with_columns(pl.Series("text", [_cut(text) for text in texts], dtype=pl.List(pl.String)))
        pieces = pieces.explode("text")
        model, counts = _loaded(str(path)), []
        for start in range(0, pieces.height, _AT_ONCE):
            batch = pieces["text"][start : start + _AT_ONCE].to_list()
            counts += [len(found.ids) for found in model.encode_batch(batch, add_special_tokens=False)]
        pieces = pieces.with_columns(tokens=pl.Series(counts, dtype=pl.Int64))
        return pieces.group_by("row", maintain_order=True).agg(pl.col("tokens").sum())["tokens"]

    def _file(self) -> Path | None:
        if not self.tokenizer:
            return None
        path = Path(self.tokenizer)
        path = path / "tokenizer.json" if path.is_dir() else path
        if not path.is_file():
            raise UsageError(f"tokenizer={self.tokenizer}: no tokenizer.json there; expected that file, or its folder")
        return path


def _cut(text: str) -> list[str]:
    """The text whole, or in pieces that end with a line."""
    if len(text) <= _MOST_LETTERS:
        return [text]
    pieces, start = [], 0
    while start < len(text):
        end = text.rfind("\n", start, start + _MOST_LETTERS) + 1 or start + _MOST_LETTERS
        pieces.append(text[start:end])
        start = end
    return pieces


@cache
def _loaded(path: str) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(path)
    except Exception as error:  # the library raises nothing narrower
        raise UsageError(f"{path}: no tokenizer that `tokenizers` can read ({error})") from None
