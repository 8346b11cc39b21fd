"""What `medmill qc` says of people's verdicts."""

import sys
from typing import Any

import polars as pl
import pytest

from qc.run import run
from schemas.quality import Outcome
from tests.qc.review.spoken import judged


def verdicts(good: Any) -> Outcome:
    return next(check for check in run(good.folder).checks if check.name == "verdicts")


def test_a_build_nobody_reviewed_says_so(good: Any) -> None:
    skipped = {check.name: check.why for check in run(good.folder).skipped}
    assert skipped["verdicts"] == "nobody has reviewed it; see medmill review"


def test_rate_interval_and_agreement_are_reported(good: Any) -> None:
    pytest.importorskip("krippendorff", reason="needs the extra review")
    judged(good.folder, [*["accept"] * 18, "reject", "reject"], "anna")
    judged(good.folder, [*["accept"] * 18, "reject", "accept"], "ben")
    found = verdicts(good)
    figures = found.figures
    assert found.verdict == "pass"
    assert figures["findings_reviewed"] == 20 and figures["findings_unresolved"] == 1
    assert figures["findings_accepted"] == pytest.approx(18 / 19, abs=1e-4)
    assert (figures["findings_low"], figures["findings_high"]) == (0.7536, 0.9906)
    assert figures["findings_kappa"] == pytest.approx(0.6429, abs=1e-4)
    assert figures["findings_alpha"] == pytest.approx(0.6486, abs=1e-4)
    assert "95 % of 19" in found.summary.replace("95%", "95 %")


def test_what_deserves_a_look_warns(good: Any) -> None:
    judged(good.folder, [*["accept"] * 10, *["reject"] * 10], "anna")
    judged(good.folder, [*["reject"] * 10, *["accept"] * 10], "ben")
    judged(good.folder, ["reject"] * 30, "ben", table="entities")
    good.edit("rankings", lambda rows: rows, "validation")
    judged(good.folder, ["accept"], table="rankings")
    good.edit("rankings", lambda rows: rows.with_columns(rank=pl.col("rank") + 1), "validation")
    found = verdicts(good)
    assert found.verdict == "warn"
    assert found.figures["findings_kappa"] == -1 and found.figures["rankings_stale"] == 1
    assert "entities: 0% of 30 accepted" in found.summary and "rows that changed since, not counted" in found.summary
    assert "notes and corrections" in found.advice and "settle what accept means" in found.advice


def test_a_line_cut_short_is_told(good: Any) -> None:
    judged(good.folder, ["accept", "accept"])
    (path,) = (good.folder / "reviews").iterdir()
    path.write_bytes(path.read_bytes()[:-9])
    found = verdicts(good)
    assert found.verdict == "warn" and "line 2 is cut short by a crash" in found.cases[0]


def test_without_the_library_alpha_is_left_out_and_said(good: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    judged(good.folder, ["accept", "reject"], "anna")
    judged(good.folder, ["accept", "reject"], "ben")
    assert verdicts(good).figures["findings_alpha"] == "not computed: pip install 'medmill[review]'"


def test_reviewers_who_only_accept_have_no_kappa(good: Any) -> None:
    judged(good.folder, ["accept"] * 3, "anna")
    judged(good.folder, ["accept"] * 3, "ben")
    found = verdicts(good)
    assert "the reviewers agree on all of 3" in found.summary
    assert str(found.figures["findings_kappa"]).startswith("undefined")
