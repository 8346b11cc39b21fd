"""The two tables that gather something of every instance, at ten million of them: memory and time.

    python -m benchmarks.mixture_scale [--instances 10000000] [--tasks 122]

Writes the keys of invented instances as a build has them, in partitions of 10,000, and makes the tables `limits` and
`mixture` of them with one worker, through the engine. All other tables of meds-ins are made partition by partition, or
bucket by bucket. Prints seconds and peak RSS of all processes.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from benchmarks.process_tree import measure
from builders.base import Collect, Recipe, Shard, Source, Table
from builders.instructions.mixing import Rule
from builders.run import Orders, make
from builders.stages.instructions.flaws import Limits
from builders.stages.instructions.mixture import Mixed, Mixture
from schemas.instructions import Drawable, InstanceKey, MixtureShare, SizeLimit
from schemas.terms import OPEN, Terms

PART = 10_000


@dataclass(frozen=True)
class InventedKeys(Source):
    """Keys of instances; `location`: how many, and of how many tasks."""

    location: str

    name: ClassVar[str] = "invented-keys"
    terms: ClassVar[Terms] = OPEN
    tables: ClassVar[Mapping[str, Any]] = {"keys": InstanceKey, "drawable": Drawable}

    def shards(self, table: str) -> Sequence[Shard]:
        """Partitions by number."""
        count = int(self.location.split(",")[0])
        return [Shard(f"{number:05d}", str(number), PART, PART * 80) for number in range(count // PART)]

    def read(self, table: str, shard: str) -> pl.DataFrame:
        """Rows of one partition; tasks of very different sizes."""
        random = np.random.default_rng(int(shard))
        task = (int(self.location.split(",")[1]) * random.random(PART) ** 2).astype(int)
        rows = pl.DataFrame({"task": task, "draw": random.integers(0, 2**63, PART).astype(np.uint64)})
        rows = rows.with_columns(pl.col("task").cast(pl.String), split=pl.lit("train"), size=pl.lit(500, pl.Int64))
        rows = rows.with_columns(id=pl.format("{}:corpus/{}-{}", "task", pl.lit(shard), pl.int_range(pl.len())))
        rows = rows.with_columns(input_key="draw", output_key="draw", document_key="draw")
        schema = InstanceKey if table == "keys" else Drawable
        return rows.select(pl.col(name).cast(column.dtype) for name, column in schema.columns().items())


def recipe(instances: int, tasks: int) -> Recipe:
    """Keys, and the two tables that are made of all of them."""
    mixed = tuple(Mixed(str(number), f"task {number}", "NER", "en", "corpus") for number in range(tasks))
    mixture = Mixture(mixed, Rule(target=instances // 5, temperature=2))
    return Recipe("mixture", {"keys": InventedKeys(f"{instances},{tasks}")}, [
        Table("keys", InstanceKey, source="keys", publish=False),
        Table("drawable", Drawable, source="keys", publish=False),
        Table("limits", SizeLimit, Limits(), ("keys",), shape=Collect(("task", "size")), split=None, input_id="task"),
        Table("mixture", MixtureShare, mixture, ("drawable",), shape=Collect(("task", "split", "draw", "size")),
              split=None, input_id="task"),
    ], OPEN)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=10_000_000)
    parser.add_argument("--tasks", type=int, default=122)
    parser.add_argument("--out", type=Path, help="make the tables here, and measure nothing")
    asked = parser.parse_args()
    if asked.out:
        make(recipe(asked.instances, asked.tasks), asked.out, Orders(workers=1))
        rows = pl.read_parquet(asked.out / "mixture" / "*.parquet")
        print(f"{rows['available'].sum():,} instances, {rows['drawn'].sum():,} drawn")
        return
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "benchmarks.mixture_scale", "--out", str(Path(name) / "out")]
        done = measure([*command, "--instances", str(asked.instances), "--tasks", str(asked.tasks)])
        if done.exit_code:
            raise SystemExit(done.output[-3000:])
        print(f"{done.output.strip()}: {done.seconds:.0f} s, peak {done.peak_rss_bytes / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
