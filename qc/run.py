"""Runs the checks over a build and writes the report beside it."""

from collections.abc import Sequence
from pathlib import Path

from qc.base import Check, RankingCheck
from qc.build import Build
from qc.checks.accounting import Accounting
from qc.checks.agreement import Agreement
from qc.checks.answer_balance import AnswerBalance
from qc.checks.baselines import Baselines
from qc.checks.candidates import Candidates
from qc.checks.changes import Changes
from qc.checks.columns import Columns
from qc.checks.completeness import Completeness
from qc.checks.contradictions import Contradictions
from qc.checks.copies import Copies
from qc.checks.coverage import Coverage
from qc.checks.depth import Depth
from qc.checks.documents import Contaminated, Licensed, Repeated, Thresholds
from qc.checks.entity_spans import EntitySpans, EntityTypes
from qc.checks.files import Files
from qc.checks.geometry import Geometry
from qc.checks.held_out import HeldOut
from qc.checks.hubness import Hubness
from qc.checks.instruction_flaws import InstructionFlaws
from qc.checks.instruction_leaks import InstructionLeaks
from qc.checks.keys import Keys
from qc.checks.laterality import Laterality
from qc.checks.leakage import Leakage
from qc.checks.marks import Marks
from qc.checks.mask_overlaps import Overlaps
from qc.checks.mask_sides import Mirrored, SwappedSides
from qc.checks.mask_sizes import CutMasks, EmptyMasks, MaskPieces, MaskSizes
from qc.checks.mixture import MixtureHolds
from qc.checks.near_duplicates import NearDuplicates
from qc.checks.offsets import Offsets
from qc.checks.order import Order
from qc.checks.origin import Origin
from qc.checks.published_counts import PublishedCounts
from qc.checks.references import References
from qc.checks.report_masks import OutOfView, PredictedFindings, RemovedOrgans, ReportSides
from qc.checks.representatives import Representatives
from qc.checks.scores import Scores
from qc.checks.sentence_copies import SentenceCopies
from qc.checks.shortcut import Shortcut
from qc.checks.splits import Splits
from qc.checks.strata import Strata
from qc.checks.symmetry import Symmetry
from qc.checks.ties import Ties
from qc.checks.verdicts import Verdicts
from qc.checks.voters import Voters
from qc.compare.compared import compared
from qc.corpora.charts import score_histograms
from qc.corpora.sheets import sheets
from qc.distributions import RankedStudies, ScoreHistogram, distributions
from qc.ranked import Codes, all_ranked
from qc.volumes import OpenVolume, Volumes
from schemas.quality import Outcome, QcReport, Skipped, worst

CHECKS: tuple[type[Check], ...] = (
    Completeness,
    Files,
    Columns,
    Keys,
    References,
    Accounting,
    Representatives,
    Splits,
    Leakage,
    HeldOut,
    Copies,
    NearDuplicates,
    SentenceCopies,
    PublishedCounts,
    Offsets,
    EntitySpans,
    EntityTypes,
    Voters,
    Thresholds,
    Repeated,
    Contaminated,
    Licensed,
    InstructionLeaks,
    MixtureHolds,
    InstructionFlaws,
    AnswerBalance,
    Coverage,
    Contradictions,
    Origin,
    Laterality,
    Changes,
    Geometry,
    EmptyMasks,
    MaskSizes,
    MaskPieces,
    Overlaps,
    CutMasks,
    SwappedSides,
    Mirrored,
    RemovedOrgans,
    OutOfView,
    PredictedFindings,
    ReportSides,
    Shortcut,
    Scores,
    Symmetry,
    Order,
    Ties,
    Strata,
    Marks,
    Candidates,
    Depth,
    Hubness,
    Baselines,
    Agreement,
    Verdicts,
)
"""In the order of the report; a check may read the outcomes of those before it."""

REPORT = "report.json"
PAGE = "report.html"


def run(
    folder: Path, more: Sequence[Check] = (), *, voxels: OpenVolume | None = None, compare: Path | None = None
) -> QcReport:
    """Check a build and write `qc/report.json` and `qc/report.html` into it.

    `more` are checks of one dataset, run after the common ones. `voxels` opens volumes of the source for the
    pictures of the page, which shows masks alone without it. `compare`: a folder of published tables, or another
    build, whose counts are put beside. Nothing of the build is changed. Raises
    `schemas.errors.MedmillError` where the folder is no build.
    """
    from qc.report.page import page

    build = Build.open(folder)
    report = examine(build, more)
    if compare is not None:
        report = report.model_copy(update={"comparison": compared(build, compare)})
    out = folder / "qc"
    out.mkdir(exist_ok=True)
    _write(out / REPORT, report.model_dump_json(indent=2) + "\n")
    _write(out / PAGE, page(build, report, Volumes(build, voxels)))
    return report


def examine(build: Build, more: Sequence[Check] = ()) -> QcReport:
    """The report of a build, without writing anything."""
    checks: list[Check] = [*(kind() for kind in CHECKS), *more]
    able = [check for check in checks if not check.why_not(build)]
    seen = _watch(build, [check for check in able if isinstance(check, RankingCheck)])
    outcomes: dict[str, Outcome] = {}
    waiting: dict[str, Skipped] = {}
    for check in able:
        if failed := [name for name in check.builds_on if name in outcomes and outcomes[name].verdict == "fail"]:
            waiting[check.name] = _passed_over(check, f"left open while {', '.join(failed)} fails")
        else:
            outcomes[check.name] = check.conclude(build, outcomes)
    return QcReport(
        dataset=build.manifest.dataset,
        medmill=build.manifest.medmill,
        created=build.manifest.created,
        manifest_sha256=build.manifest_sha256,
        verdict=worst([outcome.verdict for outcome in outcomes.values()]),
        checks=list(outcomes.values()),
        skipped=[
            waiting.get(check.name) or _passed_over(check, check.why_not(build))
            for check in checks
            if check.name not in outcomes
        ],
        distributions={**distributions(build), **seen, **score_histograms(build)},
        sheets=sheets(build),
    )


def _watch(build: Build, checks: Sequence[RankingCheck]) -> dict[str, dict[str, float]]:
    """The one pass over the rankings that all checks of rankings share; returns the distributions counted in it."""
    if not build.has("corpus", "rankings"):
        return {}
    scores, studies = ScoreHistogram(), RankedStudies()
    codes = Codes.of(build)
    for check in checks:
        check.start(build, codes)
    for ranked in all_ranked(build, codes):
        for watcher in (*checks, scores, studies):
            watcher.see(ranked)
    return {**studies.counts(), **scores.counts()}


def _passed_over(check: Check, why: str) -> Skipped:
    return Skipped(name=check.name, group=check.group, title=check.title, why=why)


def _write(path: Path, content: str) -> None:
    """Whole or not at all: a reader never sees half a page."""
    draft = path.with_suffix(path.suffix + ".draft")
    draft.write_text(content, encoding="utf-8")
    draft.replace(path)
