"""What holds for every text: nothing raises, offsets cut out the surface, and only words decide."""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.rules import Findings
from schemas import anatomy
from schemas.radiology import Entity

WORDS = (
    "no", "without", "small", "left", "right", "bilateral", "pleural effusion", "pneumothorax", "and", "or", ",", ".",
    "XXXX", "___", "cannot exclude", "12 mm", "3x4.5 cm", "(", "?", ")", "unchanged", "is", "was not observed",
    "nodule", "heart", "enlarged", "\n", "\r\n", '"', "•", "İ", "ﬁ", "apart from this", "in the", "lungs", "clear", ";",
    "history of", "likely", "versus", "07.02.2022", "D11.", "vertebra", "previously", "resolved", "otherwise", "-",
)  # fmt: skip
MEANING = [
    "canonical", "type", "assertion", "certainty", "change", "laterality", "severity", "anatomy",
    "measurements", "flags",
]  # fmt: skip
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))


def frame(*texts: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "report": pl.Series([f"{i:06d}" for i in range(len(texts))], dtype=pl.String),
            "section": pl.Series(["findings"] * len(texts), dtype=pl.String),
            "section_index": pl.Series([0] * len(texts), dtype=pl.Int32),
            "text": pl.Series(texts, dtype=pl.String),
            "offset": pl.Series([7] * len(texts), dtype=pl.Int32),
        }
    )


def meaning(texts: list[str]) -> list[tuple]:
    return Findings().annotate(frame(*texts)).select("report", *MEANING).rows()


@settings(max_examples=80)
@given(st.lists(texts, max_size=10))
def test_every_text_gives_valid_rows_whose_offsets_cut_out_the_surface(passages: list[str]) -> None:
    entities = Findings().annotate(frame(*passages))
    Entity.validate(entities)
    known = set(anatomy.names())
    for row in entities.to_dicts():
        passage = passages[int(row["report"])]
        assert passage[row["start"] : row["end"]] == row["text"]
        assert row["file_start"] == row["start"] + 7
        assert row["file_end"] == row["end"] + 7
        assert set(row["anatomy"]) <= known


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=4))
def test_a_passage_is_read_the_same_alone_and_in_company(passages: list[str]) -> None:
    together = meaning(passages)
    alone = [(f"{i:06d}", *row[1:]) for i, passage in enumerate(passages) for row in meaning([passage])]
    assert together == alone


def test_no_text_no_entities() -> None:
    nothing = Findings().annotate(frame("", " ", "XXXX", "___ ."))
    assert nothing.is_empty()
    assert nothing.columns == Entity.column_names()
    assert Findings().annotate(frame()).is_empty()


def test_same_lexicon_same_fingerprint() -> None:
    assert Findings().fingerprint == Findings().fingerprint
    assert Findings(version=2).fingerprint != Findings().fingerprint


@pytest.fixture(scope="module")
def real(samples: Path) -> list[str]:
    openi = pl.read_csv(samples / "openi" / "indiana_reports.csv.gz")
    ct = pl.read_csv(samples / "ct_rate" / "labelled_reports_train.csv.gz")
    both = pl.concat([openi["findings"], openi["impression"], ct["report_text"]]).drop_nulls()
    return both.unique(maintain_order=True).to_list()


SHARE = pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.soak)])
"""Of the real reports, every third; all under the marker `soak`."""


@pytest.fixture(scope="module")
def entities(real: list[str]) -> pl.DataFrame:
    return Findings().annotate(frame(*real))


@pytest.fixture(scope="module")
def as_read(real: list[str], entities: pl.DataFrame) -> dict[str, list[tuple]]:
    """What is read in every report, by its text."""
    rows = _by_report(entities)
    return {text: rows.get(f"{number:06d}", []) for number, text in enumerate(real)}


def differing(
    as_read: dict[str, list[tuple]], texts: list[str], change: Callable[[str], str], expected: Callable = tuple
) -> int:
    """How many reports are read otherwise after the change (never their text, which must not reach a log)."""
    changed = [(as_read[text], new) for text in texts if (new := change(text)) != text]
    assert changed
    after = _by_report(Findings().annotate(frame(*(new for _, new in changed))))
    before = {
        f"{i:06d}": [in_order(expected((f"{i:06d}", *row[1:]))) for row in rows] for i, (rows, _) in enumerate(changed)
    }
    return sum(before[key] != after.get(key, []) for key in before)


def in_order(row: tuple) -> tuple:
    return (
        *row[: 1 + MEANING.index("anatomy")],
        sorted(row[1 + MEANING.index("anatomy")]),
        *row[2 + MEANING.index("anatomy") :],
    )


def _by_report(entities: pl.DataFrame) -> dict[str, list[tuple]]:
    found: dict[str, list[tuple]] = {}
    for row in entities.select("report", *MEANING).iter_rows():
        found.setdefault(row[0], []).append(in_order(row))
    return found


@pytest.mark.real
@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: textwrap.fill(text, 79, break_long_words=False, break_on_hyphens=False),
        lambda text: textwrap.fill(text, 79).replace("\n", "\r\n"),
        lambda text: re.sub(r"\bXXXX\b", "___", text),
    ],
    ids=["upper case", "wrapped lines", "wrapped lines with CRLF", "other mask"],
)
@SHARE
def test_looks_do_not_change_what_is_read(
    real: list[str], as_read: dict[str, list[tuple]], change: Callable[[str], str], share: int
) -> None:
    assert differing(as_read, real[::share], change) == 0


@pytest.mark.real
@SHARE
def test_swapping_left_and_right_swaps_sides_only(real: list[str], as_read: dict[str, list[tuple]], share: int) -> None:
    swap = {"left": "right", "right": "left"}
    one_side = (
        r"\b(?:rul|rml|rll|lul|lll)\b|lingul|middle (?:(?:and|or) (?:\w+ )+?)?(?:lung )?lobe|aort|azyg|vena cava|"
        r"lobe of|apico|descending"
    )
    plain = [text for text in real[::share] if not re.search(one_side, text, re.I)]

    def swapped(text: str) -> str:
        return re.sub(r"\b(left|right)", lambda m: swap[m[1].lower()], text, flags=re.I)

    assert differing(as_read, plain, swapped, mirrored) == 0


def mirrored(row: tuple) -> tuple:
    """The row with its sides swapped; structures of one side have it in their names."""
    named = dict(zip(("report", *MEANING), row, strict=True))
    for name in ("laterality", "canonical"):
        named[name] = _mirror(named[name])
    named["anatomy"] = sorted(str(_mirror(node)) for node in named["anatomy"])
    return tuple(named.values())


def _mirror(words: str | None) -> str | None:
    return words and re.sub("left|right", lambda m: "left" if m[0] == "right" else "right", words)


@pytest.mark.real
def test_offsets_cut_out_the_surface_of_real_reports(real: list[str], entities: pl.DataFrame) -> None:
    Entity.validate(entities)
    wrong = sum(real[int(r)][s:e] != t for r, s, e, t in entities.select("report", "start", "end", "text").iter_rows())
    assert wrong == 0
