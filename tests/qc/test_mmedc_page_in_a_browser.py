"""The page of a corpus in a real browser: its sheets are there, and fit a wide and a narrow window."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders.api import build
from qc.run import run
from tests.builders.web_texts import write_web

pytestmark = pytest.mark.browser
SHEETS = ("counts", "attrition", "languages", "duplicates", "contamination", "personal_data", "sites", "licences")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mmedc")
    build("mmedc", sources=write_web(folder / "web", each=3).sources(), out=folder / "out", workers=0)
    run(folder / "out")
    return folder / "out" / "qc" / "report.html"


@pytest.fixture(params=[1280, 400], ids=["wide", "narrow"])
def opened(request: pytest.FixtureRequest, browser: Any, page_file: Path) -> Iterator[Any]:
    """The page in a browser that is offline; complaints are collected."""
    context = browser.new_context(viewport={"width": request.param, "height": 900}, offline=True)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(page_file.as_uri())
    yield page
    context.close()


def test_all_sheets_are_shown_without_complaint(opened: Any) -> None:
    assert opened.complaints == []
    for name in SHEETS:
        assert opened.locator(f"#sheets #{name}").is_visible(), name
        assert opened.locator(f"#{name} ~ .wide tbody tr").first.bounding_box()["height"] > 20, name


def test_words_stand_on_the_left_and_figures_on_the_right(opened: Any) -> None:
    sides = (
        opened.locator("#attrition ~ .wide")
        .first.locator("tbody tr")
        .first.locator("td")
        .evaluate_all("cells => cells.map(cell => getComputedStyle(cell).textAlign)")
    )
    assert sides == ["left", "right", "right", "right", "left"]


def test_nothing_sticks_out_sideways(opened: Any) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth") <= opened.viewport_size["width"]
