"""The quality report of a build with ten million ranking rows: does it stay within memory, and how long does it take?

    python benchmarks/qc_long_rankings.py [--rows 10_000_000] [--runs 3]

Every study stands on a circle; its neighbours are its candidates, so scores, ties and ranks are right by making.
Prints wall seconds and peak memory of `medmill qc`: median and every run.
"""

import argparse
import statistics
import sys
import tempfile
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from process_tree import measure

from schemas.anatomy import WHOLE_REPORT, names
from schemas.manifest import MANIFEST, Manifest, manifest_bytes
from schemas.retrieval import Ranking, Study
from schemas.terms import Terms

ANATOMIES = (WHOLE_REPORT, *names()[:19])
TOP = 120
QUERIES_PER_FILE = 400


def corpus(studies: int) -> pl.DataFrame:
    numbered = pl.DataFrame({"id": [f"s{i:06}" for i in range(studies)]})
    word = pl.concat_str(pl.col("id"), pl.lit(" lies beside "), pl.col("id").shift(1, fill_value="the last"))
    rows = numbered.with_columns(patient="id", split=pl.lit("train"), dup_group="id", text=word, n_words=pl.lit(4))
    return typed(rows.with_columns(section_used=pl.lit("findings"), passages=[]), Study)


def rankings(first: int, studies: int) -> pl.DataFrame:
    queries = pl.DataFrame({"q": range(first, min(first + QUERIES_PER_FILE, studies))})
    ranks = pl.DataFrame({"rank": range(1, TOP + 1)}).with_columns(distance=(pl.col("rank") + 1) // 2)
    side = pl.when(pl.col("rank") % 2 == 1).then(1).otherwise(-1)
    grid = queries.join(pl.DataFrame({"anatomy": ANATOMIES}), how="cross").join(ranks, how="cross")
    rows = grid.select(
        name(pl.col("q")).alias("query"),
        "anatomy",
        name((pl.col("q") + side * pl.col("distance")) % studies).alias("candidate"),
        stratum=pl.lit("top"),
        split=pl.lit("train"),
        rank="rank",
        score=1 - pl.col("distance") / studies,
        n_tied=pl.lit(2),
        rank_min=2 * pl.col("distance") - 1,
        rank_max=2 * pl.col("distance"),
    )
    return typed(rows, Ranking)


def name(number: pl.Expr) -> pl.Expr:
    return "s" + number.cast(pl.String).str.zfill(6)


def typed(rows: pl.DataFrame, schema: Any) -> pl.DataFrame:
    rows = rows.with_columns(pl.lit(None).alias(c) for c in schema.columns() if c not in rows.columns)
    return rows.select(list(schema.columns())).cast(dict(schema.create_empty().schema)).sort(schema.primary_key())


def write(folder: Path, studies: int) -> None:
    tables = [written(folder, "corpus", Study, [corpus(studies)])]
    parts = (rankings(first, studies) for first in range(0, studies, QUERIES_PER_FILE))
    tables.append(written(folder, "rankings", Ranking, parts))
    none: dict[str, Any] = {"sources": [], "settings": {}, "stages": [], "packages": {}, "code_fingerprint": ""}
    made = {"dataset": "circle", "status": "complete", "medmill": "0", "created": "", "terms": asdict(Terms())}
    manifest = Manifest.model_validate(none | made | {"tables": tables, "wall_seconds": 0, "peak_rss_bytes": 0})
    (folder / MANIFEST).write_bytes(manifest_bytes(manifest))


def written(folder: Path, table: str, schema: Any, parts: Any) -> dict[str, Any]:
    (folder / table).mkdir()
    files = []
    for number, rows in enumerate(parts):
        path = folder / table / f"train-{number:05}.parquet"
        rows.write_parquet(path, row_group_size=100_000)
        content = path.read_bytes()
        digest = {"rows": rows.height, "bytes": len(content), "sha256": sha256(content).hexdigest()}
        files.append({"path": f"{table}/{path.name}"} | digest)
    columns = [
        {"name": c, "dtype": str(column.dtype), "tag": (column.metadata or {})["tag"], "unit": "", "description": ""}
        for c, column in schema.columns().items()
    ]
    split = {"train": {"rows": sum(file["rows"] for file in files), "files": files}}
    named = {"name": table, "primary_key": schema.primary_key(), "terms": asdict(Terms())}
    return {**named, "columns": columns, "splits": split}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(folder, args.rows // (len(ANATOMIES) * TOP))
        medmill = str(Path(sys.executable).with_name("medmill"))
        runs = [measure([medmill, "qc", temporary]) for _ in range(args.runs)]
    print(runs[0].output)
    for run in runs:
        print(f"exit {run.exit_code}  {run.seconds:6.1f} s  RSS {run.peak_rss_bytes / 1e9:.2f} GB")
    seconds = statistics.median(run.seconds for run in runs)
    print(f"median {seconds:.1f} s, {statistics.median(run.peak_rss_bytes for run in runs) / 1e9:.2f} GB RSS")


if __name__ == "__main__":
    main()
