"""Invented web texts for benchmarks: sentences of the passages that lie beside the terms, a tenth of them medical.

Those passages were written to be mistaken: most general ones hold a word of medicine. Of general web texts a tenth to
a fifth do (`medical_filter_f1.py`, "general through gate"), so most general documents are of sentences that do not.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from annotators.medical_text.term_list import term_lists
from builders.provenance import HOME

MEDICAL = 0.1
MISTAKEN = 0.2
"""Share of general documents that may hold a word of medicine."""
DENSE = ("zh", "ja")
NEAR, SAME = 0.1, 0.05
"""Shares of documents that nearly repeat, or repeat, one of the last hundred."""


def write_mix(folder: Path, megabytes: int, files: int = 8, seed: int = 1) -> int:
    """Write JSON lines of `id`, `text`, `url`, `label` and `spoken` in so many files; returns how many they hold."""
    folder.mkdir(parents=True, exist_ok=True)
    made, number = documents(seed), 0
    for file in range(files):
        size = 0
        with (folder / f"part-{file:03d}.jsonl").open("w", encoding="utf-8") as out:
            while size < megabytes * 1_000_000 / files:
                label, language, text = next(made)
                url = f"https://{label}.example/{number}"
                record = {"id": number, "text": text, "url": url, "label": label, "spoken": language}
                line = json.dumps(record, ensure_ascii=False)
                size += len(line.encode()) + 1
                out.write(line + "\n")
                number += 1
    return number


def documents(seed: int) -> Iterator[tuple[str, str, str]]:
    """Label, language and text of one document after the other, about 4,000 characters of a language each."""
    draw, pools, last = Random(seed), _pools(), list[tuple[str, str, str]]()
    keys = sorted(pools)
    while True:
        chance = draw.random()
        if last and chance < NEAR + SAME:
            label, language, text = draw.choice(last)
            made = label, language, text if chance < SAME else _changed(text, draw)
        else:
            label = "medical" if draw.random() < MEDICAL else "general"
            language = draw.choice([language for language, kind in keys if kind == label])
            kind = "plain" if label == "general" and draw.random() > MISTAKEN else label
            made = label, language, _text(pools[language, kind], draw, language in DENSE)
        last = [*last[-99:], made]
        yield made


@cache
def _pools() -> dict[tuple[str, str], list[list[str]]]:
    """Sentences by language and label, in words or letters; `plain` are general ones without a term of our lists."""
    pools: dict[tuple[str, str], list[str]] = {}
    for path in sorted((HOME / "annotators" / "medical_text" / "passages").glob("*.tsv")):
        rows = pl.read_csv(path, separator="\t", quote_char=None)
        for label, text in rows.select("label", "text").iter_rows():
            sentences = re.split(r"(?<=[.!?])\s+|(?<=[。！？])", text)
            pools.setdefault((path.stem, label), []).extend(one for one in sentences if len(one) > 8)
    for language, terms in term_lists().items():
        general = pl.Series(pools[language, "general"])
        hits = terms.patterns.count_lowered(general).different()
        pools[language, "plain"] = general.filter(pl.Series(hits == 0)).to_list()
    return {
        (language, label): [list(one) if language in DENSE else one.split() for one in sentences]
        for (language, label), sentences in pools.items()
    }


def _text(sentences: list[list[str]], draw: Random, dense: bool) -> str:
    """A text of sentences whose words are those of other sentences now and then, so that no two share a long run."""
    text, size = [], int(draw.lognormvariate(8.1, 0.6)) // (3 if dense else 1)
    while size > 0:
        pieces, spare = _one_of(sentences, draw).copy(), _one_of(sentences, draw)
        for at in range(int(draw.random() * 4), len(pieces), 4):
            pieces[at] = _one_of(spare, draw)
        text.append(("" if dense else " ").join(pieces))
        size -= len(text[-1])
    return "\n".join(
        "".join(text[at : at + 6]) if dense else " ".join(text[at : at + 6]) for at in range(0, len(text), 6)
    )


def _one_of(many: Sequence[Any], draw: Random) -> Any:
    """What `draw.choice` gives, in a third of its time."""
    return many[int(draw.random() * len(many))]


def _changed(text: str, draw: Random) -> str:
    """A near copy: a few passages of ten characters are gone."""
    for _ in range(max(1, len(text) // 1500)):
        at = draw.randrange(max(1, len(text) - 10))
        text = text[:at] + text[at + 10 :]
    return text
