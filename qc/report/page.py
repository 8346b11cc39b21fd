"""The report as one page that works offline: no script, no network, nothing beside it."""

from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from qc.build import Build
from qc.checks.accounting import rejected_rows
from qc.corpora.found import corpora, sum_of
from qc.corpora.samples import documents
from qc.report.charts import charts
from qc.report.examples import examples
from qc.report.stages import lines
from qc.report.worst_volumes import worst_volumes
from qc.volumes import Volumes
from schemas.anatomy import WHOLE_REPORT
from schemas.quality import VERDICTS, Outcome, QcReport

_HERE = Path(__file__).parent


def page(build: Build, report: QcReport, volumes: Volumes) -> str:
    """The page as HTML; words and grey values of the source appear in it only where the terms of the build allow."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"count": _count, "size": _size, "duration": _duration, "figure": _figure}
    stages, each = lines(build.manifest.stages)
    return environment.get_template("page.html.j2").render(
        report=report,
        manifest=build.manifest,
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        counts=_headline(build),
        tally=[(verdict, sum(c.verdict == verdict for c in report.checks)) for verdict in VERDICTS],
        to_do=sorted((c for c in report.checks if c.verdict != "pass"), key=lambda c: -VERDICTS.index(c.verdict)),
        groups=[(name, list(checks)) for name, checks in groupby(report.checks, key=_group)],
        stages=stages,
        each_stage=each,
        not_asked=_not_asked(report),
        rejected=_rejected(build),
        charts=charts(report.distributions),
        examples=examples(build),
        documents=documents(build),
        volumes=worst_volumes(volumes, report.checks),
        volumes_shown=volumes.terms.shows_text(),
        volumes_open=volumes.open is not None,
    )


def _group(check: Outcome) -> str:
    return check.group


def _not_asked(report: QcReport) -> list[tuple[str, list[str]]]:
    """Titles of the checks that nothing was asked of, by the reason."""
    found: dict[str, list[str]] = {}
    for check in report.skipped:
        found.setdefault(check.why, []).append(check.title)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))


def _headline(build: Build) -> list[tuple[str, int]]:
    """What the dataset holds, in the words of its tables."""
    tables = {"corpus": "studies", "images": "images", "volumes": "volumes", "entities": "entities"}
    tables |= {"masks": "masks", "grounded": "grounded sentences", "questions": "questions"}
    found = [(word, build.rows(table)) for table, word in tables.items() if build.has(table)]
    found += _corpora(build)
    if build.has("rankings"):
        ranked = build.scan("rankings", ["rank"]).select(pl.col("rank").count()).collect(engine="streaming").item()
        found += [("ranked candidates", ranked), ("samples beside them", build.rows("rankings") - ranked)]
        anatomies = build.scan("rankings", ["anatomy"]).filter(pl.col("anatomy") != WHOLE_REPORT)
        found.append(("anatomies", anatomies.select(pl.col("anatomy").n_unique()).collect(engine="streaming").item()))
    return found


def _corpora(build: Build) -> list[tuple[str, int]]:
    """Documents and tokens of a corpus, over all its sources."""
    tables = corpora(build)
    if not tables:
        return []
    counted = sum_of(build, tables, ["characters", "tokens"])
    return [
        ("documents", counted["documents"]),
        *((word, n) for word, n in counted.items() if word != "documents" and n),
    ]


def _rejected(build: Build) -> list[dict[str, Any]]:
    """Per stage and reason: rows and the first ids. Details may quote the source and stay in their files."""
    found = []
    for stage in build.manifest.stages:
        ids = rejected_rows(build, stage.table).group_by("reason").agg(pl.col("id").sort().head(5)).collect()
        first = dict(ids.iter_rows())
        for reason, n in sorted(stage.rejected.items(), key=lambda item: (-item[1], item[0])):
            found.append({"stage": stage.table, "reason": reason, "rows": n, "ids": first.get(reason, [])})
    return found


def _count(n: float) -> str:
    return f"{n:,.0f}"


def _size(n: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if n < 1000:
            return f"{n:.3g} {unit}" if unit != "B" else f"{n:.0f} B"
        n /= 1000
    return f"{n:.3g} TB"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _figure(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
