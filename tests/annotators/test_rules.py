"""What the rules read: one table of sentences of our own, at least six for each phenomenon of real reports."""

import csv
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from annotators.rules import Findings

TABLE = Path(__file__).with_name("cases.tsv").read_text(encoding="utf-8").splitlines()
CASES = list(csv.DictReader(TABLE, delimiter="	", quoting=csv.QUOTE_NONE))


def read(*texts: str) -> list[list[dict]]:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)}).with_columns(
        report=pl.int_range(pl.len()).cast(pl.String),
        section=pl.lit("findings"),
        section_index=pl.lit(0, dtype=pl.Int32),
    )
    rows: list[list[dict]] = [[] for _ in texts]
    for row in Findings().annotate(frame).to_dicts():
        rows[int(row["report"])].append(row)
    return rows


def right(expected: str, entities: list[dict]) -> bool:
    """Whether an entity is read as the table says: `assertion,assertion key=value …`; `none`: not at all."""
    assertions, *wanted = expected.split(" ")
    allowed = assertions.split(",")
    if not entities:
        return "none" in allowed
    return all(e["assertion"] in allowed for e in entities) and any(
        all(matches(e, *w.split("=", 1)) for w in wanted) for e in entities
    )


def matches(entity: dict, key: str, value: str) -> bool:
    current = [m for m in entity["measurements"] if not m["prior"]]
    if key == "mm":
        got = [round(v, 1) for m in current for v in m["values"]]
        return got == [float(v) for v in value.split(",") if v]
    if key == "cmp":
        return [m["comparator"] for m in current] == [value]
    if key == "range":
        return any(m["range"] for m in current)
    if key == "axis":
        return [m["axis"] for m in current] == [value]
    return (entity[key] or "") == value


def score() -> dict[int, list[tuple[dict, bool, list[dict]]]]:
    results = defaultdict(list)
    for case, entities in zip(CASES, read(*(case["text"] for case in CASES)), strict=True):
        of_term = [e for e in entities if e["canonical"] == case["canonical"]]
        results[int(case["pattern"])].append((case, right(case["expected"], of_term), entities))
    return results


@pytest.mark.parametrize("case", CASES, ids=[f"{c['pattern']}-{c['canonical']}-{i}" for i, c in enumerate(CASES)])
def test_sentence_is_read_as_a_reader_would(case: dict) -> None:
    (entities,) = read(case["text"])
    of_term = [e for e in entities if e["canonical"] == case["canonical"]]
    assert right(case["expected"], of_term), of_term or entities


def test_every_phenomenon_has_at_least_six_sentences() -> None:
    count = defaultdict(int)
    for case in CASES:
        count[int(case["pattern"])] += 1
    assert sorted(count) == list(range(1, 44))
    assert min(count.values()) >= 6
