"""The keyword stage with the published lists against the published rule in plain Python: speed, equal decisions.

    python benchmarks/keyword_stage.py [--megabytes 50] [--keywords FOLDER] [--language en ...]

Per language a mix of real documents with 10 % medical text by bytes, drawn again and again in random order, each time
with its words (characters in Chinese and Japanese) as they are and its sentences in another order. Ours goes from a
frame with a column of texts to the three columns, lower-casing included, in one thread; the plain rule gets the same
texts as a list of strings and gives decisions, ended early as published. "counted" is the plain rule made quicker: its
tokens are counted once, not once per keyword. Medians of five (plain: of three, on a tenth of the documents).
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"

import argparse
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
from medical_filter_texts import documents
from published_rule import PlainRule

from annotators.medical_text.published import PublishedRule
from schemas.corpora import LANGUAGES

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data"
MEDICAL = 0.1


class CountedRule(PlainRule):
    """The plain rule with a table of its tokens."""

    def is_medical(self, text: str) -> bool:
        lower = text.lower()
        found = {keyword: count for keyword in self.long if (count := lower.count(keyword))}
        if self._passes(text, len(found), sum(count * len(keyword) for keyword, count in found.items())):
            return True
        if self.short:
            tokens = Counter(lower.split())
            found |= {keyword: tokens[keyword] for keyword in self.short if keyword in tokens}
        return self._passes(text, len(found), sum(count * len(keyword) for keyword, count in found.items()))


def mix(language: str, size: int) -> pl.DataFrame:
    """Documents of about `size` bytes in all, a tenth of them from medical sources."""
    rows, dice = documents(SAMPLES, language), random.Random(language)
    parts = [
        pl.DataFrame({"text": [*_drawn(rows.filter(pl.col("medical") == medical)["text"].to_list(), share, dice)]})
        for medical, share in ((True, size * MEDICAL), (False, size * (1 - MEDICAL)))
    ]
    return pl.concat(parts).sample(fraction=1, shuffle=True, seed=0).with_columns(language=pl.lit(language))


def _drawn(texts: list[str], size: float, dice: random.Random) -> Iterator[str]:
    """The documents as they are, then again and again with their sentences in another order."""
    sentences = [re.split(r"(?<=[.!?。！？])", text) for text in texts]
    first = True
    while size > 0:
        for parts in dice.sample(sentences, len(sentences)):
            text = "".join(parts if first else dice.sample(parts, len(parts)))
            size -= len(text.encode())
            yield text
            if size <= 0:
                return
        first = False


def timed(times: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """The median of its times in seconds, and what it gave."""
    took, found = [], None
    for _ in range(times):
        start = time.perf_counter()
        found = work()
        took.append(time.perf_counter() - start)
    return statistics.median(took), found


def compare(rule: PublishedRule, language: str, size: int) -> None:
    frame = mix(language, size)
    wanted = rule.lists[language]
    rule.annotate(frame["text"][:10], frame["language"][:10])
    took, columns = timed(5, lambda: rule.annotate(frame["text"], frame["language"]))
    speed = frame["text"].str.len_bytes().sum() / 1e6 / took
    some = frame["text"][: frame.height // 10]
    megabytes = some.str.len_bytes().sum() / 1e6
    texts, said = some.to_list(), columns["keyword_rule"].to_list()
    line = f"{language}  ours {speed:5.0f} MB/s"
    for name, kind in (("plain", PlainRule), ("counted", CountedRule)):
        plain = kind(language, wanted.keywords, wanted.min_hits, wanted.min_density)
        took, decided = timed(3, lambda plain=plain: [plain.is_medical(text) for text in texts])
        assert decided == said[: len(texts)], f"{language}: decisions differ from the plain rule's"
        line += f" | {name} {megabytes / took:5.1f} MB/s, {speed * took / megabytes:4.0f}x"
    print(f"{line} | {frame.height:,} documents, {sum(said) / len(said):.1%} pass; decisions equal", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=50, help="of text per language")
    parser.add_argument("--keywords", default=str(SAMPLES.parent / "reference" / "tables"), help="folder of the lists")
    parser.add_argument("--language", nargs="*", default=LANGUAGES, help="some of the six")
    asked = parser.parse_args()
    for language in asked.language:
        compare(PublishedRule(asked.keywords), language, asked.megabytes * 1_000_000)


if __name__ == "__main__":
    main()
