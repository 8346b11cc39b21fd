"""Verdicts as columns beside the rows they speak of, and the protocol in words: what a release takes from a review."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from qc.build import Build
from qc.review import journal
from qc.review.consensus import RULE, Consensus, consensus
from qc.review.items import rows_of
from qc.review.reviewable import reviewable
from qc.review.verdicts import named, stale, standing
from qc.review.versions import versions
from qc.wording import counted
from schemas.review import Event, Round, Verdict, Verified


@dataclass(frozen=True)
class Applied:
    """`rows`: primary key, `verified`, `corrected_value` of every judged row; others are null. `protocol`: a paragraph.

    `corrected_value` is free text by the reviewers and tagged so in `schemas.review.Verified`.
    """

    rows: pl.DataFrame
    protocol: str

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of the table with the two columns added; rows and their order stay."""
        on = [name for name in self.rows.columns if name not in Verified.columns()]
        return frame.join(self.rows, on=on, how="left", maintain_order="left")


def applied(build: Build, table: str) -> Applied:
    """What the reviewers of a build say of a table as it is now; stale verdicts are counted and left out.

    Of a ranking, the candidates that were shown carry what was said of it.
    """
    what = reviewable(table)
    events = journal.read(build.folder).events
    verdicts = [verdict for verdict in standing(events) if verdict.table == table]
    now = versions(build, what, (verdict.key for verdict in verdicts))
    said = consensus(verdicts, now)
    keys = {named(verdict.key): verdict.key for verdict in verdicts}
    rows = rows_of(build, what, [keys[name] for name in said])
    rows = _with_said(rows, what.key, said).select(*build.manifest.table(table).primary_key, *Verified.columns())
    return Applied(rows, _protocol(table, events, verdicts, said, len(stale(verdicts, now))))


def _with_said(rows: pl.DataFrame, key: tuple[str, ...], said: dict[str, Consensus]) -> pl.DataFrame:
    found = [said[named(row)] for row in rows.select(key).to_dicts()]
    kinds = dict(Verified.create_empty().schema)
    return rows.with_columns(
        pl.Series("verified", [of.verified for of in found], kinds["verified"]),
        pl.Series("corrected_value", [of.corrected_value for of in found], kinds["corrected_value"]),
    )


def _protocol(
    table: str, events: Iterable[Event], verdicts: list[Verdict], said: dict[str, Consensus], outdated: int
) -> str:
    if not said:
        return f"Nobody has verified rows of {table} as they are now."
    reviewers = len({verdict.reviewer for verdict in verdicts if verdict.decision != "skip"})
    twice = sum(of.reviewers > 1 for of in said.values())
    open_ = sum(of.verified is None for of in said.values())
    rounds = dict.fromkeys(_drawn(e) for e in events if isinstance(e, Round) and e.table == table)
    return (
        f"{counted(reviewers, 'reviewer')} judged {counted(len(said), 'item')} of {table} ({twice:,} of them by more "
        f"than one), without seeing each other's verdicts. Items: {'; '.join(rounds) or 'not recorded'}. "
        f"A row is {RULE}. {counted(open_, 'item is', 'items are')} unresolved; "
        f"{counted(outdated, 'verdict', 'verdicts')} on earlier versions of rows {'was' if outdated == 1 else 'were'} "
        "not applied."
    )


def _drawn(how: Round) -> str:
    which = "all" if how.sample is None else f"a seeded sample of {how.items:,}"
    strata = f", in turn over the strata of {how.stratify}" if how.stratify else ""
    return f"{which} of {how.of:,} in {how.split}{strata}"
