"""The page of matches in a real browser, offline: what is marked, what was matched, and no script of a text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from qc.matches.page import page

pytestmark = pytest.mark.browser
CANDIDATE = "Small effusion <img src=x onerror=document.title='caught'> and a \u202enodule."
PAIRS = pl.DataFrame(
    {
        "id": ["s<1>", "s2"],
        "candidate": [CANDIDATE, ""],
        "reference": ["No effusion.", "Clear lungs."],
        "score": [0.25, None],
        "precision": [0.2, None],
        "recall": [1 / 3, None],
    }
)


def match(
    id_: str, direction: str, entity: str, type_: str, start: int, other: str | None, *figures: Any
) -> dict[str, Any]:
    found = {"id": id_, "direction": direction, "entity": entity, "type": type_, "start": start}
    found |= {"end": start + len(entity), "match": other, "match_type": "Non-Abnormality" if other else None}
    return found | dict(zip(("cosine", "weight", "penalty"), figures or (None, None, None), strict=True))


MATCHES = pl.DataFrame(
    [
        match("s<1>", "precision", "effusion", "Abnormality", 6, "effusion", 1.0, 0.543, 0.872),
        match("s<1>", "precision", "nodule", "Abnormality", CANDIDATE.index("nodule"), "effusion", 0.1, 0.543, 0.872),
        match("s<1>", "recall", "effusion", "Non-Abnormality", 3, "effusion", 1.0, 0.165, 1.0),
        match("s2", "recall", "lungs", "Anatomy", 6, None),
    ]
)


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def opened(request: pytest.FixtureRequest, browser: Any, tmp_path: Path) -> Iterator[Any]:
    (tmp_path / "matches.html").write_text(page(PAIRS, MATCHES, 7, "made.csv against true.csv"), encoding="utf-8")
    context = browser.new_context(viewport={"width": request.param, "height": 900}, offline=True)
    page_ = context.new_page()
    page_.complaints, page_.requests = [], []
    page_.on("console", lambda message: page_.complaints.append(message.text))
    page_.on("pageerror", lambda error: page_.complaints.append(str(error)))
    page_.on("request", lambda asked: page_.requests.append(asked.url))
    page_.goto((tmp_path / "matches.html").as_uri())
    yield page_
    context.close()


def test_the_page_is_alone_and_text_of_a_report_runs_nothing(opened: Any) -> None:
    assert opened.complaints == []
    assert [Path(url).name for url in opened.requests] == ["matches.html"]
    assert opened.title() == "RaTEScore: made.csv against true.csv"
    assert opened.locator("img").count() == 0
    assert "<img src=x" in opened.locator(".pair").first.locator(".text").first.inner_text()
    assert opened.locator(".text code").first.inner_text() == "U+202E"


def test_it_says_first_whose_text_it_shows(opened: Any) -> None:
    assert "falls under their terms" in opened.locator("#terms").inner_text()
    assert opened.locator("#terms").bounding_box()["y"] < 300
    assert "2 of 7 pairs" in opened.locator(".about").first.inner_text()


def test_entities_are_marked_by_type_where_they_stand(opened: Any) -> None:
    marks = opened.locator(".pair").first.locator(".text mark")
    assert [(mark.inner_text(), mark.get_attribute("title")) for mark in marks.all()] == [
        ("effusion", "Abnormality"), ("nodule", "Abnormality"), ("effusion", "Non-Abnormality")
    ]  # fmt: skip
    colours = [mark.evaluate("mark => getComputedStyle(mark).backgroundColor") for mark in marks.all()]
    assert colours[0] == colours[1] != colours[2]


def test_lines_say_what_was_matched_at_which_weight(opened: Any) -> None:
    first, second = opened.locator(".pair").all()
    rows = first.locator("table.precision tbody tr").all()
    assert rows[0].locator("td").all_inner_texts() == ["effusion", "effusion", "1.000", "0.543", "0.872"]
    assert rows[0].get_attribute("class") == "flipped"
    assert first.locator("table.recall tbody tr").first.get_attribute("class") is None
    assert second.locator("table.recall td").all_inner_texts()[:3] == ["lungs", "nothing there", "–"]
    assert second.locator("h2 .score").inner_text() == "–"


def test_nothing_sticks_out_sideways(opened: Any) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth") <= opened.viewport_size["width"]
