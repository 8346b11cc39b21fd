"""How fast the program answers: `medmill --help` beside a bare Python and the import of its parser.

    python benchmarks/start.py [--runs 15]

Prints the median wall time of each and its ratio to a bare Python.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import cyclopts": [sys.executable, "-c", "import cyclopts"],
    "medmill --help": [str(Path(sys.executable).with_name("medmill")), "--help"],
    "medmill --version": [str(Path(sys.executable).with_name("medmill")), "--version"],
    "medmill doctor": [str(Path(sys.executable).with_name("medmill")), "doctor"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "COLUMNS": "100"})
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    medians = {name: statistics.median(seconds(command) for _ in range(runs)) for name, command in PROGRAMS.items()}
    for name, median in medians.items():
        print(f"{name:20} {median:6.3f} s   {median / medians['python -c pass']:5.1f} x")


if __name__ == "__main__":
    main()
