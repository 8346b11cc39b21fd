"""`medmill release`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from releases.about import About
    from releases.verified import Verified
    from schemas.release import Release


def release(
    folder: Path,
    *,
    version: str,
    out: Path,
    target: Literal["local", "hub", "physionet"] | None = None,
    confirm: str = "",
    previous: Path | None = None,
    errata: Path | None = None,
    licence: Path | None = None,
    allow_partial: bool = False,
    allow_failed_qc: bool = False,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Package a build so that only what may leave is in it, and print what stayed at home and why.

    Text that may not leave is replaced by where it stands and a keyed hash (medmill rehydrate brings it back).
    What derives from MIMIC is packed for PhysioNet unless you say otherwise. For example:

        medmill release out/mimic-ir --version 1.0.0 --out release/mimic-ir

    Args:
        folder: The build folder, finished and checked.
        version: Three numbers, as in 1.0.0.
        out: The folder to write; it appears when all is written.
        target: Where it goes: a folder of your own, the Hugging Face Hub, or PhysioNet.
        confirm: Why you may publish outside the place that the sources demand; recorded in the card.
        previous: The release before, for the changelog.
        errata: A text file with errors found since.
        licence: A licence text to put in as it is, instead of ours.
        allow_partial: Release a build of a part of the source (--limit).
        allow_failed_qc: Release although checks failed or were not made.
        json: Print release.json.
        quiet: Print nothing.
    """
    from releases.package import Wanted
    from releases.package import release as package
    from schemas.manifest import read_manifest

    wanted = Wanted(
        version=version,
        about=about(read_manifest(folder).dataset),
        target=target,
        confirm=confirm,
        previous=previous,
        errata=errata.read_text(encoding="utf-8") if errata else "",
        licence=licence.read_text(encoding="utf-8") if licence else "",
        verified=verified(folder),
        allow_partial=allow_partial,
        allow_failed_qc=allow_failed_qc,
        progress=(lambda said: None) if quiet or json else _said,
    )
    made = package(folder, out, wanted)
    if json:
        print(made.model_dump_json(indent=2))
    elif not quiet:
        _show(made, out)
    return 0


_SAID = ("TITLE", "TASKS", "TAGS", "SHOWN_FIRST")
"""Names of a recipe's module that its card is made of (`releases.about.About`)."""


def about(dataset: str) -> "About":
    """What the recipe of a dataset says of it: its docstring, and those of `_SAID` that it has.

    Its name alone, where the recipe is another distribution's and not installed here.
    """
    from builders.discovery import names, recipe_module
    from releases.about import About

    if dataset not in names("recipe"):
        return About(f"{dataset}. The recipe that made it was not installed where it was released.")
    module = recipe_module(dataset)
    more: dict[str, Any] = {name.lower(): getattr(module, name) for name in _SAID if hasattr(module, name)}
    return About(module.__doc__ or dataset, **more)


def verified(folder: Path) -> "dict[str, Verified]":
    """What people said of the rows of a build, by table; nothing where nobody reviewed it."""
    from builders.record import columns_of_schema
    from qc.build import Build
    from qc.review.applied import applied
    from qc.review.reviewable import REVIEWABLE
    from releases.verified import Verified
    from schemas.review import Verified as Columns

    if not (folder / "reviews").is_dir():
        return {}
    build = Build.open(folder)
    said = {table: applied(build, table) for table, what in REVIEWABLE.items() if build.has(*what.reads)}
    columns = columns_of_schema(Columns)
    return {table: Verified(of.rows, columns, of.protocol) for table, of in said.items() if of.rows.height}


def _said(table: str) -> None:
    print(f"writing {table} …", file=sys.stderr)


def _show(made: "Release", out: Path) -> None:
    """What leaves, and what stayed at home and why."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    leaves = Table(title="Leaves", title_justify="left", box=None, pad_edge=False)
    for heading in ("configuration", "rows", "columns", "bytes"):
        leaves.add_column(heading, justify="left" if heading == "configuration" else "right")
    for config in made.configs:
        size = sum(file.bytes for split in config.splits.values() for file in split.files)
        leaves.add_row(config.name, f"{config.rows:,}", str(len(config.columns)), f"{size:,}")
    console.print(leaves)
    if made.treated or made.held_back:
        console.print(_kept_home(made))
    console.print(f"{made.name} {made.version} for {made.target}: {out}")


def _kept_home(made: "Release") -> Any:
    from rich.table import Table

    home = Table(title="\nStays at home, or leaves in another form", title_justify="left", box=None, pad_edge=False)
    for heading in ("table", "what", "how", "why"):
        home.add_column(heading)
    for column in made.treated:
        home.add_row(column.table, column.column, column.treatment, column.why)
    for held in made.held_back:
        home.add_row(held.table, f"{held.rows:,} rows, licence {held.licence}", "withheld", held.why)
    return home
