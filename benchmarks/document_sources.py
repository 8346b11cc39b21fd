"""How fast the sources of documents read, and what memory a part takes, on texts of our own.

    python benchmarks/document_sources.py --mb 100 --repeats 3

Every kind of file holds the same texts. A file is listed and read in a process of its own, part by part in order, as
a worker reads it. Printed per kind: MB of text per second of CPU (median), the time of listing, the peak of resident
memory above that of the process before it read, and that by the text of the largest part.
"""

import argparse
import gzip
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from builders.perform import peak_rss_bytes

KINDS = ("jsonl", "jsonl.gz", "jsonl.zst", "parquet", "wet", "wet.gz", "txt", "warc.gz", "html")
PAGES = ("warc.gz", "html")
"""Where every document costs a reading by trafilatura: a twentieth of the texts will do."""
WORDS = (
    "the",
    "ward",
    "was",
    "quiet",
    "and",
    "tea",
    "hot",
    "while",
    "rain",
    "fell",
    "été",
    "больница",
    "тихая",
    "病院",
)


def texts(megabytes: float) -> list[str]:
    draw, made, held = random.Random(0), [], 0
    while held < megabytes * 1e6:
        made.append(" ".join(draw.choices(WORDS, k=draw.randint(50, 900))) + f" {len(made)}.")
        held += len(made[-1].encode())
    return made


def write(folder: Path, kind: str, made: list[str]) -> None:
    rows = [{"text": text, "timestamp": "2020-01-01", "url": f"https://a.example/{n}"} for n, text in enumerate(made)]
    lines = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    if kind.startswith("jsonl"):
        import zstandard

        packed = {"jsonl": bytes, "jsonl.gz": gzip.compress, "jsonl.zst": zstandard.ZstdCompressor().compress}[kind]
        (folder / f"a.{kind}").write_bytes(packed(lines))
    elif kind == "parquet":
        pl.DataFrame(rows).write_parquet(folder / "a.parquet", row_group_size=1000)
    elif kind in ("txt", "html"):
        for number, text in enumerate(made):
            (folder / f"{number}.{kind}").write_text(page(text) if kind == "html" else text)
    else:
        records = [record(kind, text) for text in made]
        (folder / f"a.{kind}").write_bytes(b"".join(map(gzip.compress, records) if kind.endswith("gz") else records))


def page(text: str) -> str:
    parts = [text[at : at + 400] for at in range(0, len(text), 400)]
    body = "".join(f"<p>{part}</p>" for part in parts)
    return f"<html lang='en'><head><title>A page</title></head><body><article>{body}</article></body></html>"


def record(kind: str, text: str) -> bytes:
    body, named = text.encode(), "conversion"
    if kind.startswith("warc"):
        body, named = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(text).encode(), "response"
    more = "Content-Type: application/http; msgtype=response\r\n" if named == "response" else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {named}\r\nWARC-Date: 2021-05-06T07:08:09Z\r\nWARC-Target-URI: https://a.example/\r\n"
    )
    return f"{head}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n"


def source_of(kind: str, folder: str):
    from builders.discovery import source_class

    named = {"parquet": "web-parquet", "txt": "text-folder", "html": "html-folder"}
    name = named.get(kind) or ("web-jsonl" if kind.startswith("jsonl") else kind.partition(".")[0])
    return source_class(name)(location=folder)


def peak() -> float:
    return peak_rss_bytes() / 2**20


def read(kind: str, folder: str) -> dict[str, float]:
    """In a process of its own: seconds and memory."""
    source = source_of(kind, folder)
    source.documents(pl.DataFrame({"text": ["a"], "id": ["b"], "file": ["c"]}))
    Path("/proc/self/clear_refs").write_text("5")
    start = time.perf_counter()
    shards = source.shards("documents")
    listed, before, cpu = time.perf_counter() - start, peak(), time.process_time()
    held, largest = 0, 0
    for shard in shards:
        size = source.read("documents", shard.name).frame["text"].str.len_bytes().sum()
        held, largest = held + size, max(largest, size)
    seconds = time.process_time() - cpu
    return {"speed": held / 1e6 / seconds, "list": listed, "memory": peak() - before, "part": largest / 2**20}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=100, help="megabytes of text")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--read", nargs=2, metavar=("KIND", "FOLDER"), help="read one folder, and print JSON")
    given = parser.parse_args()
    if given.read:
        print(json.dumps(read(*given.read)))
        return
    print(f"{'kind':10} {'MB/s CPU':>9} {'list s':>7} {'memory MiB':>11} {'part MiB':>9} {'ratio':>6}")
    for kind in given.kinds:
        with TemporaryDirectory() as folder:
            write(Path(folder), kind, texts(given.mb / (20 if kind in PAGES else 1)))
            command = [sys.executable, __file__, "--read", kind, folder]
            runs = [
                json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                for _ in range(given.repeats)
            ]
        mid = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        ratio = mid["memory"] / mid["part"]
        print(f"{kind:10} {mid['speed']:9.1f} {mid['list']:7.3f} {mid['memory']:11.0f} {mid['part']:9.1f} {ratio:6.1f}")


if __name__ == "__main__":
    main()
