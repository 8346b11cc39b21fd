"""The viewer in a real browser, by its pixels: the volume is there, the mask lies on it in its colour, keys work."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.terms import Terms
from tests.qc.made_volumes import make_build, write_source
from tests.qc.review.conftest import Page, Start, lines, starting

pytestmark = pytest.mark.browser
pytest.importorskip("nibabel", reason="needs the extra volumes")
NO_BROWSER = "no Chromium: apt-get install chromium, and pip install playwright"
WITHOUT_GPU = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason=NO_BROWSER)
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip(NO_BROWSER)
    with playwright.sync_playwright() as engine:
        chromium = engine.chromium.launch(executable_path=found, args=["--no-sandbox", *WITHOUT_GPU])
        yield chromium
        chromium.close()


@contextmanager
def opening(browser: Any, start: Start, folder: Path) -> Iterator[Any]:
    """Opens a build of its own in windows that are small: a processor draws them."""
    contexts = []

    def begin(table: str, *options: str, terms: Terms | None = None) -> Any:
        build, source = make_build(folder / "build", terms), write_source(folder / "source")
        named = ("--source", f"ct-rate={source}") if "--alone" not in options else ()
        page = start(build, "--table", table, "--reviewer", "anna", *named)
        context = browser.new_context(viewport={"width": 880, "height": 600})
        contexts.append(context)
        view = context.new_page()
        view.complaints, view.requests, view.served, view.build = [], [], page, build
        view.on("console", lambda message: view.complaints.append(message.text))
        view.on("pageerror", lambda error: view.complaints.append(str(error)))
        view.on("request", lambda asked: view.requests.append(asked.url))
        view.goto(page.address)
        shown(view)
        return view

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture
def opened(browser: Any, start: Start, tmp_path: Path) -> Iterator[Any]:
    with opening(browser, start, tmp_path) as begin:
        yield begin


@pytest.fixture(scope="module")
def masks(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One window on masks, in which nobody judges."""
    with starting() as start, opening(browser, start, tmp_path_factory.mktemp("masks")) as begin:
        yield begin("masks")


def shown(view: Any) -> None:
    view.wait_for_selector("#viewer[data-state=shown]", timeout=60_000)


def pixels(view: Any) -> np.ndarray:
    """What is drawn, [row, column, (red, green, blue)]; drawn anew, since WebGL forgets what it has shown."""
    script = """() => {
        viewer.drawScene();
        const gl = viewer.gl, [w, h] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
        const content = new Uint8Array(4 * w * h);
        gl.readPixels(0, 0, w, h, gl.RGBA, gl.UNSIGNED_BYTE, content);
        return [w, h, btoa(Array.from(content, (byte) => String.fromCharCode(byte)).join(""))];
    }"""
    from base64 import b64decode

    width, height, content = view.evaluate(script)
    return np.frombuffer(b64decode(content), np.uint8).reshape(height, width, 4)[::-1, :, :3].astype(int)


def coloured(seen: np.ndarray) -> np.ndarray:
    """Pixels of a mask: neither a shade of grey nor the crosshair's yellow."""
    spread = seen.max(axis=-1) - seen.min(axis=-1)
    crosshair = (abs(seen - np.array([255, 204, 51])) < 30).all(axis=-1)
    return (spread > 40) & ~crosshair


def grey(seen: np.ndarray) -> np.ndarray:
    return (seen.max(axis=-1) - seen.min(axis=-1) < 10) & (seen.max(axis=-1) > 60)


def places(page: Page, title: str) -> list[int]:
    """Where items of this title stand."""
    found = [
        place for place in range(1, page.items + 1) if f"<bdi>{title}</bdi></h1>" in page.ask(f"item/{place}").text
    ]
    assert found, f"no item {title}"
    return found


def item(view: Any, title: str, which: int = 0) -> None:
    """Go to an item of this title."""
    view.goto(f"{view.served.address}item/{places(view.served, title)[which]}")
    shown(view)
    assert view.locator("h1").inner_text() == title


def test_the_mask_of_the_item_lies_on_the_volume_in_its_colour(masks: Any) -> None:
    view = masks
    item(view, "right lung")
    seen = pixels(view)
    assert grey(seen).mean() > 0.05, "the volume is drawn"
    assert coloured(seen).mean() > 0.005, "the mask is drawn"
    chip = view.locator(".structures rect").first.get_attribute("fill")
    colour = np.array([int(chip[at : at + 2], 16) for at in (1, 3, 5)])
    mean = seen[coloured(seen)].mean(axis=0)
    assert mean.argmax() == colour.argmax(), "in the colour that the page names"
    assert view.complaints == []
    assert {url.split("/")[2] for url in view.requests if not url.startswith("data:")} == {view.served.host}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("title", ["right lung", "left lung"])
def test_the_patients_right_is_on_the_left_in_files_of_either_direction(masks: Any, title: str, which: int) -> None:
    item(masks, title, which)
    coronal = pixels(masks)
    coronal = coronal[: coronal.shape[0] // 2, : coronal.shape[1] // 2]
    columns, middle = np.nonzero(coloured(coronal))[1], np.nonzero(grey(coronal))[1].mean()
    assert (columns.mean() < middle) == (title == "right lung")


def test_an_arrow_goes_on_to_the_next_volume(masks: Any) -> None:
    view = masks
    item(view, "liver")
    here, before = view.url, view.locator("#place").inner_text()
    view.locator("[data-key=ArrowRight]" if not before.startswith("6 ") else "[data-key=ArrowLeft]").click()
    view.wait_for_url(lambda url: url != here)
    shown(view)
    assert view.locator("#place").inner_text() != before


def test_the_crosshair_goes_to_the_mask_and_back_to_it(masks: Any) -> None:
    view = masks
    item(view, "liver")
    under = view.locator("#under").inner_text()
    assert "110 HU" in under and "liver" in under
    box = view.locator("#viewer").bounding_box()
    view.mouse.click(box["x"] + box["width"] * 0.2, box["y"] + 30)
    view.wait_for_function("before => document.querySelector('#under').textContent !== before", arg=under)
    view.keyboard.press("g")
    view.wait_for_function("before => document.querySelector('#under').textContent === before", arg=under)


def test_all_masks_show_on_asking(masks: Any) -> None:
    view = masks
    item(view, "liver")
    before = coloured(pixels(view)).sum()
    view.keyboard.press("m")
    assert coloured(pixels(view)).sum() > 1.3 * before
    view.keyboard.press("m")
    assert coloured(pixels(view)).sum() == before


def test_keys_are_those_of_the_verdict_after_a_click_on_the_volume(opened: Any) -> None:
    view = opened("questions")
    box = view.locator("#viewer").bounding_box()
    view.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + 100)
    view.keyboard.press("u")
    view.keyboard.press("a")
    view.wait_for_url("**/item/2")
    shown(view)
    view.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + 100)
    view.keyboard.press("r")
    view.wait_for_url("**/done")
    assert [line["decision"] for line in lines(view.build) if line["kind"] == "verdict"] == ["accept", "reject"]
    assert view.complaints == []


def test_without_the_source_the_masks_show_alone(opened: Any) -> None:
    view = opened("grounded", "--alone")
    assert coloured(pixels(view)).mean() > 0.005
    assert "Masks alone" in view.locator(".viewer").inner_text()


def test_a_mask_that_is_gone_is_told_and_can_be_judged(opened: Any) -> None:
    view = opened("masks")
    shutil.rmtree(view.build / "files")
    view.reload()
    view.wait_for_selector("#viewer[data-state=failed]", timeout=60_000)
    assert "missing file" in view.locator("#under").inner_text()
    view.keyboard.press("s")
    view.wait_for_url("**/item/2")


def test_terms_that_keep_text_are_said_below_the_picture(opened: Any) -> None:
    view = opened("grounded", terms=Terms(text_may_leave="no"))
    assert "this text and these pictures on your machine" in view.locator(".report").inner_text()


def test_a_browser_without_webgl_says_so_and_takes_verdicts(browser: Any, start: Start, tmp_path: Path) -> None:
    page = start(make_build(tmp_path / "build"), "--table", "masks", "--reviewer", "anna")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    other = browser.browser_type.launch(executable_path=chromium, args=["--no-sandbox", "--disable-3d-apis"])
    view = other.new_page()
    view.goto(page.address)
    view.wait_for_selector("#viewer[data-state=failed]")
    assert "WebGL2" in view.locator("#under").inner_text()
    view.keyboard.press("a")
    view.wait_for_url("**/item/2")
    other.close()


def test_voxel_values_that_nobody_named_are_not_shown(opened: Any) -> None:
    """They took the colour of the last value that has a name."""
    import nibabel as nib

    view = opened("masks")
    item(view, "liver")
    before = coloured(pixels(view)).sum()
    for path in (view.build / "files" / "masks").glob("*.nii.gz"):
        image: Any = nib.load(path)
        values = np.asarray(image.dataobj).copy()
        values[(values == 1) | (values == 2)] = 77
        nib.save(nib.Nifti1Image(values, image.affine), path)
    view.reload()
    shown(view)
    assert coloured(pixels(view)).sum() == before
    view.keyboard.press("m")
    assert abs(coloured(pixels(view)).sum() - before) < 0.02 * before
