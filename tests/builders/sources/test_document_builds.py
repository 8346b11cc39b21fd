"""Sources of documents within a build: the same files whoever reads, and nothing lost. All texts are our own."""

import gzip
import hashlib
import json

import polars as pl

from builders.base import Recipe, Table
from builders.run import Orders, make
from builders.sources.text_folder import TextFolder
from builders.sources.web_jsonl import WebJsonl
from builders.sources.wet import Wet
from schemas.corpora import Document
from tests.builders.sources.web_archives import conversion, packed


def recipe(folder):
    sources = {
        "web-jsonl": WebJsonl(location=str(folder / "jsonl"), part_bytes=4000),
        "wet": Wet(location=str(folder / "wet"), part_bytes=4000),
        "text-folder": TextFolder(location=str(folder / "texts"), part_bytes=500),
    }
    tables = [Table(f"documents.{name}", Document, source=name, split=None) for name in sources]
    return Recipe("ours", sources, tables, WebJsonl.terms)


def files(folder):
    for name in ("jsonl", "wet", "texts/a b", "texts/a_b"):
        (folder / name).mkdir(parents=True)
    rows = [{"text": f"Line {number}: the tea was hot. " * (number % 9 + 1)} for number in range(200)]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (folder / "jsonl/a.jsonl.gz").write_bytes(gzip.compress(lines)[:-9])
    (folder / "jsonl/b.jsonl").write_bytes(lines + b"no json\n")
    (folder / "wet/a.wet.gz").write_bytes(packed([conversion(row["text"]) for row in rows]))
    for number in range(40):
        (folder / f"texts/a{' _'[number % 2]}b/{number}.txt").write_text("The same words in every file. " * 5)


def hashes(out):
    found = {path: path.read_bytes() for path in sorted(out.rglob("*.parquet")) if ".work" not in path.parts}
    return {str(path.relative_to(out)): hashlib.sha256(body).hexdigest() for path, body in found.items()}


def test_a_build_is_the_same_with_any_number_of_workers(tmp_path):
    files(tmp_path)
    alone = make(recipe(tmp_path), tmp_path / "alone", Orders(workers=0))
    make(recipe(tmp_path), tmp_path / "two", Orders(workers=2))
    assert hashes(tmp_path / "alone") == hashes(tmp_path / "two") and len(hashes(tmp_path / "alone")) >= 3
    lines = pl.read_parquet(tmp_path / "alone/documents.web-jsonl/*.parquet")
    assert lines["file"].value_counts().sort("file").rows() == [("a.jsonl.gz", 200), ("b.jsonl", 200)]
    assert alone.stage("documents.web-jsonl").rejected == {"cut_off": 1, "bad_json": 1}
    assert pl.read_parquet(tmp_path / "alone/documents.text-folder/*.parquet").height == 40
    assert pl.read_parquet(tmp_path / "alone/documents.wet/*.parquet").height == 200


def test_a_build_goes_on_where_a_file_was_added(tmp_path):
    files(tmp_path)
    make(recipe(tmp_path), tmp_path / "out", Orders(workers=0))
    (tmp_path / "jsonl/c.jsonl").write_text('{"text": "One more."}\n')
    make(recipe(tmp_path), tmp_path / "out", Orders(workers=0))
    assert pl.read_parquet(tmp_path / "out/documents.web-jsonl/*.parquet").height == 401
