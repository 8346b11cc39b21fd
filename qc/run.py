"""Runs the checks over a build and writes the report beside it."""

from collections.abc import Sequence
from pathlib import Path

from qc.base import Check, RankingCheck
from qc.build import Build
from qc.checks.accounting import Accounting
from qc.checks.agreement import Agreement
from qc.checks.candidates import Candidates
from qc.checks.changes import Changes
from qc.checks.columns import Columns
from qc.checks.completeness import Completeness
from qc.checks.contradictions import Contradictions
from qc.checks.files import Files
from qc.checks.held_out import HeldOut
from qc.checks.hubness import Hubness
from qc.checks.keys import Keys
from qc.checks.laterality import Laterality
from qc.checks.leakage import Leakage
from qc.checks.near_duplicates import NearDuplicates
from qc.checks.order import Order
from qc.checks.references import References
from qc.checks.scores import Scores
from qc.checks.splits import Splits
from qc.checks.symmetry import Symmetry
from qc.checks.ties import Ties
from qc.distributions import ScoreHistogram, distributions
from qc.ranked import Codes, all_ranked
from schemas.quality import Outcome, QcReport, Skipped, worst

CHECKS: tuple[type[Check], ...] = (
    Completeness,
    Files,
    Columns,
    Keys,
    References,
    Accounting,
    Splits,
    Leakage,
    HeldOut,
    NearDuplicates,
    Scores,
    Symmetry,
    Order,
    Ties,
    Candidates,
    Hubness,
    Agreement,
    Contradictions,
    Laterality,
    Changes,
)
"""In the order of the report; a check may read the outcomes of those before it."""

REPORT = "report.json"
PAGE = "report.html"


def run(folder: Path, more: Sequence[Check] = ()) -> QcReport:
    """Check a build and write `qc/report.json` and `qc/report.html` into it.

    `more` are checks of one dataset, run after the common ones. Nothing of the build is changed. Raises
    `schemas.errors.MedmillError` where the folder is no build.
    """
    from qc.report.page import page

    build = Build.open(folder)
    report = examine(build, more)
    out = folder / "qc"
    out.mkdir(exist_ok=True)
    _write(out / REPORT, report.model_dump_json(indent=2) + "\n")
    _write(out / PAGE, page(build, report))
    return report


def examine(build: Build, more: Sequence[Check] = ()) -> QcReport:
    """The report of a build, without writing anything."""
    checks: list[Check] = [*(kind() for kind in CHECKS), *more]
    able = [check for check in checks if build.has(*check.reads)]
    scores = _watch(build, [check for check in able if isinstance(check, RankingCheck)])
    outcomes: dict[str, Outcome] = {}
    for check in able:
        outcomes[check.name] = check.conclude(build, outcomes)
    return QcReport(
        dataset=build.manifest.dataset,
        medmill=build.manifest.medmill,
        created=build.manifest.created,
        manifest_sha256=build.manifest_sha256,
        verdict=worst([outcome.verdict for outcome in outcomes.values()]),
        checks=list(outcomes.values()),
        skipped=[_skipped(build, check) for check in checks if check not in able],
        distributions={**distributions(build), **scores.counts()},
    )


def _watch(build: Build, checks: Sequence[RankingCheck]) -> ScoreHistogram:
    """The one pass over the rankings that all checks of rankings share."""
    scores = ScoreHistogram()
    if not build.has("corpus", "rankings"):
        return scores
    codes = Codes.of(build)
    for check in checks:
        check.start(build, codes)
    for ranked in all_ranked(build, codes):
        for watcher in (*checks, scores):
            watcher.see(ranked)
    return scores


def _skipped(build: Build, check: Check) -> Skipped:
    missing = ", ".join(table for table in check.reads if not build.has(table))
    return Skipped(name=check.name, group=check.group, title=check.title, why=f"the build has no rows in {missing}")


def _write(path: Path, content: str) -> None:
    """Whole or not at all: a reader never sees half a page."""
    draft = path.with_suffix(path.suffix + ".draft")
    draft.write_text(content, encoding="utf-8")
    draft.replace(path)
