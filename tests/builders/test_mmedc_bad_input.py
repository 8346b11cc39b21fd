"""`mmedc` over bad input of every kind: what is good comes out, what is bad is a rejected row or one clear error."""

import gzip
import json
import random
import resource
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import polars as pl
import pytest
import zstandard

from builders.base import Shard
from builders.cli import run
from builders.recipes.mmedc import Options, recipe
from builders.run import Orders, make
from builders.sources.web_jsonl import WebJsonl
from schemas.errors import MedmillError
from schemas.manifest import read_manifest
from tests.annotators.ocr.needed import needs_tesseract
from tests.builders.chaos import digests, ended, start_medmill
from tests.builders.sources.pdf_making import Scan, Text, pdf_of, without_pages
from tests.builders.sources.web_archives import conversion, packed, page, record, response
from tests.builders.web_texts import passages

SOURCES = {
    "web-jsonl": "lines", "text-folder": "texts", "warc": "archives", "pdf-folder": "books", "wet": "crawl",
    "html-folder": "site",
}  # fmt: skip
LARGE = 17_000_000
"""Bytes of the large document, more than the text that is read at a time; 50 MB under the marker `soak`."""
NOISE = bytes(range(128, 256)) * 7 + bytes([0x81, 0x8D, 0x8F, 0xFF, 0xFE, 0xFD] * 40)


@dataclass(frozen=True)
class Build:
    """Exit code and standard error of a build by the command line, and where it is."""

    code: int
    said: list[str]
    out: Path

    def rows(self, table: str, *columns: str) -> pl.DataFrame:
        found = sorted((self.out / table).glob("*.parquet"))
        return pl.concat(pl.read_parquet(path, columns=list(columns)) for path in found)

    def rejected(self) -> dict[str, str]:
        """Id to reason."""
        found = sorted((self.out / "rejected").rglob("*.parquet"))
        rows = pl.concat(pl.read_parquet(path) for path in found)
        assert (rows["detail"] != "").all()
        return dict(rows.select("id", "reason").iter_rows())


@pytest.fixture
def build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Build]:
    def build(*sources: str, out: Path = tmp_path / "out") -> Build:
        named = [f"--source={source}" for source in sources]
        code = run(["build", "mmedc", *named, "--out", str(out), "--workers", "0", "--quiet", "--no-qc"])
        return Build(code, capsys.readouterr().err.splitlines(), out)

    return build


def good(count: int, language: str = "en") -> list[str]:
    """Medical texts that differ."""
    rows = passages(language, count).filter(label="medical")["text"]
    return rows.head(count).to_list()


def line(text: str, **more: str) -> bytes:
    return json.dumps({"text": text, **more}, ensure_ascii=False).encode() + b"\n"


def lines(texts: Sequence[str]) -> bytes:
    return b"".join(map(line, texts))


def large(size: int, seed: int = 0) -> str:
    """Words of medical texts in an order of their own, so many bytes of them: nothing in it repeats."""
    words = " ".join(good(12)).split()
    draw = random.Random(seed)
    made, length = [], 0
    while length < size:
        made.append(" ".join(draw.choices(words, k=12)) + ".")
        length += len(made[-1].encode()) + 1
    return "\n".join(made)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)


def write_everything(folder: Path) -> tuple[set[str], dict[str, str]]:
    """Good and bad documents of six sources; the ids of the good ones, and of the bad ones with their reasons."""
    texts = good(24)
    mixed = " ".join([texts[13][:200], *(good(1, language)[0][:200] for language in ("ru", "zh", "fr"))])
    french = line(good(1, "fr")[0])
    bad = [line(""), line("x"), b"\0\0\0\0\n", b'{"text": "caf\xe9"}\n', b"no json\n", line(" \n "), b'{"text": 7}\n']
    starts = [len(french) + sum(map(len, bad[:number])) for number in range(len(bad) + 1)]
    whys = ["empty_text", "too_short", "bad_json", "not_utf8", "bad_json", "empty_text", "not_text"]
    gz, cut_gz = gzip.compress(lines(texts[1:3])), gzip.compress(lines([texts[3], texts[14], texts[15]]))[:-200]
    cut_zst = zstandard.ZstdCompressor().compress(lines([large(200_000, seed) for seed in (1, 2, 3)]))[:-20]
    archive = packed([response(page(text, language="en").encode(), f"https://a.example/{number}")
                      for number, text in enumerate(texts[4:6])])  # fmt: skip
    write(folder / "lines", {
        "mixed.jsonl": french + b"".join(bad) + line(f"\0{texts[0]}\0"), "gzip-by-its-bytes.jsonl": gz,
        "cut.jsonl.gz": cut_gz, "cut.jsonl.zst": cut_zst, "none.jsonl": b"",
    })  # fmt: skip
    write(folder / "texts", {
        "good.txt": texts[6].encode(), "utf-16.txt": texts[7].encode("utf-16"), "empty.txt": b"", "one.txt": b"x",
        "noise.txt": NOISE, "pdf.txt": pdf_of([Text(texts[8])]), "nul.txt": b"\0" * 500,
        "large.txt": large(LARGE).encode(), "languages.txt": mixed.encode(),
    })  # fmt: skip
    write(folder / "archives", {"cut.warc.gz": archive[:-40]})
    write(folder / "books", {
        "good.pdf": pdf_of([Text(texts[9])]), "locked.pdf": pdf_of([Text(texts[10])], password="open sesame"),
        "picture.pdf": pdf_of([Scan("")]), "none.pdf": without_pages(), "text.pdf": texts[11].encode(),
        "cut.pdf": pdf_of([Text(texts[12])])[:500],
    })  # fmt: skip
    stands = {"mixed.jsonl#0", f"mixed.jsonl#{starts[-1]}", "gzip-by-its-bytes.jsonl#0", "cut.jsonl.gz#0",
              "cut.jsonl.zst#0", "good.txt", "utf-16.txt", "large.txt", "cut.warc.gz#0", "good.pdf"}  # fmt: skip
    falls = {f"mixed.jsonl#{start}": why for start, why in zip(starts, whys, strict=False)}
    falls |= {"empty.txt": "empty_text", "one.txt": "too_short", "noise.txt": "unknown_encoding",
              "pdf.txt": "no_text_file", "nul.txt": "empty_text", "locked.pdf": "password", "picture.pdf": "no_text",
              "none.pdf": "no_pages", "text.pdf": "not_pdf", "cut.pdf": "broken_pdf"}  # fmt: skip
    for write_more in (write_crawl, write_site):
        more_stand, more_fall = write_more(folder, texts[16:])
        stands, falls = stands | more_stand, falls | more_fall
    return stands, falls


def write_crawl(folder: Path, texts: Sequence[str]) -> tuple[set[str], dict[str, str]]:
    """WET files, packed and plain, with records that are good, bad, damaged and cut off."""
    french = good(2, "fr")[1].encode()
    records = {"good": conversion(texts[0]), "broken": record("conversion", french[:300] + b"\xff" + french[300:]),
               "empty_text": conversion(""), "too_short": conversion("x"), "nul": conversion("\0" * 500),
               "unknown_encoding": record("conversion", NOISE), "too_long": conversion("a " * 34_000_000),
               "damaged": conversion(texts[1]), "behind": conversion(texts[2])}  # fmt: skip
    members = {name: packed([one]) for name, one in records.items()}
    members["damaged"] = members["damaged"][:20] + b"\xff" * (len(members["damaged"]) - 28) + members["damaged"][-8:]
    starts = dict(zip(members, accumulate(map(len, members.values()), initial=0), strict=False))
    plain, last = conversion(texts[3]), conversion(texts[4])
    write(folder / "crawl", {"a.warc.wet.gz": b"".join(members.values()), "cut.wet": plain + last[:-40],
                             "none.wet": b""})  # fmt: skip
    place = {name: f"a.warc.wet.gz#{start}" for name, start in starts.items()}
    whys = {"empty_text", "too_short", "unknown_encoding", "too_long", "damaged"}
    falls = {place[why]: why for why in whys} | {place["nul"]: "empty_text", f"cut.wet#{len(plain)}": "cut_off"}
    return {place["good"], place["broken"], place["behind"], "cut.wet#0"}, falls


def write_site(folder: Path, texts: Sequence[str]) -> tuple[set[str], dict[str, str]]:
    """Pages, and files of other kinds whose names say that they are pages."""
    made = page(texts[5], times=1).encode()
    bodies = {
        "good.html": made, "utf-16.htm": page(texts[6], times=1).encode("utf-16"),
        "broken.xhtml": page(texts[7], times=1).encode() + b"\xff",
        "empty.html": b"", "one.html": b"x", "nul.html": b"\0" * 500, "noise.html": NOISE,
        "gzip.html": gzip.compress(made), "pdf.html": pdf_of([Text(texts[1])]),
        "large.html": page("a " * 5_000_000).encode(), "tags.html": b"<html><body>" + b"<p>word" * 90_000,
    }  # fmt: skip
    write(folder / "site", bodies)
    return {"good.html", "utf-16.htm", "broken.xhtml"}, {
        "empty.html": "empty_text", "one.html": "no_main_text", "nul.html": "no_main_text",
        "noise.html": "unknown_encoding", "gzip.html": "unknown_encoding", "pdf.html": "unknown_encoding",
        "large.html": "too_long", "tags.html": "too_many_tags",
    }  # fmt: skip


@needs_tesseract
def test_everything_bad_at_once(build: Callable[..., Build], tmp_path: Path):
    stands, falls = write_everything(tmp_path)
    made = build(*(f"{name}={tmp_path / folder}" for name, folder in SOURCES.items()))
    assert (made.code, made.said) == (0, [])
    corpus = pl.concat(made.rows(f"corpus.{name}", "id", "text") for name in SOURCES)
    rejected = made.rejected()
    assert stands <= set(corpus["id"])
    assert {name: rejected.get(name) for name in falls} == falls
    assert not set(corpus["id"]) & set(rejected)
    assert "languages.txt" in {*corpus["id"], *rejected}
    assert not corpus["text"].str.contains("\0").any()
    assert Counter(rejected.values())["cut_off"] == 4
    manifest = read_manifest(made.out)
    for stage in manifest.stages:
        assert stage.ids_in == stage.ids_passed + stage.ids_rejected, stage.table
    assert sum(stage.ids_rejected for stage in manifest.stages) == len(rejected)


@pytest.mark.soak
def test_a_document_of_50_mb(build: Callable[..., Build], tmp_path: Path):
    write(tmp_path / "texts", {"large.txt": large(50_000_000).encode(), "good.txt": good(1)[0].encode()})
    made = build(f"text-folder={tmp_path / 'texts'}")
    assert (made.code, made.said) == (0, [])
    assert set(made.rows("corpus.text-folder", "id")["id"]) == {"large.txt", "good.txt"}


def test_a_parquet_without_the_column_of_text(build: Callable[..., Build], tmp_path: Path):
    pl.DataFrame({"id": [1], "body": good(1)}).write_parquet(tmp_path / "a.parquet")
    made = build(f"web-parquet={tmp_path}")
    assert made.code == 1 and len(made.said) == 1
    assert "a.parquet" in made.said[0] and "text" in made.said[0] and "body" in made.said[0]


@pytest.mark.parametrize(
    ("source", "name", "body", "told"),
    [
        ("wet", "a.wet.gz", b"<html><body>words</body></html>", "a.wet.gz: no web archive, whatever its name says"),
        ("wet", "a.wet.gz", gzip.compress(conversion("One.") + conversion("Two.")), "a.wet.gz: packed as a whole"),
        ("wet", "a.warc", conversion("One."), "no files here that end in .wet, .wet.gz"),
        ("html-folder", "a.txt", b"words", "no files here that end in .html, .htm, .xhtml"),
    ],
    ids=["no archive", "one member", "a name of warc", "no page"],
)
def test_a_crawl_or_a_site_that_is_none_is_one_clear_error(
    build: Callable[..., Build], tmp_path: Path, source: str, name: str, body: bytes, told: str
):
    write(tmp_path / "in", {name: body})
    made = build(f"{source}={tmp_path / 'in'}")
    assert made.code == 1 and len(made.said) == 1 and told in made.said[0]


@dataclass(frozen=True)
class Restless(WebJsonl):
    """Files to which a line is added each time when they have been listed."""

    def shards(self, table: str) -> Sequence[Shard]:
        found = super().shards(table)
        with (Path(self.location) / "b.jsonl").open("ab") as file:
            file.write(line("A line that was not there before."))
        return found


def test_a_file_that_changes_after_it_was_listed(tmp_path: Path):
    texts = good(6)
    write(tmp_path / "web", {"a.jsonl": lines(texts[:3]), "b.jsonl": lines(texts[3:])})
    restless = recipe({"web-jsonl": Restless(str(tmp_path / "web"))}, Options())
    with pytest.raises(
        MedmillError, match=r"b\.jsonl: changed while the build ran; run the same command again"
    ) as told:
        make(restless, tmp_path / "out", Orders(workers=0))
    assert "\n" not in str(told.value)
    make(recipe({"web-jsonl": WebJsonl(str(tmp_path / "web"))}, Options()), tmp_path / "out", Orders(workers=0))
    kept = pl.read_parquet(tmp_path / "out" / "corpus.web-jsonl" / "*.parquet")
    assert set(kept["text"]) == set(texts)


def test_a_disk_that_fills_up_while_texts_are_compared(build: Callable[..., Build], tmp_path: Path):
    """A limit on the size of files stands for the disk; hashes of short texts are larger than the texts."""
    texts = large(150_000).split("\n")
    shorts = [" ".join(texts[number : number + 4]) for number in range(0, len(texts), 4)]
    write(tmp_path / "web", {"a.jsonl": lines(shorts)})
    source, out = f"web-jsonl={tmp_path / 'web'}", tmp_path / "out"
    undisturbed = build(source, out=tmp_path / "undisturbed")
    limit = 10_000 + max(path.stat().st_size for path in undisturbed.out.rglob("rows/*.parquet"))
    full = start_medmill("build", "mmedc", f"--source={source}", "--out", str(out), "--workers=0", "--quiet", "--no-qc")
    resource.prlimit(full.pid, resource.RLIMIT_FSIZE, (limit, limit))
    code, said = ended(full)
    assert code == 1 and said.count("\n") == 1
    assert "/scratch/shuffle-" in said and "free some space, then the same command goes on" in said
    assert build(source, out=out).code == 0
    assert digests(out) == digests(undisturbed.out)
