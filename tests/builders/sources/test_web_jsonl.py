"""Documents as JSON lines: where they lie, how they are cut, and what becomes of bad ones. All texts are our own."""

import gzip
import json
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.sources.json_documents import _exact, json_documents
from builders.sources.web_jsonl import WebJsonl
from builders.sources.whole_lines import line_starts
from tests.builders.sources.reading import read_all

ROWS = [
    {
        "text": f"Note {number}: the ward was quiet, the tea was hot. " * (number % 7 + 1),
        "url": f"https://a.example/{number}",
    }
    for number in range(60)
]
PACKERS = {"": bytes, ".gz": gzip.compress, ".zst": lambda body: zstandard.ZstdCompressor().compress(body)}


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def kept(location, **options):
    return read_all(WebJsonl(location=str(location), **options), "documents")


def in_order(made):
    return made.frame.sort("file", "start"), made.rejected.sort("id")


def written(path, body):
    path.write_bytes(body)
    return path


def test_columns_of_culturax_are_the_defaults(tmp_path):
    row = {"text": "A plain text.", "timestamp": "2021-03-04", "url": "https://a.example/x", "source": "mC4"}
    made = kept(written(tmp_path / "a.jsonl", lines([row])))
    assert made.frame.to_dicts() == [
        {
            "id": "a.jsonl#0", "text": "A plain text.", "title": None, "url": "https://a.example/x", "file": "a.jsonl",
            "start": 0, "end": len(lines([row])) - 1, "licence": None, "declared_language": None, "date": "2021-03-04",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("end", PACKERS)
@pytest.mark.parametrize("part", [61, 900, 2**20])
def test_start_and_end_cut_the_record_out_of_the_unpacked_file(tmp_path, end, part):
    body = lines(ROWS)
    made = kept(written(tmp_path / f"a.jsonl{end}", PACKERS[end](body)), part_bytes=part)
    assert made.frame.height == len(ROWS) and not made.rejected.height
    cut = [json.loads(body[start:stop]) for start, stop in made.frame.select("start", "end").iter_rows()]
    assert cut == ROWS and made.frame["text"].to_list() == [row["text"] for row in ROWS]


BITS = st.sampled_from(
    [
        b'{"text": "short"}', b'{"text": "' + b"long " * 300 + b'"}', b"", b"  ", b'{"text": ""}', b"no json",
        b'{"text": "\xff"}', b'{"text": "\\ud800"}', b'{"other": 1}', b'{"text": 5}', '{"text": "été 雨"}'.encode(),
        b'{"text": "x", "url": 7}', b"\r", b'{"text": "a"}\r', b'\xef\xbb\xbf{"text": "marked"}', b'{"text": "a\x00b"}',
    ]
)  # fmt: skip


@settings(max_examples=40)
@given(
    bits=st.lists(BITS, max_size=12), ends=st.booleans(), part=st.integers(40, 3000), end=st.sampled_from([*PACKERS])
)
def test_the_same_rows_for_any_part_bytes(tmp_path_factory, bits, ends, part, end):
    body = b"\n".join(bits) + (b"\n" if ends else b"") or b"\n"
    folder = tmp_path_factory.mktemp("parts")
    plain, other = written(folder / "a.jsonl", body), written(folder / "b.jsonl", body)
    packed = written(folder / f"c.jsonl{end}", PACKERS[end](body))
    whole = in_order(kept(plain))
    for path, name in ((other, "b.jsonl"), (packed, f"c.jsonl{end}")):
        frame, rejected = in_order(kept(path, part_bytes=part))
        renamed = [
            frame.drop("id", "file"),
            rejected.with_columns(pl.all().str.replace_all(name, "a.jsonl", literal=True)),
        ]
        assert renamed[0].equals(whole[0].drop("id", "file"))
        assert renamed[1].sort("id").equals(whole[1])
        assert frame["id"].n_unique() == frame.height


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["1e5", "[", "{}", "true", "-0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(["text", "url", "a.b", "other", "é"]), VALUES)


def as_line(value, ascii_only):
    return json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


RECORDS = st.one_of(
    st.builds(as_line, OBJECTS | VALUES, st.booleans()),
    st.binary(max_size=30),
    st.sampled_from(
        [b'{"text": "a", "text": "b"}', b'{"text": null, "text": "b"}', b'{"te\\u0078t": "x"}', b'{"text": "\\udc00"}',
         b'{"text": "\\ud83d\\ude00"}', b'{"text": "\\\\ud800"}', b'{"text":"a"}{"text":"b"}', b'{"text":"a"} x',
         b'{"text": "a", "n": 01}', b'{"text": "a", "n": 1e999}', b'{"text": "a\tb"}', b'{"text": 3.10}', b'{"text"']
    ),
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(RECORDS.map(lambda line: line.replace(b"\n", b" ")), max_size=6))
def test_the_fast_reader_reads_what_the_exact_one_reads(records):
    block = b"\n".join(records)
    spans = [(low, high - 1) for low, high in pairwise(line_starts(block).tolist()) if block[low : high - 1].strip()]
    lows, highs = (np.array([span[edge] for span in spans], dtype=np.int64) for edge in (0, 1))
    exact = _exact(block, lows, highs, ["text", "url"], "text")
    found = json_documents(block, ["text", "url"], "text")
    assert found.frame.equals(exact.frame) and found.bad == exact.bad
