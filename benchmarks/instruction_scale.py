"""A million instances from converters to a mixed training set: time, memory, and equal bytes for any number of workers.

    python -m benchmarks.instruction_scale [--instances 1000000] [--workers 2] [--same] [--short] [--input FOLDER]
        [--similarity 0]

Invented questions with options (JSON lines), questions with answers (CSV) and rows of a table (Parquet), as three
corpora that are declared in files of their own, a third of the instances each, about 600 characters long. A build of
meds-ins reads, converts, compares and mixes them, with up to two examples before each. `--same` builds again with one
worker, and without any, and compares the published files byte by byte. Prints seconds, peak RSS of the process tree,
and rows.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.process_tree import measure

_WORDS = (
    "fever", "cough", "pain", "therapy", "patient", "chronic", "acute", "lesion", "renal", "hepatic", "cardiac",
    "dose", "tablet", "surgery", "biopsy", "tumour", "scan", "nerve", "artery", "valve", "insulin", "glucose",
    "sodium", "antibody", "culture", "sepsis", "fracture", "tendon", "cornea", "retina", "lung",
)  # fmt: skip
_CORPUS = """
[corpus]
name = "{name}"
title = "Invented {name}"
licence = "cc-by-4.0"
terms = "Invented."
obtain = "Run this benchmark."
layout = "{layout}"
splits = "none"

[corpus.options]
files = {{ all = "*.{ends}" }}
id = "{{id}}"
document = "{{patient}}"

[[task]]
id = "{name}-task"
name = "Task of {name}"
category = "{category}"
shape = "{shape}"
fields = {fields}
input_language = "en"
output_language = "en"
instruction_language = "en"
domain = "exam"
metric = "{metric}"
split = "nine-to-one"
status = "real"
evidence = "own"
definitions = ["Answer the question.", "What is right? Say it.", "Read this and give the answer."]
"""
_TASKS = {
    "choices": (
        "json-lines", "jsonl", "MCQA", "multiple-choice", "accuracy",
        '{ question = "{question}", options = "{options}", answer = "{answer}", numbering = "A-E" }',
    ),
    "answers": (
        "csv", "csv", "Question Answering", "question-answer", "bleu-rouge",
        '{ question = "{question}", answer = "{answer}" }',
    ),
    "tables": (
        "parquet", "parquet", "Clinical Outcome Prediction", "key-values", "accuracy",
        '{ label = "{outcome}", leave_out = ["id", "patient"], words = { "0" = "False", "1" = "True" } }',
    ),
}  # fmt: skip
_ROWS = 100_000
"""Per file."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--same", action="store_true", help="build with 0 and 1 workers too, and compare")
    parser.add_argument("--short", action="store_true", help="questions of a few words, for very many instances")
    parser.add_argument("--similarity", type=float, default=0.8, help="of near copies; 0: none are looked for")
    parser.add_argument("--input", type=Path, help="folder for the corpora; what is there is read again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = asked.input or Path(name) / "in"
        if not folder.exists():
            write(folder, asked.instances, 12 if asked.short else 90)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        print(f"{asked.instances:,} instances, {size:,.0f} MB", flush=True)
        hashes = built(folder, Path(name) / "out", asked.workers, asked.similarity)
        if asked.same:
            others = [built(folder, Path(name) / f"out-{workers}", workers, asked.similarity) for workers in (0, 1)]
            print("byte by byte the same" if all(other == hashes for other in others) else "NOT the same")


def write(folder: Path, instances: int, words: int) -> None:
    """The three corpora, and what declares them."""
    for kind, (layout, ends, category, shape, metric, fields) in _TASKS.items():
        (folder / kind).mkdir(parents=True)
        told = {"layout": layout, "ends": ends, "category": category, "shape": shape, "metric": metric}
        text = _CORPUS.format(name=kind, fields=fields, **told)
        (folder / f"{kind}.toml").write_text(text, encoding="utf-8")
        left, number = instances // len(_TASKS), 0
        while left:
            rows = _rows(kind, min(left, _ROWS), number, words)
            path = folder / kind / f"part-{number:03d}.{ends}"
            {"jsonl": rows.write_ndjson, "csv": rows.write_csv, "parquet": rows.write_parquet}[ends](path)
            left, number = left - rows.height, number + 1


def _rows(kind: str, count: int, number: int, words: int) -> pl.DataFrame:
    random = np.random.default_rng([number, len(kind)])
    ids = pl.Series([f"{kind}-{number:03d}-{row:06d}" for row in range(count)])
    patients = pl.Series(random.integers(0, 10**6, count)).cast(pl.String)
    if kind == "tables":
        columns = {f"value {name}": random.normal(100, 20, count).round(1) for name in _WORDS[: max(3, words // 3)]}
        return pl.DataFrame({"id": ids, "patient": patients, **columns, "outcome": random.integers(0, 2, count)})
    said = {"id": ids, "patient": patients, "question": _texts(random, count, words)}
    if kind == "answers":
        return pl.DataFrame({**said, "answer": _texts(random, count, max(3, words // 3))})
    options = pl.DataFrame({letter: _texts(random, count, 3) for letter in "ABCD"})
    answer = pl.Series(random.integers(0, 4, count)).replace_strict(dict(enumerate("ABCD")), return_dtype=pl.String)
    return pl.DataFrame({**said, "options": options.select(pl.concat_list("A", "B", "C", "D")).to_series(),
                         "answer": answer})  # fmt: skip


def _texts(random: np.random.Generator, count: int, words: int) -> pl.Series:
    drawn = pl.DataFrame({str(k): random.integers(0, len(_WORDS), count) for k in range(words)})
    named = [pl.col(name).replace_strict(dict(enumerate(_WORDS)), return_dtype=pl.String) for name in drawn.columns]
    return drawn.select(pl.concat_str(named, separator=" ")).to_series()


def built(folder: Path, out: Path, workers: int, similarity: float) -> dict[str, str]:
    """Build, print what it took, and return the hash of each published file."""
    command = [str(Path(sys.executable).with_name("medmill")), "build", "meds-ins", "--out", str(out)]
    command += ["--workers", str(workers), "--set", f"similarity={similarity}"]
    own = ",".join(str(folder / f"{kind}.toml") for kind in _TASKS)
    command += ["--set", f"own={own}", "--set", "shots=2", "--quiet", "--no-qc"]
    command += ["--set", f"tasks={','.join(f'{kind}-task' for kind in _TASKS)}"]
    for kind in _TASKS:
        command += ["--source", f"{kind}={folder / kind}"]
    done = measure(command)
    if done.exit_code:
        raise SystemExit(done.output[-3000:])
    manifest = json.loads((out / "manifest.json").read_text())
    rows = {table["name"]: sum(split["rows"] for split in table["splits"].values()) for table in manifest["tables"]}
    print(
        f"{workers} workers: {done.seconds:.0f} s, {done.cpu_seconds:.0f} s of CPU, "
        f"peak {done.peak_rss_bytes / 1e6:,.0f} MB, {rows['chats']:,} chats",
        flush=True,
    )
    stages = sorted(manifest["stages"], key=lambda stage: -stage["seconds"])
    told = [f"{s['table']} {s['seconds']:.0f} s {s['peak_rss_bytes'] / 1e6:.0f} MB" for s in stages[:9]]
    print("  " + ", ".join(told), flush=True)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.glob("chats*/*.parquet"))}


if __name__ == "__main__":
    main()
