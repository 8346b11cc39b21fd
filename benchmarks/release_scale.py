"""Releasing and verifying a dataset of ten million ranking rows: time, size, memory.

    python benchmarks/release_scale.py [--rows 10_000_000]

The rows are those of `qc_long_rankings.py`. Bar: 1.5 GB at most, since rows stream file by file.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from process_tree import measure
from qc_long_rankings import ANATOMIES, TOP, write

PACKAGE = """
from pathlib import Path
from releases.about import About
from releases.package import Wanted, release
release(Path({build!r}), Path({out!r}), Wanted("1.0.0", About("Points on a circle."), allow_failed_qc=True))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        build, out = Path(temporary) / "build", Path(temporary) / "release"
        build.mkdir()
        write(build, args.rows // (len(ANATOMIES) * TOP))
        medmill = str(Path(sys.executable).with_name("medmill"))
        commands = {
            "release": [sys.executable, "-c", PACKAGE.format(build=str(build), out=str(out))],
            "verify": [medmill, "verify", str(out)],
            "diff": [medmill, "diff", str(out), str(out)],
        }
        for name, command in commands.items():
            run = measure(command)
            print(f"{name}: exit {run.exit_code}  {run.seconds:.1f} s  RSS {run.peak_rss_bytes / 1e9:.2f} GB")
            if run.exit_code:
                sys.exit(run.output)
        size = sum(path.stat().st_size for path in (out / "rankings").iterdir())
        print(f"rankings: {args.rows:,} rows in {len(list((out / 'rankings').iterdir()))} files, {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
