"""The page in a real browser: keyboard alone, two reviewers, a reload, a crash, a hostile report, a narrow screen."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.qc.review.conftest import Page, Start, lines
from tests.qc.review.hostile import WORDS, make_hostile

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any) -> Iterator[Open]:
    """Opens a page in a browser profile of its own; complaints and requests are collected."""
    contexts = []

    def begin(page: Page, **how: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | how)
        contexts.append(context)
        view = context.new_page()
        view.set_default_timeout(15_000)
        view.complaints, view.requests = [], []
        view.on("console", lambda message: view.complaints.append(message.text))
        view.on("pageerror", lambda error: view.complaints.append(str(error)))
        view.on("request", lambda asked: view.requests.append(asked.url))
        view.goto(page.address)
        return view

    yield begin
    for context in contexts:
        context.close()


def at(view: Any, place: int, of: int) -> None:
    """Wait for an item; its words are there before the script that reads the keys has run."""
    shown = "document.readyState === 'complete' && document.querySelector('#place')?.textContent === said"
    view.wait_for_function(f"said => {shown}", arg=f"{place} of {of}")


def said(good: Any) -> list[tuple[str, str, str, str]]:
    found = [line for line in lines(good.folder) if line["kind"] == "verdict"]
    return [(line["reviewer"], line["decision"], line["value"], line["note"]) for line in found]


def test_a_round_by_keyboard_alone_with_a_reload_and_an_undo(good: Any, start: Start, opened: Open) -> None:
    view = opened(start(good.folder, "--sample", "5", "--stratify", "anatomy"))
    keys = view.keyboard
    keys.type("Dr. Anna")
    keys.press("Enter")
    at(view, 1, 5)
    keys.press("a")
    at(view, 2, 5)
    view.reload()
    at(view, 2, 5)
    keys.press("n")
    keys.type("read a, r, s twice")
    keys.press("Escape")
    keys.press("r")
    at(view, 3, 5)
    keys.press("c")
    keys.type("polarity: normal")
    keys.press("Enter")
    at(view, 4, 5)
    assert "corrected" in view.locator("[role=status]").inner_text()
    keys.press("u")
    at(view, 3, 5)
    keys.press("s")
    at(view, 4, 5)
    keys.press("ArrowLeft")
    at(view, 3, 5)
    assert "You skipped this" in view.locator(".state").inner_text()
    keys.press("ArrowRight")
    at(view, 4, 5)
    keys.press("a")
    at(view, 5, 5)
    keys.press("a")
    view.wait_for_url("**/done")
    assert "All 5 items have your verdict" in view.locator("h1").inner_text()
    assert said(good) == [
        ("Dr. Anna", "accept", "", ""),
        ("Dr. Anna", "reject", "", "read a, r, s twice"),
        ("Dr. Anna", "correct", "polarity: normal", ""),
        ("Dr. Anna", "skip", "", ""),
        ("Dr. Anna", "accept", "", ""),
        ("Dr. Anna", "accept", "", ""),
    ]
    assert view.complaints == []


def test_two_reviewers_in_two_browsers_do_not_clash(good: Any, start: Start, opened: Open) -> None:
    page = start(good.folder, "--sample", "4")
    views = {name: opened(page) for name in ("anna", "ben")}
    titles: dict[str, list[str]] = {"anna": [], "ben": []}
    for name, view in views.items():
        view.keyboard.type(name)
        view.keyboard.press("Enter")
    for place in (1, 2, 3, 4):
        for name, view in views.items():
            at(view, place, 4)
            titles[name].append(view.locator(".report h2").inner_text())
            view.keyboard.press("a" if name == "anna" else "r")
    for view in views.values():
        view.wait_for_url("**/done")
    assert titles["anna"] == titles["ben"]
    assert sorted(said(good)) == [*[("anna", "accept", "", "")] * 4, *[("ben", "reject", "", "")] * 4]


def test_a_server_killed_in_the_middle_costs_nothing_that_was_shown_as_saved(
    good: Any, start_apart: Start, opened: Open
) -> None:
    options = ("--sample", "5", "--reviewer", "anna")
    first = start_apart(good.folder, *options)
    view = opened(first)
    for place in (1, 2):
        at(view, place, 5)
        view.keyboard.press("a")
    at(view, 3, 5)
    first.end()
    again = opened(start_apart(good.folder, *options))
    at(again, 3, 5)
    assert len(said(good)) == 2
    again.keyboard.press("r")
    at(again, 4, 5)
    assert [decision for _, decision, _, _ in said(good)] == ["accept", "accept", "reject"]


@pytest.mark.parametrize("table", ["findings", "entities", "rankings"])
def test_a_hostile_report_is_shown_and_does_nothing(good: Any, start: Start, opened: Open, table: str) -> None:
    make_hostile(good)
    page = start(good.folder, "--table", table, "--sample", "2", "--reviewer", "<i>anna</i>")
    view = opened(page)
    assert view.evaluate("window.taken") is None
    shown = view.locator(".report .text").first.inner_text()
    assert "<script>window.taken = 1</script>" in shown and "{{ 7 * 7 }}" in shown and "&amp;" in shown
    assert "U+202Eesrever" in shown and "\u202e" not in shown
    assert view.locator(".report script, .report img").count() == 0
    assert view.locator(".who bdi").inner_text() == "<i>anna</i>"
    view.keyboard.press("c")
    view.locator("#value").fill(WORDS)
    view.keyboard.press("Enter")
    at(view, 2, 2)
    view.goto(f"{page.address}done")
    assert WORDS.replace("\u202e", "") in view.locator(".list").inner_text().replace("\u202e", "")
    assert view.evaluate("window.taken") is None
    assert view.complaints == []
    assert {url.split("/")[2] for url in view.requests if not url.startswith("data:")} == {page.host}


@pytest.mark.parametrize("table", ["findings", "entities", "rankings"])
def test_by_thumb_on_a_narrow_screen(good: Any, start: Start, opened: Open, table: str) -> None:
    page = start(good.folder, "--table", table, "--sample", "3", "--reviewer", "A reader with quite a long name")
    view = opened(page, viewport={"width": 400, "height": 800}, has_touch=True, color_scheme="dark")
    at(view, 1, 3)
    assert view.evaluate("document.documentElement.scrollWidth") <= 400
    box = view.locator(".accept").bounding_box()
    assert box["height"] >= 44 and box["y"] + box["height"] <= 800
    view.locator(".accept").tap()
    at(view, 2, 3)
    view.locator("#value").fill("absent")
    view.locator(".correct button").tap()
    at(view, 3, 3)
    assert [decision for _, decision, _, _ in said(good)] == ["accept", "correct"]


def test_what_is_asked_about_is_in_sight(good: Any, start: Start, opened: Open) -> None:
    view = opened(start(good.folder, "--table", "entities", "--sample", "3", "--reviewer", "anna"))
    box = view.locator(".text mark.asked").first.bounding_box()
    assert 0 < box["y"] < 700
    assert view.locator(".text mark.asked").inner_text() == view.locator("q").inner_text().strip("“”")


def test_without_a_script_the_mouse_still_works(good: Any, start: Start, opened: Open) -> None:
    view = opened(start(good.folder, "--sample", "3", "--reviewer", "anna"), java_script_enabled=False)
    with closing(view):
        view.locator(".reject").click()
        view.locator("#value").fill("normal")
        view.keyboard.press("Enter")
        view.locator(".skip").click()
        assert "All 3 items" in view.locator("h1").inner_text()
    assert [decision for _, decision, _, _ in said(good)] == ["reject", "correct", "skip"]
