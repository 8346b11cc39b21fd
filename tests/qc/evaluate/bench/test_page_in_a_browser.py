"""Runs side by side in a real browser, offline: sorted by a click, readable without a script and in the dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qc.evaluate.bench.lines import BenchLine
from qc.evaluate.bench.page import page
from qc.evaluate.bench.scores import BenchScores
from qc.evaluate.bench.traps import TrapLine
from qc.evaluate.exams import Share

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=document.title='caught'>"


def share(value: float) -> Share:
    return Share(value=value, low=max(0, value - 0.1), high=min(1, value + 0.1))


def line(of: str, name: str, value: float | None, **told: Any) -> BenchLine:
    score = None if value is None else share(value)
    return BenchLine(of=of, name=name, metric="accuracy", tasks=1, items=1200, unparsed=3, missing=0, score=score,
                     figures={} if score is None else {"accuracy": score}, **told)  # fmt: skip


def scores(run: str, *values: float | None) -> BenchScores:
    tasks = [line("task", name, value, folder="MCQA", category="MCQA", language="en")
             for name, value in zip(("9", "57", "129"), values, strict=True)]  # fmt: skip
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known)
    groups = [line(of, name, mean) for of, name in (("category", "MCQA"), ("language", "en"), ("folder", ""))]
    traps = [TrapLine(trap="maybe", what="It is never right.", items=9, to_right=0, to_wrong=4)]
    lines = [*tasks, *groups, line("mean", "all tasks", mean)]
    return BenchScores(dataset="meds-bench", manifest_sha256="0" * 64, run=run, as_published=False, lines=lines,
                       notes=["3 outputs."], traps=traps)  # fmt: skip


RUNS = [scores("small", 0.2, 0.5, None), scores(HOSTILE, 0.9, 0.4, 0.7), scores("middle", 0.5, 0.6, 0.5)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "runs.html").write_text(page(RUNS), encoding="utf-8")
    return tmp_path / "runs.html"


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def opened(request: pytest.FixtureRequest, browser: Any, file: Path) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": request.param, "height": 900}, offline=True)
    shown = context.new_page()
    shown.complaints, shown.requests = [], []
    shown.on("console", lambda message: shown.complaints.append(message.text))
    shown.on("pageerror", lambda error: shown.complaints.append(str(error)))
    shown.on("request", lambda asked: shown.requests.append(asked.url))
    shown.goto(file.as_uri())
    yield shown
    context.close()


def heads(shown: Any, table: str) -> list[str]:
    return shown.locator(f"#{table} tbody th").all_inner_texts()


def click(shown: Any, table: str, column: str) -> None:
    shown.locator(f"#{table} thead").get_by_role("button", name=column, exact=True).click(timeout=3000)


def test_it_is_alone_and_a_name_runs_nothing(opened: Any) -> None:
    assert opened.complaints == [] and [Path(url).name for url in opened.requests] == ["runs.html"]
    assert opened.title() == "meds-bench: 3 runs" and opened.locator("img").count() == 0


def test_runs_stand_from_the_best_mean_down_and_a_click_sorts_them(opened: Any) -> None:
    assert heads(opened, "overall") == [HOSTILE, "middle", "small"]
    assert heads(opened, "tasks") == ["9", "57", "129"]
    click(opened, "overall", "run")
    assert heads(opened, "overall") == [HOSTILE, "middle", "small"]
    click(opened, "overall", "run")
    assert heads(opened, "overall") == ["small", "middle", HOSTILE]
    click(opened, "tasks", "middle")
    assert heads(opened, "tasks") == ["57", "9", "129"]
    head = opened.locator("#tasks thead th", has_text="middle")
    assert head.get_attribute("aria-sort") == "descending"
    click(opened, "tasks", "small")
    assert heads(opened, "tasks") == ["57", "9", "129"], "a run without a score for a task comes last"
    click(opened, "tasks", "small")
    assert heads(opened, "tasks") == ["129", "9", "57"] and head.get_attribute("aria-sort") is None
    click(opened, "tasks", "task")
    assert heads(opened, "tasks") == ["9", "57", "129"], "numbers in words are in their order"


def test_keys_sort_as_well(opened: Any) -> None:
    opened.locator("#tasks thead button").nth(7).focus()
    opened.keyboard.press("Enter")
    assert opened.locator("#tasks thead th[aria-sort]").count() == 1


def test_bars_are_as_long_as_scores_and_bear_their_interval(opened: Any) -> None:
    row = opened.locator("#overall tbody tr").nth(1)
    boxes = {name: row.locator(f".{name}").bounding_box() for name in ("track", "fill", "whisker")}
    value = (0.5 + 0.6 + 0.5) / 3
    assert boxes["fill"]["width"] / boxes["track"]["width"] == pytest.approx(value, abs=0.01)
    assert boxes["whisker"]["width"] / boxes["track"]["width"] == pytest.approx(0.2, abs=0.01)
    assert row.locator(".value").inner_text() == "53.3" and row.locator(".range").inner_text() == "[43.3, 63.3]"
    assert opened.locator("#overall .best .value").all_inner_texts() == ["66.7"]


def test_nothing_sticks_out_sideways_and_every_head_is_read_out(opened: Any) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth") <= opened.viewport_size["width"]
    assert (
        opened.locator("th:not([scope])").count() == 0 and opened.locator("#traps tbody td").all_inner_texts()[1] == "9"
    )


def test_who_prefers_the_dark_can_read_everything_in_it(opened: Any) -> None:
    opened.emulate_media(color_scheme="dark")
    light = """([selector, name]) => [...document.querySelectorAll(selector)].map(element =>
        Math.max(...getComputedStyle(element)[name].match(/[0-9.]+/g).slice(0, 3).map(Number)))"""
    assert max(opened.evaluate(light, ["body, .wide, tbody th", "backgroundColor"])) < 64
    assert min(opened.evaluate(light, ["td, th, .range, p, li, a, button", "color"])) > 150


def test_it_is_whole_without_a_script(browser: Any, file: Path) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    shown = context.new_page()
    shown.goto(file.as_uri())
    assert shown.locator("thead button").count() == 0
    assert shown.locator("#overall thead th").all_inner_texts()[:2] == ["run", "mean of tasks"]
    assert shown.locator("#tasks .score").count() == 9 and shown.locator("#tasks .none").inner_text() == "–"
    context.close()
