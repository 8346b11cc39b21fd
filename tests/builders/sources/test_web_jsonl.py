"""Documents as JSON lines: where they lie, how they are cut, and what becomes of bad ones. All texts are our own."""

import gzip
import json
import os
import zlib
from itertools import pairwise

import fsspec
import numpy as np
import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.sources.json_documents import _exact, json_documents
from builders.sources.web_jsonl import WebJsonl
from builders.sources.whole_lines import line_starts
from schemas.errors import SourceError
from tests.builders.sources.reading import read_all, reasons

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


@settings(max_examples=15)
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


@settings(max_examples=250)
@given(st.lists(RECORDS.map(lambda line: line.replace(b"\n", b" ")), max_size=6))
def test_the_fast_reader_reads_what_the_exact_one_reads(records):
    block = b"\n".join(records)
    spans = [(low, high - 1) for low, high in pairwise(line_starts(block).tolist()) if block[low : high - 1].strip()]
    lows, highs = (np.array([span[edge] for span in spans], dtype=np.int64) for edge in (0, 1))
    exact = _exact(block, lows, highs, ["text", "url"], "text")
    found = json_documents(block, ["text", "url"], "text")
    assert found.frame.equals(exact.frame) and found.bad == exact.bad


@pytest.mark.parametrize("end", PACKERS)
def test_parts_may_be_read_in_any_order(tmp_path, end):
    source = WebJsonl(location=str(written(tmp_path / f"a.jsonl{end}", PACKERS[end](lines(ROWS)))), part_bytes=800)
    names = [shard.name for shard in source.shards("documents")]
    in_turn = {name: source.read("documents", name).frame for name in names}
    for order in (names[::-1], names[::2] + names[1::2], names[3:] + names[:3]):
        for name in order:
            assert source.read("documents", name).frame.equals(in_turn[name])


def test_listing_reads_no_data_and_cuts_by_bytes(tmp_path):
    path = written(tmp_path / "a.jsonl", lines(ROWS))
    shards = WebJsonl(location=str(path), part_bytes=1000).shards("documents")
    assert (
        len(shards) == -(-path.stat().st_size // 1000) and sum(shard.bytes for shard in shards) == path.stat().st_size
    )
    assert shards[1].name.startswith("a.jsonl:1000-2000:") and len({shard.identity for shard in shards}) == len(shards)


@pytest.mark.parametrize("part", [300, 2**24])
@pytest.mark.parametrize("end", [".gz", ".zst"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_packed_file_cut_off_keeps_what_was_whole(tmp_path, end, share, part):
    rows = [{"text": f"{number} " + "".join(chr(97 + number * k % 26) for k in range(9000))} for number in range(40)]
    whole = PACKERS[end](lines(rows))
    made = kept(written(tmp_path / f"a.jsonl{end}", whole[: int(len(whole) * share)]), part_bytes=part)
    count = made.frame.height
    assert made.frame["text"].to_list() == [row["text"] for row in rows[:count]] and count < len(rows)
    assert made.rejected["reason"].to_list() == ["cut_off"]
    byte = len(lines(rows[:count]))
    assert (
        made.rejected["id"].item() == f"a.jsonl{end}#{byte}"
        and f"#{byte}: the packed file is cut off" in made.rejected["detail"].item()
    )


def test_a_packed_file_cut_off_behind_a_line_is_told_too(tmp_path):
    packer = zlib.compressobj(wbits=31)
    body = packer.compress(lines(ROWS[:9])) + packer.flush(zlib.Z_FULL_FLUSH)
    made = kept(written(tmp_path / "a.jsonl.gz", body))
    assert made.frame.height == 9 and reasons(made) == {f"a.jsonl.gz#{len(lines(ROWS[:9]))}": "cut_off"}


@pytest.mark.parametrize("end", [".gz", ".zst"])
@pytest.mark.parametrize("part", [2000, 2**24])
def test_behind_damage_nothing_is_read_and_that_is_told(tmp_path, end, part):
    rows = [{"text": f"{number} " + "".join(chr(97 + number * k % 26) for k in range(9000))} for number in range(40)]
    body = bytearray(PACKERS[end](lines(rows)))
    body[len(body) // 2 :] = b"\xff" * (len(body) - len(body) // 2)
    made = kept(written(tmp_path / f"a.jsonl{end}", bytes(body)), part_bytes=part)
    assert made.rejected["reason"].to_list()[-1] == "cut_off" and made.rejected.height <= 2 and made.frame.height < 40
    assert "the rest is not read" in made.rejected["detail"].to_list()[-1]
    assert made.frame["id"].is_unique().all()


@settings(max_examples=25)
@given(place=st.integers(12, 4000), part=st.integers(200, 20_000))
def test_what_stands_before_damage_does_not_depend_on_the_parts(tmp_path_factory, place, part):
    folder = tmp_path_factory.mktemp("damaged")
    rows = [{"text": f"{number} " + "".join(chr(97 + number * k % 26) for k in range(700))} for number in range(40)]
    body = bytearray(gzip.compress(lines(rows)))
    body[place % len(body)] ^= 0x55
    path = written(folder / "a.jsonl.gz", bytes(body))
    whole, parts = kept(path), kept(path, part_bytes=part)
    assert parts.frame.equals(whole.frame) and parts.rejected.sort("id").equals(whole.rejected.sort("id"))


def test_several_members_and_padding_are_one_file(tmp_path):
    body = gzip.compress(lines(ROWS[:5])) + gzip.compress(lines(ROWS[5:])) + b"\0" * 512
    assert kept(written(tmp_path / "a.jsonl.gz", body), part_bytes=700).frame.height == len(ROWS)
    packer = zstandard.ZstdCompressor()
    body = packer.compress(lines(ROWS[:5])) + packer.compress(lines(ROWS[5:]))
    assert kept(written(tmp_path / "b.jsonl.zst", body), part_bytes=700).frame.height == len(ROWS)


@pytest.mark.parametrize(
    ("name", "end"), [("a.jsonl", ".gz"), ("a.jsonl", ".zst"), ("a.jsonl.gz", ""), ("a.jsonl.gz", ".zst")]
)
def test_a_wrong_end_of_the_name_does_not_matter(tmp_path, name, end):
    made = kept(written(tmp_path / name, PACKERS[end](lines(ROWS))), part_bytes=900)
    assert made.frame["text"].to_list() == [row["text"] for row in ROWS] and not made.rejected.height


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"PAR1" + b"\0" * 99, "this is Parquet, whatever its name says; expected JSON lines"),
        (json.dumps(ROWS).encode(), "holds one JSON array; expected one object a line"),
        (lines(ROWS).decode().encode("utf-16"), "this is UTF-16; save it as UTF-8"),
        (b"%PDF-1.7 \n", "this is a PDF"),
    ],
    ids=["Parquet", "array", "UTF-16", "PDF"],
)
def test_what_is_no_json_lines_is_one_clear_error(tmp_path, body, told):
    with pytest.raises(SourceError, match=told):
        kept(written(tmp_path / "a.jsonl", body))


@pytest.mark.parametrize("part", [150, 2**24])
def test_a_file_in_gb18030_is_read_and_its_bytes_are_its_own(tmp_path, part):
    rows = [
        {"text": f"那天晚上病房很安静，护士在窗边写她的记录。第{number}页。", "title": "记录"} for number in range(30)
    ]
    body = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("gb18030")
    made = kept(written(tmp_path / "a.jsonl", body), part_bytes=part)
    assert (
        made.frame["text"].to_list() == [row["text"] for row in rows] and made.frame["title"].unique().item() == "记录"
    )
    cut = [
        json.loads(body[start:stop].decode("gb18030")) for start, stop in made.frame.select("start", "end").iter_rows()
    ]
    assert cut == rows


def test_one_line_that_is_no_utf8_does_not_change_the_encoding_of_the_file(tmp_path):
    good = [{"text": f"Le café était chaud, numéro {number}."} for number in range(9)]
    body = lines(good) + '{"text": "café"}\n'.encode("cp1252")
    made = kept(written(tmp_path / "a.jsonl", body))
    assert made.frame["text"].to_list() == [row["text"] for row in good]
    assert reasons(made) == {f"a.jsonl#{len(lines(good))}": "not_utf8"}


def test_bad_records_are_rejected_by_their_byte_and_the_others_stand(tmp_path):
    bad = {
        b'{"text": ""}': "empty_text", b'{"text": " \\n"}': "empty_text", b'{"other": 1}': "no_text",
        b'{"text": null}': "no_text", b'{"text": ["a"]}': "not_text", b'{"text": "\\udc00"}': "bad_json",
        b'{"text": "a\x00b"}': "bad_json", b'{"text": "\xff"}': "not_utf8", b"no json": "bad_json",
        b"[1]": "bad_json", b'{"a":' * 5000: "bad_json",
    }  # fmt: skip
    good = {b'{"text": "x"}': "x", b'{"text": "a\\u0000b"}': "a\0b", b'{"text": "\\ud83d\\ude00"}': "\U0001f600"}
    body, expected = b"", {}
    for line in [*bad, *good]:
        expected[f"a.jsonl#{len(body)}"] = bad.get(line)
        body += line + b"\n"
    made = kept(written(tmp_path / "a.jsonl", body))
    assert reasons(made) == {place: reason for place, reason in expected.items() if reason}
    assert made.frame["text"].to_list() == list(good.values())


@pytest.mark.parametrize("end", PACKERS)
@pytest.mark.parametrize("part", [700, 2**24])
def test_a_line_that_is_too_long_is_rejected_wherever_it_stands(tmp_path, end, part):
    rows = [{"text": "short"}, {"text": "x" * 5000}, {"text": "y" * 1200}, {"text": "short"}, {"text": "z" * 9000}]
    made = kept(written(tmp_path / f"a.jsonl{end}", PACKERS[end](lines(rows))), part_bytes=part, longest=2000)
    assert made.frame["text"].str.len_chars().to_list() == [5, 1200, 5]
    places = [f"a.jsonl{end}#{len(lines(rows[:number]))}" for number in (1, 4)]
    assert reasons(made) == dict.fromkeys(places, "too_long")


def test_a_document_of_50_mb_is_one_document(tmp_path):
    text = "A long evening in the ward. " * 1_900_000
    made = kept(written(tmp_path / "a.jsonl.gz", gzip.compress(lines([{"text": text}, ROWS[0]]), 1)), part_bytes=2**20)
    assert made.frame["text"].to_list() == [text, ROWS[0]["text"]]


def test_licences_of_rows_come_before_that_of_all(tmp_path):
    rows = [{"text": "a", "licence": "CC BY 4.0"}, {"text": "b", "licence": " "}, {"text": "c"}]
    path = written(tmp_path / "a.jsonl", lines(rows))
    assert kept(path).frame["licence"].to_list() == ["CC BY 4.0", None, None]
    assert kept(path, licence="CC BY-NC 4.0").frame["licence"].to_list() == [
        "CC BY 4.0",
        "CC BY-NC 4.0",
        "CC BY-NC 4.0",
    ]


def test_columns_are_named_by_settings_and_may_lie_within_others(tmp_path):
    row = {"body": "a", "meta": {"url": "https://a.example/", "when": 2020, "lang": None}, "meta.lang": "fr"}
    made = kept(
        written(tmp_path / "a.jsonl", lines([row])),
        text="body",
        url="meta.url",
        date="meta.when",
        language_column="meta.lang",
    )
    assert made.frame.select("text", "url", "date", "declared_language").row(0) == (
        "a",
        "https://a.example/",
        "2020",
        "fr",
    )


def test_folders_urls_and_single_files(tmp_path):
    for name in ("deep/a.jsonl", "b.ndjson.gz", "c.json.gz", "c.json", "d.txt"):
        path = f"memory://jsonl/{name}"
        with fsspec.open(path, "wb") as file:
            file.write((gzip.compress if name.endswith(".gz") else bytes)(lines(ROWS[:3])))
    made = kept("memory://jsonl", part_bytes=100)
    assert made.frame["file"].unique(maintain_order=True).to_list() == ["b.ndjson.gz", "c.json.gz", "deep/a.jsonl"]
    assert made.frame.height == 9 and kept("memory://jsonl/c.json").frame["id"][0] == "c.json#0"
    both = kept(f"memory://jsonl/deep,{written(tmp_path / 'x.jsonl', lines(ROWS[:2]))}")
    assert both.frame["file"].unique(maintain_order=True).to_list() == ["deep/a.jsonl", "x.jsonl"]


@pytest.mark.parametrize("end", PACKERS)
def test_a_file_that_changed_since_the_listing_is_an_error(tmp_path, end):
    path = written(tmp_path / f"a.jsonl{end}", PACKERS[end](lines(ROWS)))
    source = WebJsonl(location=str(path), part_bytes=900)
    listed = source.shards("documents")
    source.read("documents", listed[0].name)
    written(path, PACKERS[end](lines(ROWS[::-1])))
    with pytest.raises(SourceError, match="changed while the build ran; run the same command again"):
        source.read("documents", listed[1].name)
    path.unlink()
    with pytest.raises(SourceError, match="is gone since the build began"):
        source.read("documents", listed[1].name)


def test_identities_stay_where_the_folder_moves(tmp_path):
    (tmp_path / "one").mkdir()
    written(tmp_path / "one/a.jsonl", lines(ROWS))
    before = WebJsonl(location=str(tmp_path / "one"), part_bytes=900).shards("documents")
    (tmp_path / "one").rename(tmp_path / "two")
    os.utime(tmp_path / "two/a.jsonl", (1, 1))
    assert WebJsonl(location=str(tmp_path / "two"), part_bytes=900).shards("documents") == before


def test_long_names_of_files_make_short_names_of_shards(tmp_path):
    name = "/".join(["教科書" * 20, "内科" * 30, "a.jsonl"])
    (tmp_path / name).parent.mkdir(parents=True)
    written(tmp_path / name, lines(ROWS))
    source = WebJsonl(location=str(tmp_path), part_bytes=900)
    assert max(len(shard.name.encode()) for shard in source.shards("documents")) < 180
    assert read_all(source, "documents").frame["file"].unique().to_list() == [name]


@pytest.mark.real
def test_real_documents_of_a_crawl(samples):
    folder = samples / "web_text/general/web_warc_dolma/tests/data"
    options = {
        "url": "metadata.url",
        "title": "metadata.title",
        "language_column": "metadata.language",
        "date": "created",
    }
    crawl = kept(folder / "multiple_files", **options)
    assert crawl.frame.height == 20 and not crawl.rejected.height
    assert set(crawl.frame["declared_language"]) == {"en"} and crawl.frame["url"].str.starts_with("http").all()
    assert crawl.frame.select("title", "date").null_count().row(0) == (0, 0)
    parts = kept(folder / "multiple_files", part_bytes=20_000, **options)
    assert parts.frame.equals(crawl.frame)
    assert kept(folder / "provided/documents", **options).frame.height > 0
