"""The page in a real browser, without a network: it says its verdict, draws its charts, and asks for nothing."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from qc.run import run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copytree(pristine, tmp_path_factory.mktemp("page") / "build")
    run(folder)
    return folder / "qc" / "report.html"


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def opened(request: pytest.FixtureRequest, browser: Any, page_file: Path) -> Iterator[Any]:
    """The page of the good build, opened from its file in a browser that is offline; complaints are collected."""
    context = browser.new_context(viewport={"width": request.param, "height": 900}, offline=True)
    page = context.new_page()
    page.complaints, page.requests = [], []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda asked: page.requests.append(asked.url))
    page.goto(page_file.as_uri())
    yield page
    context.close()


def test_the_page_is_alone_and_content(opened: Any) -> None:
    assert opened.complaints == []
    assert [Path(url).name for url in opened.requests] == ["report.html"]


def test_the_verdict_is_the_first_thing_seen(opened: Any) -> None:
    verdict = opened.locator("#verdict")
    assert verdict.inner_text() == "PASS"
    assert verdict.bounding_box()["y"] < 200
    assert "made-up" in opened.title()


def test_every_chart_is_drawn_inside_the_page(opened: Any) -> None:
    charts = opened.locator("figure svg").all()
    assert len(charts) >= 8
    width = opened.viewport_size["width"]
    for chart in charts:
        box = chart.bounding_box()
        assert box["width"] > 200 and box["height"] > 40
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert chart.locator("path[aria-roledescription=bar]").count() > 0


def test_chart_labels_are_not_cut_off(opened: Any) -> None:
    cut = opened.evaluate(
        """() => [...document.querySelectorAll('figure svg')].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(text => {
                const box = text.getBoundingClientRect();
                return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1);
            }).map(text => text.textContent);
        })"""
    )
    assert cut == []


def test_who_prefers_the_dark_can_read_everything_in_it(opened: Any) -> None:
    opened.emulate_media(color_scheme="dark")
    darkness = """selector => [...document.querySelectorAll(selector)].map(element => {
        const colour = getComputedStyle(element)[element.tagName == 'text' ? 'fill' : 'backgroundColor'];
        return Math.max(...colour.match(/[0-9.]+/g).slice(0, 3).map(Number));
    })"""
    assert max(opened.evaluate(darkness, "body, figure, .wide, .example")) < 64
    assert min(opened.evaluate(darkness, "figure svg text")) > 160


def test_nothing_sticks_out_sideways(opened: Any) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth") <= opened.viewport_size["width"]


def test_a_line_of_the_checks_opens_to_its_figures(opened: Any) -> None:
    figures = opened.locator("#leakage .figures")
    assert not figures.is_visible()
    opened.locator("#leakage summary").click()
    assert "patients" in figures.inner_text()
