"""How fast the filter's own mode is, one thread: the classifier on what reaches it, and all on a mix.

    python benchmarks/medical_filter_speed.py [--megabytes 20] [--languages en zh]

`classifier`: documents of medical sources that pass the gate, measured again: lower case, windows, terms, words, score.
`mix`: real documents with 10 % medical text by bytes, from frame to frame, gate included. Medians of five.
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"

import argparse
import statistics
import time
from collections.abc import Callable

import polars as pl
from keyword_stage import mix

from annotators.medical_text.medical_text import MedicalText, _scored
from schemas.corpora import LANGUAGES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES))
    asked = parser.parse_args()
    annotator = MedicalText()
    for language in asked.languages:
        texts = mix(language, asked.megabytes * 1_000_000).with_row_index("id").cast({"id": pl.String})
        reached = texts["text"].filter(annotator.annotate(texts)["medical_score"].is_not_null())
        terms = annotator.lists[language]
        classifier = rate(reached, lambda terms=terms, reached=reached: _scored(terms, reached))
        whole = rate(texts["text"], lambda texts=texts: annotator.annotate(texts))
        share = reached.len() / texts.height
        print(f"{language}: classifier {classifier:.0f} MB/s, mix {whole:.0f} MB/s; {share:.0%} of documents reach it")


def rate(texts: pl.Series, measure: Callable[[], object]) -> float:
    """Megabytes of UTF-8 per second of processor time: other work beside it does not count; median of five."""
    size = int(texts.str.len_bytes().sum() or 0) / 1e6
    seconds = []
    for _ in range(5):
        begin = time.process_time()
        measure()
        seconds.append(time.process_time() - begin)
    return size / statistics.median(seconds)


if __name__ == "__main__":
    main()
