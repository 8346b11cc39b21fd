"""Duplicates over sources, files and shards, found by the real engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from builders.base import Shard
from builders.deduplication import DedupOptions, buckets_for, kept
from builders.run import Orders, make
from builders.stages.mill.cluster import Duplicates
from builders.stages.mill.pair_up import DOUBTFUL, DRAWN
from schemas.duplicates import Duplicate, Member
from tests.builders.near_copies import Garden, compare, crowd, plant
from tests.builders.planted import Shelf, deduplicating, found_clusters, put, spread

HERE = Orders(workers=0)


def duplicates(shelves: dict[str, Path], out: Path, options: DedupOptions | None = None) -> pl.DataFrame:
    make(deduplicating(shelves, options), out, HERE)
    return pl.read_parquet(rows_of(out, "duplicates") / "*.parquet").sort("source", "id")


def rows_of(out: Path, table: str) -> Path:
    """The folder that those who need a table get."""
    (folder,) = (out / ".work").glob(f"{table}-*")
    return folder / "rows"


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_near_copies_are_found(seed: int, tmp_path: Path) -> None:
    """Edits, twins, chains and headers that many share; translations and texts of a lower similarity stay."""
    planted = plant(seed, 300)
    shelves, places = spread(tmp_path, planted.texts, seed)
    found = found_clusters(duplicates(shelves, tmp_path / "out"), places)
    figures = compare(planted.texts, found)
    assert figures.positives > 300
    assert figures.recall >= 0.98
    assert figures.precision >= 0.98


def test_names_order_and_shards_decide_nothing(tmp_path: Path) -> None:
    planted = plant(3, 80)
    made = []
    for seed, shelves, files in ((1, 2, 3), (2, 1, 1), (3, 3, 5)):
        root = tmp_path / str(seed)
        folders, places = spread(root, planted.texts, seed, shelves, files)
        options = DedupOptions(buckets=4 * seed)
        rows = duplicates(folders, root / "out", options)
        stays = {places[row] for row in rows.filter(pl.col("kind") == "kept").select("source", "id").iter_rows()}
        gone = {places[row] for row in rows.filter(pl.col("kind") != "kept").select("source", "id").iter_rows()}
        about = rows.select("content", "kept_content", "similarity", "texts", "documents").sort(pl.all())
        made.append((sorted(planted.texts[number] for number in stays), len(gone), about))
    for texts, gone, about in made[1:]:
        assert texts == made[0][0]
        assert gone == made[0][1]
        assert about.equals(made[0][2])


def test_a_chain_over_three_shards_is_one_cluster(tmp_path: Path) -> None:
    garden = Garden(4)
    texts = [garden.words(garden.spaced, 200)]
    for _ in range(2):
        texts.append(list(texts[-1]))
        for at in range(20 * len(texts), 20 * len(texts) + 18, 6):
            texts[-1][at] = f"changed{len(texts)}"
    for number, words in enumerate(texts):
        put(tmp_path / f"shelf-{number}", f"part-{number}.jsonl", [" ".join(words)])
    rows = duplicates({f"shelf-{number}": tmp_path / f"shelf-{number}" for number in range(3)}, tmp_path / "out")
    assert rows["documents"].to_list() == [3, 3, 3]
    assert rows["kept_content"].n_unique() == 1
    assert rows["similarity"].is_between(0.8, 0.95).all()


def test_of_equal_texts_that_with_a_licence_stays_then_that_with_a_url(tmp_path: Path) -> None:
    put(
        tmp_path / "a",
        "a.jsonl",
        ["The heart.", "THE HEART", "the, heart", "the heart!"],
        url=[None, "https://b.example", "https://a.example", "https://c.example"],
        licence=[None, None, "CC-BY-4.0", "CC-BY-4.0"],
    )
    rows = duplicates({"a": tmp_path / "a"}, tmp_path / "out")
    assert rows["kept"].unique().to_list() == ["a.jsonl#2"]
    assert rows["kind"].to_list() == ["exact", "exact", "kept", "exact"]
    assert rows["documents"].to_list() == [4] * 4
    assert rows["similarity"].to_list() == [1.0] * 4


def test_short_texts_are_one_only_where_they_are_equal(tmp_path: Path) -> None:
    put(tmp_path / "a", "a.jsonl", ["", "!", "?", "one", "two", "one two", "血", "圧"])
    put(tmp_path / "b", "b.jsonl", ["", "One.", "?"])
    rows = duplicates({"a": tmp_path / "a", "b": tmp_path / "b"}, tmp_path / "out")
    pairs = rows.filter(pl.col("kind") != "kept").select("id", "kept").rows()
    assert {frozenset(pair) for pair in pairs} == {
        frozenset(("a.jsonl#0", "b.jsonl#0")),
        frozenset(("a.jsonl#3", "b.jsonl#1")),
        frozenset(("a.jsonl#2", "b.jsonl#2")),
    }


def test_nothing_to_find_is_an_empty_table(tmp_path: Path) -> None:
    put(tmp_path / "a", "a.jsonl", ["the first of two texts that differ", "and here is quite another one"])
    rows = duplicates({"a": tmp_path / "a"}, tmp_path / "out")
    assert rows.is_empty()
    assert rows.columns == Duplicate.column_names()


def test_many_near_copies_of_one_text_are_one_cluster(tmp_path: Path) -> None:
    """Each with a few of its neighbours, not with all: the pairs that are compared grow with the texts alone."""
    garden = Garden(5)
    base = garden.words(garden.spaced, 120)
    texts = [" ".join(garden.edited(base, garden.spaced, 1)) for _ in range(1500)]
    shelves, places = spread(tmp_path, texts, 1)
    found = found_clusters(duplicates(shelves, tmp_path / "out"), places)
    assert len(set(found.tolist())) == 1
    assert (
        pl.scan_parquet(rows_of(tmp_path / "out", "links") / "*.parquet").select(pl.len()).collect().item() <= 64 * 1500
    )


def test_a_sketch_goes_to_a_bucket_once_however_many_of_its_texts_are_compared(tmp_path: Path) -> None:
    """Brought to each pair, the sketches of 37,000 pages of one site took 8 GB."""
    shelves, _ = spread(tmp_path, crowd(2, 300), 1)
    duplicates(shelves, tmp_path / "out", DedupOptions(buckets=4))
    offers = pl.read_parquet(rows_of(tmp_path / "out", "offers") / "*.parquet")
    links = pl.read_parquet(rows_of(tmp_path / "out", "links") / "*.parquet")
    assert links.height == offers.height > 20 * 300
    assert 300 <= offers["hashes"].drop_nulls().len() <= 4 * 300


def test_rare_pairs_are_found_in_a_crowd_that_is_nearly_as_alike(tmp_path: Path) -> None:
    """Hundreds of pairs share as many MinHash values as these by chance, and took their places: a recall of 0.79."""
    texts = crowd(1, 1400)  # 0.86 of 37 pairs were found here
    shelves, places = spread(tmp_path, texts, 1)
    figures = compare(texts, found_clusters(duplicates(shelves, tmp_path / "out"), places))
    assert figures.positives > 30
    assert figures.recall >= 0.98
    assert figures.precision == 1.0
    links = pl.scan_parquet(rows_of(tmp_path / "out", "links") / "*.parquet").select(pl.len()).collect().item()
    assert links <= (DOUBTFUL + DRAWN) * len(texts)


MEMBER = st.fixed_dictionaries({
    "key": st.integers(0, 3), "cluster": st.integers(0, 1), "raw": st.integers(0, 3), "licensed": st.booleans(),
    "url": st.sampled_from([None, "https://a.example", "https://b.example"]),
})  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(MEMBER, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_the_document_that_stays_does_not_hang_on_names_or_order(rows: list[dict[str, Any]], draw: Random) -> None:
    """The same documents in other files and sources and in another order: as to all but its name the same one stays."""
    rows = [{**row, "key": row["key"] if row["key"] > 1 else row["cluster"]} for row in rows]
    clusters = {row["cluster"] for row in rows if row["key"] == row["cluster"]}  # the text that stands for it is there
    assume(clusters == {row["cluster"] for row in rows})
    stays = []
    for _ in range(3):
        names = draw.sample([f"{file}.jsonl#{at}" for file in "abc" for at in range(9)], len(rows))
        named = [{**row, "content": f"{row['key']:032x}", "texts": 1, "similarity": 1.0, "id": name,
                  "source": draw.choice(["web", "books"])}
                 for row, name in zip(draw.sample(rows, len(rows)), names, strict=True)]  # fmt: skip
        frame = pl.DataFrame(named, schema=Member.create_empty().schema)
        kept_ = Duplicates()(frame).filter(kind="kept").select("source", "id").join(frame, on=["source", "id"])
        stays.append(kept_.select(list(rows[0])).sort("cluster"))
    assert stays[0]["cluster"].n_unique() == stays[0].height == len(clusters)
    assert stays[0].equals(stays[1]) and stays[0].equals(stays[2])


def test_two_workers_make_the_same_bytes_as_one(tmp_path: Path) -> None:
    shelves, _ = spread(tmp_path, plant(6, 60).texts, 6, files=2)
    made = []
    for workers in (0, 2):
        out = tmp_path / f"out-{workers}"
        make(deduplicating(shelves, DedupOptions(buckets=2)), out, Orders(workers=workers))
        paths = [*(out / "duplicates").rglob("*.parquet"), *(out / ".work").glob("*/rows/*.parquet")]
        made.append({path.relative_to(out).as_posix(): path.read_bytes() for path in paths})
    assert made[0] == made[1]
    assert len(made[0]) > 30


def test_those_who_drop_duplicates_read_their_own_rows(tmp_path: Path) -> None:
    text = "one text that stands in both of these files, word for word"
    put(tmp_path / "a", "a.jsonl", [text, "alone"])
    put(tmp_path / "b", "a.jsonl", [text, text])
    rows = duplicates({"a": tmp_path / "a", "b": tmp_path / "b"}, tmp_path / "out")
    folder = rows_of(tmp_path / "out", "duplicates")
    ids = pl.Series(["a.jsonl#0", "a.jsonl#1"])
    dropped = {source: kept(source, ids, folder)["id"].to_list() for source in ("a", "b")}
    (stays,) = rows.filter(pl.col("kind") == "kept").select("source", "id").rows()
    expected = {"a": ["a.jsonl#0"], "b": ["a.jsonl#0", "a.jsonl#1"]}
    expected[stays[0]].remove(stays[1])
    assert dropped == expected
    assert kept("a", pl.Series([], dtype=pl.String), folder).is_empty()


@dataclass(frozen=True)
class Heavy(Shelf):
    """Says that its files have a gigabyte each."""

    def shards(self, table: str) -> Sequence[Shard]:
        return [replace(shard, bytes=1_000_000_000) for shard in super().shards(table)]


def test_buckets_grow_with_the_bytes_of_the_sources(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ["a"])
    assert buckets_for({"a": Shelf(str(tmp_path))}) == 4
    shelves = {"a": Heavy(str(tmp_path)), "b": Heavy(str(tmp_path))}
    assert (buckets_for(shelves), buckets_for(shelves, 32_000_000)) == (16, 64)
