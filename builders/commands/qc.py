"""`medmill qc`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.quality import QcReport


def qc(folder: Path, *, source: tuple[str, ...] = (), json: bool = False, quiet: bool = False) -> int:
    """Check a build and write its report page.

    Writes qc/report.json and qc/report.html into the build folder; the page opens offline. Exit code 3 if a
    check fails, 0 if all pass or only ask for a look. For example:

        medmill qc out/mimic-ir

    Args:
        folder: The build folder.
        source: NAME=VALUE: where a source of the build lies now; the page then shows its volumes too, where the terms
            allow.
        json: Print the report as JSON.
        quiet: Print nothing.
    """
    from builders.opening import reopened, voxels_of
    from builders.settings import pairs
    from qc.run import PAGE, run
    from schemas.manifest import read_manifest

    sources = reopened(read_manifest(folder), pairs(source, "--source")) if source else []
    report = run(folder, voxels=voxels_of(sources))
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
    console.print(f"{report.dataset}: [{colours[report.verdict]}]{report.verdict}[/]")
