"""What may leave follows from tag and terms: whatever the terms, nothing leaves that they forbid."""

from dataclasses import asdict
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.leaving import Leaving
from releases.policy import decide
from releases.rows_by_licence import held_back, parts_of
from schemas.columns import TAGS
from schemas.licences import UNKNOWN, group, normalised, terms_of
from schemas.manifest import ColumnRecord, FileRecord, Manifest, SplitRecord, TableRecord
from schemas.release import Target
from schemas.terms import Terms
from tests.schemas.test_terms import TERMS

TARGETS: tuple[Target, ...] = ("local", "hub", "physionet")


def column(name: str, tag: str, **more: object) -> ColumnRecord:
    return ColumnRecord(name=name, dtype="String", tag=tag, unit="", description="", **more)  # pyright: ignore[reportArgumentType]


@given(st.sampled_from(TAGS), TERMS, st.sampled_from(TARGETS), st.booleans(), st.booleans())
def test_nothing_leaves_that_the_terms_forbid(tag: str, terms: Terms, target: Target, gated: bool, cut: bool) -> None:
    where = {"report": "r", "passages": "p"} if cut else {}
    treatment = decide(column("c", tag, cut_from=where), terms, target, gated=gated).treatment
    if tag == "text_key":
        assert treatment == "withheld"
    if tag in ("source_text", "text_group") and terms.text_may_leave == "no":
        assert treatment != "kept"
    if tag == "adapted_text" and terms.text_may_leave != "adapted":
        assert treatment == "withheld"
    if tag in ("label", "score", "count") and (
        terms.labels_may_leave == "no" or not (gated or terms.labels_may_leave == "open")
    ):
        assert treatment == "withheld"
    if tag in ("id", "path") and not terms.ids_may_leave:
        assert treatment == "withheld"


@given(st.sampled_from(TAGS), TERMS, TERMS, st.sampled_from(TARGETS), st.booleans())
def test_more_sources_never_let_more_leave(tag: str, a: Terms, b: Terms, target: Target, gated: bool) -> None:
    both = decide(column("c", tag), a & b, target, gated=gated).treatment
    for one in (a, b):
        if decide(column("c", tag), one, target, gated=gated).treatment != "kept":
            assert both != "kept"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CC BY", "cc-by-4.0"),
        ("CC BY 4.0", "cc-by-4.0"),
        ("cc by-nc", "cc-by-nc-4.0"),
        ("CC BY-NC-SA 3.0", "cc-by-nc-sa-3.0"),
        ("CC BY-ND", "cc-by-nd-4.0"),
        ("CC0", "cc0-1.0"),
        ("https://creativecommons.org/licenses/by-nc/3.0/deed.fr", "cc-by-nc-3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("https://creativecommons.example.org/licenses/by/4.0/", UNKNOWN),
        ("ODC-BY 1.0", "odc-by-1.0"),
        ("", UNKNOWN),
        (None, UNKNOWN),
        ("all rights reserved", UNKNOWN),
        ("CC BY-XX", UNKNOWN),
    ],
)
def test_licences_are_read_as_they_are_written(written: str | None, meant: str) -> None:
    assert normalised(written) == meant


@pytest.fixture
def articles(tmp_path: Path) -> Leaving:
    """A table whose rows carry five licences, and none."""
    licences = ["CC BY", "CC BY-NC", "CC BY-ND", "CC BY-SA", None, "CC BY", "custom"]
    rows = pl.DataFrame(
        {
            "id": [f"a{i}" for i in range(7)],
            "licence": licences,
            "text": [f"case {i} as written" for i in range(7)],
            "question": [f"what was case {i}?" for i in range(7)],
        }
    )
    (tmp_path / "articles").mkdir()
    rows.write_parquet(tmp_path / "articles" / "train-00000-of-00001.parquet")
    columns = [
        column("id", "id"),
        column("licence", "licence"),
        column("text", "source_text"),
        column("question", "adapted_text"),
    ]
    file = FileRecord(path="articles/train-00000-of-00001.parquet", rows=7, bytes=1, sha256="")
    table = TableRecord(
        name="articles", primary_key=["id"], terms=Terms(), columns=columns,
        splits={"train": SplitRecord(rows=7, files=[file])},
    )  # fmt: skip
    fields = dict.fromkeys(("dataset", "medmill", "created", "code_fingerprint"), "x")
    manifest = Manifest(
        **fields, status="complete", packages={}, sources=[], settings={}, terms=Terms(**asdict(Terms())), stages=[],
        tables=[table], wall_seconds=1, peak_rss_bytes=1,
    )  # fmt: skip
    return Leaving(tmp_path, manifest, "hub", gated=False)


def test_rows_leave_under_their_own_licence(articles: Leaving) -> None:
    (table,) = articles.manifest.tables
    left = {name: pl.concat(part.rows(table, "train", keep)) for name, part, keep in parts_of(articles, table)}
    assert {name: rows["id"].to_list() for name, rows in left.items()} == {
        "articles-commercial": ["a0", "a5"],
        "articles-commercial-sharealike": ["a3"],
        "articles-commercial-verbatim": ["a2"],
        "articles-noncommercial": ["a1"],
    }
    assert {name: "question" in rows.columns for name, rows in left.items()} == {
        "articles-commercial": True,
        "articles-commercial-sharealike": True,
        "articles-commercial-verbatim": False,
        "articles-noncommercial": True,
    }
    assert all("text" in rows.columns for rows in left.values())


def test_rows_without_a_licence_stay_home_and_are_counted(articles: Leaving) -> None:
    (table,) = articles.manifest.tables
    assert {(held.licence, held.rows) for held in held_back(articles, table)} == {("none", 1), ("custom", 1)}


def test_every_licence_has_terms_and_a_group() -> None:
    assert terms_of("cc-by-nd-4.0").text_may_leave == "verbatim"
    assert not terms_of("cc-by-nc-sa-4.0").commercial
    assert terms_of("cc-by-sa-4.0").share_alike == {"cc-by-sa-4.0"}
    assert terms_of(UNKNOWN).text_may_leave == "no"
    assert group("cc-by-nc-nd-4.0") == "noncommercial-verbatim"
