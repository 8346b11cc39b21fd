"""`medmill rehydrate`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def rehydrate(
    folder: Path,
    *,
    source: tuple[str, ...],
    out: Path,
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    quiet: bool = False,
) -> int:
    """Bring text back into a release from your own copy of the source, and check every hash.

    What is written stays under the terms of the source: it is for your machine. Rows that your copy does not
    have, or has with another text, stay out and are counted; exit code 3 then. For example:

        medmill rehydrate release/mimic-ir --source mimic-cxr=/data/mimic-cxr --out with-text

    Args:
        folder: The release folder.
        source: NAME=VALUE: the source and where it lies.
        out: The folder to write.
        set_: NAME.KEY=VALUE, a setting of the source, as the build had it; repeatable.
        quiet: Print nothing.
    """
    from builders.reading import one_source, reports_of
    from builders.settings import pairs
    from releases.rehydrate import rehydrate as put_back

    reader = one_source(pairs(source, "--source"), pairs(set_, "--set"), "rehydrate")
    result = put_back(folder, (kept.frame for kept in reports_of(reader)), out)
    lost = ", ".join(f"{rows:,} {why}" for why, rows in sorted(result.lost.items()))
    if not quiet:
        print(f"{result.rows:,} rows with text in {out}, every hash checked", file=sys.stderr)
        if lost:
            few = ", ".join(result.cases[:3])
            print(f"left out: {lost} (first: {few}); is it the same version of the source?", file=sys.stderr)
    return 3 if lost else 0
