"""The version of an item: a keyed hash of what was judged; a verdict on another version no longer speaks of it."""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import polars as pl

from qc.build import Build
from qc.review.items import rows_of, texts_of
from qc.review.reviewable import Reviewable
from qc.review.verdicts import named
from schemas.review import Key

_DIGITS: Final = 32
_AT_ONCE: Final = 5_000


def versions(build: Build, what: Reviewable, wanted: Iterable[Key]) -> dict[str, str]:
    """Version by `named(key)`; items that the build no longer has are left out."""
    keys = list({named(key): key for key in wanted}.values())
    found: dict[str, str] = {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = rows_of(build, what, keys[start : start + _AT_ONCE])
        found |= versions_of_rows(what, rows, report_keys(build, what, rows))
    return found


def versions_of_rows(what: Reviewable, rows: pl.DataFrame, reports: Mapping[str, str]) -> dict[str, str]:
    """Version by `named(key)` of the items that `rows` are all rows of."""
    judged = [name for name in what.judged if name in rows.columns]
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows.select(*dict.fromkeys((*what.key, what.study, *judged))).to_dicts():
        groups.setdefault(named({name: row[name] for name in what.key}), []).append(row)
    return {name: _version(what, judged, group, reports) for name, group in groups.items()}


def report_keys(build: Build, what: Reviewable, rows: pl.DataFrame) -> dict[str, str]:
    """What stands for the whole report of every study that these rows show."""
    if not build.has("corpus"):
        return {}
    names = [what.study, *(["candidate"] if "candidate" in rows.columns else [])]
    studies = pl.concat([rows[name].alias("id") for name in names])
    has_key = any(column.name == "report_key" for column in build.manifest.table("corpus").columns)
    column = "report_key" if has_key else "text"
    return {study: stands_for(of) for study, of in texts_of(build, studies, column).iter_rows()}


def stands_for(report: str) -> str:
    """What stands for a whole report in versions; of its `report_key`, or of its text where there is none."""
    return sha256(report.encode()).hexdigest()


def _version(what: Reviewable, judged: Sequence[str], rows: list[dict[str, Any]], reports: Mapping[str, str]) -> str:
    """The report opens the hash, so that nobody without it can try labels or words until one fits."""
    said = [[row[name] for name in judged] for row in rows]
    others = [reports.get(row["candidate"], "") for row in rows] if "candidate" in judged else []
    content = json.dumps([what.table, said, others], ensure_ascii=False, sort_keys=True)
    secret = reports.get(rows[0][what.study], "")
    return hmac.new(secret.encode(), content.encode(), sha256).hexdigest()[:_DIGITS]
