"""`medmill build`."""

import shlex
import sys
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders.base import Recipe
    from builders.plan import Plan
    from builders.run import Orders
    from schemas.manifest import Manifest


def build(
    dataset: str,
    *,
    out: Path,
    source: tuple[str, ...] = (),
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    limit: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    matrix: bool = False,
    shards: int | None = None,
    require: str = "",
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
        matrix: Short for `--set matrix=true`: whole score matrices too, as RadIR's loaders read them.
        shards: Short for `--set shards=N`: the parts train's matrices are cut into (RadIR: 4).
        require: Short for `--set require=…`: with `all`, a corpus that is not given is an error (meds-ins).
        plan: Say what would be made, why, and how large it gets; make nothing, but for what a mixture hangs on.
        json: Print the result as JSON.
        quiet: Show no progress.
        qc: End with the quality report.
    """
    from builders.api import resolve
    from builders.provenance import plain_settings
    from builders.run import Orders, make
    from builders.run import plan as plan_only
    from builders.settings import pairs

    settings = [*set_, *(["matrix=true"] if matrix else ()), *([f"shards={shards}"] if shards is not None else ())]
    settings += [f"require={require}"] if require else []
    recipe, options = resolve(dataset, pairs(source, "--source"), pairs(settings, "--set"))
    command = shlex.join(["medmill", *sys.argv[1:]])
    orders = Orders(workers, scheduler, limit, quiet or json, plain_settings(options), command)
    for note in () if quiet or json else recipe.notes:
        _say(note)
    if plan:
        _show_plan(plan_only(recipe, out, orders), json=json)
        if recipe.previews:
            _preview(recipe, out, orders, json=json)
        return 0
    manifest = make(recipe, out, orders)
    if json:
        print(manifest.model_dump_json(indent=2))
    elif not quiet:
        _show_result(manifest, out)
    return _check(out, recipe, quiet=quiet) if qc else 0


def _show_plan(plan: "Plan", *, json: bool) -> None:
    from builders.plan_table import plan_table

    if json:
        print(dumps(plan.as_json(), indent=2))
    else:
        plan_table(plan)


def _preview(recipe: "Recipe", out: Path, orders: "Orders", *, json: bool) -> None:
    """The table that a plan shows, for which what it hangs on is made."""
    from builders.plan_table import preview_table
    from builders.preview import ahead

    rows = ahead(recipe, recipe.previews, out, orders)
    print(rows.write_json()) if json else preview_table(recipe.previews, rows)


def _show_result(manifest: "Manifest", out: Path) -> None:
    """What was made, what was not and why, and what took longest."""
    from builders.progress import clock
    from builders.state import state_of

    rows = sum(split.rows for table in manifest.tables for split in table.splits.values())
    _say(f"{manifest.dataset}: {len(manifest.tables)} tables, {rows:,} rows in {clock(manifest.wall_seconds)}; {out}")
    for told in _rejected(manifest):
        _say(told)
    for source in manifest.sources:
        for note in source.notes:
            _say(f"note: {source.name}: {note}")
    if slowest := state_of(out).slowest:
        _say("slowest: " + ", ".join(f"{partition} {clock(seconds)}" for seconds, partition in slowest[:3]))


def _rejected(manifest: "Manifest") -> "Iterator[str]":
    """A line per table, the most frequent reason first."""
    for stage in manifest.stages:
        if counts := sorted(stage.rejected.items(), key=lambda reason: (-reason[1], reason[0])):
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in counts)
            yield f"rejected: {stage.table}: {reasons}; ids and details in rejected/{stage.table}"


def _check(out: Path, recipe: "Recipe", *, quiet: bool) -> int:
    """The quality report of a finished build; 3 where a check fails."""
    from builders.opening import voxels_of
    from qc.run import run

    report = run(out, recipe.checks, voxels=voxels_of(recipe.sources.values()))
    if not quiet:
        _say(f"checks: {report.verdict}; {out / 'qc' / 'report.html'}")
    return 3 if report.verdict == "fail" else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)
