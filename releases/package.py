"""A release, put together from a build: nothing in it that may not leave, everything in it that a reader asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from releases.about import About
from releases.card import card
from releases.carried import carrying
from releases.changelog import Previous, changelog, errata
from releases.citation import citation
from releases.croissant import croissant
from releases.drafts import drafted_folder
from releases.leaving import Leaving
from releases.licence import licence_of, licence_text
from releases.policy import PHYSIONET, default_target, is_gated
from releases.rows_by_licence import held_back, parts_of
from releases.sample import write_sample
from releases.shards import write_split
from releases.sums import SUMS, write_sums
from releases.verified import Verified
from schemas.errors import CheckFailedError, MedmillError, UsageError
from schemas.manifest import MANIFEST, Manifest, TableRecord, read_manifest
from schemas.quality import QcReport
from schemas.release import RELEASE, Config, Quality, Release, Target, read_release, release_bytes
from schemas.versions import Version

REPORT = "qc/report.json"
SPLITS = {"all": "full"}
"""Names of splits that change on the way out: `datasets` takes `all` for the union of all others."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """How a build is released.

    `confirm` is what a person says to publish outside the place that the sources demand. `previous`: the release
    before, whose changelog goes on. `errata`: text of known errors. `licence`: a licence text to put in as it is.
    `verified`: what people said of rows, by table.
    """

    version: str
    about: About
    target: Target | None = None
    confirm: str = ""
    previous: Path | None = None
    errata: str = ""
    licence: str = ""
    verified: Mapping[str, Verified] = field(default_factory=dict)
    allow_partial: bool = False
    allow_failed_qc: bool = False
    progress: Progress = field(default=lambda said: None)


def release(build: Path, out: Path, wanted: Wanted) -> Release:
    """Write the release folder `out` at once, or not at all; the same build and words give the same bytes.

    Raises `MedmillError` where the build may not be released like this.
    """
    version = Version.of(wanted.version)
    manifest = read_manifest(build)
    report = _report(build)
    _demand_whole(build, manifest, wanted)
    made = _described(build, manifest, report, wanted, str(version))
    if _there(out, made):
        return read_release(out)
    with drafted_folder(out) as draft:
        return _write(draft, build, manifest, report, wanted, made)


def _ids(made: Release) -> str:
    """What can be done where nothing leaves because no row may be named."""
    ask = "ids of its sources may not leave; where your terms let them, build with --set SOURCE.ids_may_leave=true"
    return "" if made.terms.ids_may_leave else f"; {ask}"


def _write(
    draft: Path, build: Path, manifest: Manifest, report: QcReport | None, wanted: Wanted, made: Release
) -> Release:
    leaving = Leaving(build, manifest, made.target, made.gated, wanted.verified)
    configs = []
    for table in leaving.tables:
        wanted.progress(table.name)
        configs += _configs(draft, leaving, table)
    made = made.model_copy(update={"configs": configs})
    if not configs:
        raise MedmillError(f"{build}: no table of this build may leave (see medmill sources for the terms){_ids(made)}")
    write_sample(draft, configs)
    before = Previous.of(wanted.previous)
    texts = {
        "README.md": card(draft, made, wanted.about, manifest, report),
        "croissant.json": croissant(draft, made, wanted.about, manifest),
        "CITATION.cff": citation(made, wanted.about),
        "CHANGELOG.md": changelog(draft, made, before),
        "ERRATA.md": errata(wanted.errata, before),
        "LICENSE.txt": wanted.licence or licence_text(made.terms),
    }
    for name, text in texts.items():
        (draft / name).write_text(text, encoding="utf-8")
    (draft / RELEASE).write_bytes(release_bytes(made))
    write_sums(draft)
    return made


def _configs(draft: Path, leaving: Leaving, table: TableRecord) -> list[Config]:
    """A table as one configuration, or one per kind of licence where its rows carry licences."""
    configs = []
    for name, part, keep in parts_of(leaving, table):
        columns = part.columns(table)
        key = [column for column in table.primary_key if column in {c.name for c in columns}]
        if not columns or len(key) < len(table.primary_key) or not any(s.files for s in table.splits.values()):
            continue
        splits = {
            SPLITS.get(split, split): write_split(
                draft,
                name,
                SPLITS.get(split, split),
                carrying(part.rows(table, split, keep), columns, leaving.folder, draft),
            )
            for split, record in table.splits.items()
            if record.files
        }
        configs.append(Config(name=name, table=table.name, primary_key=key, columns=columns, splits=splits))
    return configs


def _described(build: Path, manifest: Manifest, report: QcReport | None, wanted: Wanted, version: str) -> Release:
    """Everything but the tables themselves; refuses what may not be."""
    target = wanted.target or default_target(manifest.terms)
    _demand_place(manifest, target, wanted.confirm)
    gated = is_gated(manifest.terms, target)
    leaving = Leaving(build, manifest, target, gated, wanted.verified)
    digest = sha256((build / MANIFEST).read_bytes()).hexdigest()
    return Release(
        name=_name(manifest, target),
        dataset=manifest.dataset,
        version=version,
        target=target,
        gated=gated,
        licence=licence_of(manifest.terms),
        medmill=manifest.medmill,
        created=manifest.created,
        manifest_sha256=digest,
        limit=manifest.limit,
        quality=_quality(build, digest, report, wanted),
        confirmed=wanted.confirm if PHYSIONET in manifest.terms.places and target != PHYSIONET else "",
        terms=manifest.terms,
        configs=[],
        protocols={table: said.protocol for table, said in sorted(wanted.verified.items())},
        treated=[column for table in leaving.tables for column in leaving.treated(table)],
        held_back=[held for table in manifest.tables for held in held_back(leaving, table)],
    )


def _report(build: Path) -> QcReport | None:
    path = build / REPORT
    if not path.is_file():
        return None
    try:
        return QcReport.model_validate_json(path.read_bytes())
    except ValueError:
        raise MedmillError(f"{path}: unreadable; run medmill qc {build}") from None


def _demand_whole(build: Path, manifest: Manifest, wanted: Wanted) -> None:
    if manifest.status != "complete":
        raise MedmillError(f"{build}: the build is {manifest.status}; finish it first (medmill status {build})")
    if manifest.limit is not None and not wanted.allow_partial:
        raise MedmillError(
            f"{build}: only the first {manifest.limit:,} records were built (--limit); build all of them, or release "
            "with --allow-partial, which the card then says"
        )


def _quality(build: Path, digest: str, report: QcReport | None, wanted: Wanted) -> Quality:
    """The verdict on this build; raises `CheckFailedError` where it is missing, of another build, or bad."""
    said = ""
    if report is None:
        said = "no quality report"
    elif report.manifest_sha256 != digest:
        said, report = "its quality report is of another build", None
    elif report.verdict == "fail":
        said = f"checks failed: {'; '.join(check.title for check in report.failed())}"
    if said and not wanted.allow_failed_qc:
        raise CheckFailedError(
            f"{build}: {said}; run medmill qc {build}, or release with --allow-failed-qc, which the card then says"
        )
    if report is None:
        return Quality(verdict="missing", failed=[], checks=0)
    return Quality(verdict=report.verdict, failed=[check.title for check in report.failed()], checks=len(report.checks))


def _demand_place(manifest: Manifest, target: Target, confirm: str) -> None:
    if PHYSIONET in manifest.terms.places and target == "hub" and not confirm.strip():
        raise UsageError(
            f"{manifest.dataset} derives from {', '.join(sorted(s.kind for s in manifest.sources))}, to be shared on "
            'PhysioNet only; to publish elsewhere say why you may: --confirm "…"; the card and release.json record it'
        )


def _name(manifest: Manifest, target: Target) -> str:
    """PhysioNet asks that what derives from MIMIC be called `MIMIC-…-Ext-NAME`."""
    origin = [source.kind.upper() for source in manifest.sources if source.kind.startswith("mimic-")]
    if target != PHYSIONET or not origin:
        return manifest.dataset
    return f"{origin[0]}-Ext-{manifest.dataset.upper().removeprefix('MIMIC-')}"


def _there(out: Path, made: Release) -> bool:
    """Whether this very release lies there already; raises where something else does."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return False
    same = ("dataset", "version", "target", "manifest_sha256", "confirmed", "quality", "protocols")
    if (out / SUMS).is_file() and (out / RELEASE).is_file():
        there = read_release(out)
        if all(getattr(there, name) == getattr(made, name) for name in same):
            return True
        raise MedmillError(
            f"{out}: holds {there.name} {there.version} of another build or target; choose another --out"
        )
    raise MedmillError(f"{out}: holds files that are not of a release; choose an empty or a new folder for --out")
