"""`medmill build`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def build(
    dataset: str,
    *,
    out: Path,
    source: tuple[str, ...] = (),
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    limit: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    plan: bool = False,
    json: bool = False,
    quiet: bool = False,
    qc: Annotated[bool, Parameter(negative="--no-qc")] = True,
) -> int:
    """Build a dataset from raw sources, and check it.

    The same command goes on where an interrupted one stopped, and makes again only what a changed setting,
    source or line of code changes. For example:

        medmill build mimic-ir --source synthetic=300 --out out/demo

    Args:
        dataset: Name of the dataset (`mimic-ir`, `openi-ir`).
        out: The build folder.
        source: NAME=VALUE, repeatable: where a source lies (folder, file, URL), or how many synthetic studies.
        set_: KEY=VALUE for the dataset, NAME.KEY=VALUE for a source or a stage; repeatable.
        limit: Only the first N studies by id; their rows are those of the whole build.
        workers: Worker processes on this machine, default one per core; 0 runs everything in one process.
        scheduler: Address of a running Dask scheduler to use instead.
        plan: Say what would be made, why, and how large it gets; make nothing.
        json: Print the result as JSON.
        quiet: Show no progress.
        qc: End with the quality report.
    """
    from builders.api import resolve
    from builders.provenance import plain_settings
    from builders.run import Orders, make, summary
    from builders.settings import pairs

    recipe, options = resolve(dataset, pairs(source, "--source"), pairs(set_, "--set"))
    orders = Orders(workers, scheduler, limit, quiet, plain_settings(options))
    manifest = make(recipe, out, orders)
    if json:
        print(manifest.model_dump_json(indent=2))
    elif not quiet:
        print(summary(manifest), file=sys.stderr)
    return _check(out, quiet=quiet) if qc else 0


def _check(out: Path, *, quiet: bool) -> int:
    """The quality report of a finished build; 3 where a check fails."""
    from qc.run import run

    report = run(out)
    if not quiet:
        print(f"checks: {report.verdict}; {out / 'qc' / 'report.html'}", file=sys.stderr)
    return 3 if report.verdict == "fail" else 0
