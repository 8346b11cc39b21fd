"""`medmill qc`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from schemas.quality import Comparison, QcReport


def qc(
    folder: Path,
    *,
    source: tuple[str, ...] = (),
    compare: Path | None = None,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Check a build and write its report page.

    Writes qc/report.json and qc/report.html into the build folder; the page opens offline. Exit code 3 if a
    check fails, 0 if all pass or only ask for a look. For example:

        medmill qc out/mimic-ir

    Args:
        folder: The build folder.
        source: NAME=VALUE: where a source of the build lies now; the page then shows its volumes too, where the terms
            allow.
        compare: Put counts by type and node beside those of this folder: RadGenome-Chest CT's tables, or a build.
        json: Print the report as JSON.
        quiet: Print nothing.
    """
    from builders.opening import reopened, voxels_of
    from builders.settings import pairs
    from qc.run import PAGE, run
    from schemas.manifest import read_manifest

    sources = reopened(read_manifest(folder), pairs(source, "--source")) if source else []
    report = run(folder, voxels=voxels_of(sources), compare=compare)
    if json:
        print(report.model_dump_json(indent=2))
    elif not quiet:
        _show(report)
        print(f"Open in a browser: {(folder / 'qc' / PAGE).resolve()}", file=sys.stderr)
    return 3 if report.verdict == "fail" else 0


def _show(report: "QcReport") -> None:
    """One line per check, and below it what to do where it did not pass."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    colours = {"pass": "green", "warn": "yellow", "fail": "bold red"}
    table = Table(box=None, pad_edge=False, show_header=False)
    for check in report.checks:
        table.add_row(f"[{colours[check.verdict]}]{check.verdict}[/]", check.title, escape(check.summary))
        if check.verdict != "pass":
            told = "; ".join(check.cases[:5])
            table.add_row("", "", escape(f"{check.advice}{f' ({told})' if told else ''}"), style="dim")
    console = Console()
    console.print(table)
    if report.comparison:
        console.print(_beside(report.comparison))
    console.print(f"{report.dataset}: [{colours[report.verdict]}]{report.verdict}[/]")


def _beside(comparison: "Comparison") -> "Table":
    """One line per type: how far the order of the nodes agrees with the reference."""
    from rich.table import Table

    table = Table(
        "beside " + comparison.reference, "cases", "nodes", "Spearman", "of both", "only here", "only there", box=None
    )
    for one in comparison.types:
        cases = f"{comparison.cases:,} / {comparison.reference_cases:,}"
        ranks = ["" if rank is None else f"{rank:.3f}" for rank in (one.spearman, one.spearman_both)]
        table.add_row(one.type, cases, f"{len(one.nodes):,}", *ranks, f"{one.only_ours:,}", f"{one.only_reference:,}")
    return table
