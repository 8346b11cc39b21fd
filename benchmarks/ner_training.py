"""Recognisers trained on labels of people: the small net and the spaCy pipeline, F1 per type and the CPU time used.

    python benchmarks/ner_training.py [--only bc5cdr|ncbi] [--engine transformers|spacy]

BC5CDR (chemicals and diseases) and NCBI-Disease, as published in CoNLL's columns (`docs/samples.md`). Nothing is
pretrained. Bars, on the test split of BC5CDR: the spaCy pipeline 0.78 within 10 minutes of CPU, the small net 0.65
within 20. CPU minutes are those of all threads of the process, learning and judging together; one thread each.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "ner"
CORPORA = {
    "bc5cdr": SAMPLES / "ner_bc5cdr" / "data" / "BC5CDR-IOB",
    "ncbi": SAMPLES / "ner_ncbi_disease" / "conll",
}
ENGINES = {"transformers": (), "spacy": ("--spacy",)}
BARS = {("bc5cdr", "transformers"): (0.65, 20), ("bc5cdr", "spacy"): (0.78, 10)}


def trained(corpus: str, engine: str, folder: Path) -> dict[str, Any]:
    """What `medmill train ner --json` tells; in a process of its own, so that its CPU time is its own."""
    program = [sys.executable, "-c", "from builders.cli import main; main()", "train", "ner", "--json"]
    asked = ["--data", str(CORPORA[corpus]), "--out", str(folder / f"{corpus}-{engine}"), *ENGINES[engine]]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    return json.loads(subprocess.run([*program, *asked], check=True, stdout=subprocess.PIPE, env=env).stdout)


def line(corpus: str, engine: str, told: dict[str, Any]) -> str:
    test = told["scores"]["test"]
    types = ", ".join(f"{name} {own['f1']:.3f}" for name, own in test["types"].items())
    micro, minutes, wall = test["micro"]["f1"], told["cpu_seconds"] / 60, told["seconds"] / 60
    bar = BARS.get((corpus, engine))
    held = f" (bar: {bar[0]} in {bar[1]})" if bar else ""
    rounds = len(told["validation_f1"])
    return f"| {corpus} | {engine} | {micro:.3f}{held} | {types} | {minutes:.1f} | {wall:.1f} | {rounds} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=CORPORA)
    parser.add_argument("--engine", choices=ENGINES)
    asked = parser.parse_args()
    print("| corpus | engine | test F1, micro | per type | CPU minutes | wall minutes | looks at validation |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for corpus in [asked.only] if asked.only else CORPORA:
            for engine in [asked.engine] if asked.engine else ENGINES:
                print(line(corpus, engine, trained(corpus, engine, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
