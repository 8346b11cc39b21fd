"""`medmill review`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from schemas.errors import UsageError

if TYPE_CHECKING:
    from qc.build import Build
    from qc.review.exchange import Moved
    from qc.review.sampling import Drawing
    from qc.volumes import OpenVolume


def review(
    folder: Path,
    *,
    split: str = "validation",
    table: str = "findings",
    source: tuple[str, ...] = (),
    sample: int | None = None,
    stratify: str | None = None,
    disagreements: bool = False,
    seed: str = "medmill",
    reviewer: str | None = None,
    port: int = 0,
    export: Path | None = None,
    import_: Annotated[Path | None, Parameter(name="--import")] = None,
    json: bool = False,
) -> int:
    """Let people verify a build, on a page of this machine.

    Shows one item at a time: accept, reject, correct or skip it, by key or by mouse. Every verdict is on the disk
    before the next item shows, in reviews/ of the build, and outlives rebuilds; a verdict on a row that changed since
    is stale and not applied. Two reviewers start it twice, at once if they like, with the same --sample and --seed:
    they see the same items and not each other's verdicts. End it with Ctrl-C; the same command goes on. For example:

        medmill review out/mimic-ir --sample 50 --stratify anatomy --reviewer "A. Reader"

    Args:
        folder: The build folder.
        split: Whose rows are shown.
        table: findings (what a report says of one anatomy), entities, rankings; disputes (entities that some annotators
            of a rate-ner name and some do not); exam_questions (answers and rationales of mmedbench); and in their
            volumes masks, grounded (sentences and the masks of what they speak of), questions.
        source: NAME=VALUE: where a source of the build lies now, to see its volumes below the masks.
        sample: How many items; without it, all of the split.
        stratify: Draw from the values of this column in turn, so that rare ones are seen; anatomy, for example.
        disagreements: Only masks or grounded sentences on which the report and the masks disagree.
        seed: Decides which items are drawn, and their order.
        reviewer: Who is reviewing; without it, the page asks.
        port: Of the page; 0 takes a free one.
        export: Write all verdicts of the build into this file, and stop.
        import_: Add the verdicts of such a file to the build, and stop.
        json: Print what was done, or the address of the page, as JSON.
    """
    from qc.build import Build
    from qc.review.sampling import Drawing

    build = Build.open(folder)
    if export and import_:
        raise UsageError("--export and --import: one at a time")
    if export or import_:
        return _exchange(build, export, import_, json)
    how = Drawing(split, sample, stratify or "", seed, disagreements)
    return _serve(build, table, how, reviewer or "", port, json, voxels=_voxels(build, source))


def _voxels(build: "Build", source: tuple[str, ...]) -> "OpenVolume | None":
    from builders.opening import reopened, voxels_of
    from builders.settings import pairs

    return voxels_of(reopened(build.manifest, pairs(source, "--source")))


def _exchange(build: "Build", out: Path | None, into: Path | None, json: bool) -> int:
    from qc.review.exchange import export, import_
    from qc.wording import counted

    moved = export(build, out) if out else import_(build, into or Path())
    if json:
        _print({"events": moved.events, "new": moved.new, "free_text": moved.free_text})
    elif out:
        print(f"{counted(moved.events, 'event')} written to {out}{_warning(moved)}")
    else:
        print(f"{counted(moved.events, 'event')} in {into}, {moved.new:,} of them new here")
    return 0


def _serve(
    build: "Build",
    table: str,
    how: "Drawing",
    reviewer: str,
    port: int,
    json: bool,
    *,
    voxels: "OpenVolume | None" = None,
) -> int:
    from qc.review.addresses import named_rightly
    from qc.review.desk import Desk
    from qc.review.reviewable import reviewable
    from qc.review.serving import serve

    if reviewer and not named_rightly(reviewer):
        raise UsageError("--reviewer: a name has 1 to 80 letters")
    desk = Desk(build.folder, reviewable(table), how, voxels)
    items = desk.keys.height
    if not items:
        what = "no disagreement of report and masks" if how.disagreements and desk.of else "no rows"
        raise UsageError(f"--split {how.split}: {table} has {what} in it")
    for fault in desk.faults():
        print(f"medmill: {fault}", file=sys.stderr)

    def ready(address: str) -> None:
        if json:
            _print({"address": address, "items": items, "of": desk.of})
        else:
            print(f"{items:,} of {desk.of:,} items of {table} ({how.split}). Open on this machine, end with Ctrl-C:")
            print(address, flush=True)

    serve(desk, reviewer=reviewer, port=port, ready=ready)
    print("Every verdict is saved; the same command goes on where this one stopped.", file=sys.stderr)
    return 0


def _warning(moved: "Moved") -> str:
    """Reviewers may have quoted the report."""
    if not moved.free_text:
        return ""
    return f"; {moved.free_text:,} of them with words of reviewers (corrections, notes): under the terms of the source"


def _print(what: dict[str, Any]) -> None:
    from json import dumps

    print(dumps(what), flush=True)
