"""Masks, grounded sentences and questions under review, over real HTTP: what is served, and to whom."""

import gzip
import http.client
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qc.build import Build
from qc.review.pages import HOME
from qc.review.reviewable import reviewable
from qc.review.sampling import Drawing
from qc.volumes import Volumes
from tests.qc.made_volumes import as_stored, hu_ras, make_build, voxels, write_source
from tests.qc.review.conftest import Page, Start, lines, starting

nib: Any = pytest.importorskip("nibabel", reason="needs the extra volumes")


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("ct")
    return make_build(folder / "build"), write_source(folder / "source")


@pytest.fixture(scope="module")
def page(places) -> Iterator[Page]:
    build, source = places
    with starting() as begin:
        yield begin(build, "--table", "masks", "--source", f"ct-rate={source}", "--reviewer", "anna")


def content(page: Page, path: str, **headers: str) -> tuple[int, bytes]:
    line = http.client.HTTPConnection(page.host, timeout=20)
    line.request("GET", page.base + path, headers=headers)
    got = line.getresponse()
    found = got.status, got.read()
    line.close()
    return found


def test_the_volume_comes_in_hu_where_it_lies_in_the_patient(page: Page) -> None:
    status, sent = content(page, "volume/1.nii.gz")
    id = page.ask("item/1").text.partition("<dt>volume</dt><dd><bdi>")[2].partition("<")[0]
    expected = as_stored(hu_ras(), {"t1_a_1": "RAS", "t2_a_1": "LPS"}[id])
    image = nib.Nifti1Image.from_bytes(gzip.decompress(sent))
    assert status == 200
    assert (np.asarray(image.dataobj) == expected.values).all()
    assert (image.affine == expected.affine).all()


def test_the_mask_comes_as_it_lies_in_the_build(page: Page, places) -> None:
    volumes = Volumes(Build.open(places[0]))
    sent = {sha256(content(page, f"mask/{place}.nii.gz")[1]).hexdigest() for place in range(1, page.items + 1)}
    assert sent == {volumes.segmentation(id)["sha256"] for id in volumes.ids}


def test_nobody_gets_a_volume_without_the_token_or_from_another_page(page: Page) -> None:
    line = http.client.HTTPConnection(page.host, timeout=20)
    line.request("GET", "/not-the-token/volume/1.nii.gz")
    assert line.getresponse().status == 404
    assert content(page, "volume/1.nii.gz", Origin="http://elsewhere.example")[0] == 403
    assert content(page, "volume/1.nii.gz", **{"Sec-Fetch-Site": "cross-site"})[0] == 403


@pytest.mark.parametrize("path", ["volume/0.nii.gz", "volume/99.nii.gz", "mask/99.nii.gz", "static/README.md"])
def test_what_is_not_an_item_is_not_there(page: Page, path: str) -> None:
    assert content(page, path)[0] == 404


@pytest.mark.parametrize("path", ["static/../pages.py", "static/%2e%2e/%2e%2e/build.py", "../../etc/passwd"])
def test_files_are_those_of_a_list(page: Page, path: str) -> None:
    assert content(page, path)[0] == 404


def test_the_page_lets_scripts_ask_nobody_else(page: Page) -> None:
    policy = page.ask("item/1").headers["content-security-policy"]
    assert "connect-src 'self'" in policy and "script-src 'self';" in policy and "default-src 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy


def test_the_bundled_viewer_is_the_published_one() -> None:
    said = (HOME / "static/README.md").read_text(encoding="utf-8")
    assert sha256((HOME / "static/niivue.umd.js").read_bytes()).hexdigest() in said


def test_a_page_without_volumes_loads_no_viewer(untouched: Page) -> None:
    assert "niivue" not in untouched.ask("item/1").text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("masks", ["Is this the mask", "right lung"]),
        ("grounded", ["Does the sentence speak of", "made up and", "lung/lung/right lung", "opacity"]),
        ("questions", ["Is this answer right?", "Does the liver hold a nodule?", "yes / no"]),
    ],
)
def test_an_item_says_what_is_asked(places, start: Start, table: str, words: list[str]) -> None:
    page = start(places[0], "--table", table, "--reviewer", "anna")
    shown = "".join(page.ask(f"item/{place}").text for place in range(1, page.items + 1))
    assert all(word in shown for word in words)
    assert "--source NAME=FOLDER" in shown, "the source was not named"


def test_a_volume_that_is_gone_is_told(places, start: Start, tmp_path: Path) -> None:
    page = start(places[0], "--table", "masks", "--source", f"ct-rate={tmp_path}", "--reviewer", "anna")
    status, sent = content(page, "volume/1.nii.gz")
    assert (status, b"no such file" in sent) == (404, True)
    assert content(page, "mask/1.nii.gz")[0] == 200


def test_verdicts_on_masks_are_kept_and_go_stale_when_the_mask_changes(tmp_path: Path, start: Start) -> None:
    import polars as pl

    build = make_build(tmp_path / "build")
    page = start(build, "--table", "masks", "--reviewer", "anna")
    page.judge(1, "correct", value="wrong side")
    (said,) = [line for line in lines(build) if line["kind"] == "verdict"]
    assert said["table"] == "masks" and said["value"] == "wrong side"
    for path in (build / "masks").glob("*.parquet"):
        pl.read_parquet(path).with_columns(voxels=pl.col("voxels") + 1).write_parquet(path)
    manifest = build / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    assert "earlier version" in page.ask("item/1").text


def test_a_desk_without_masks_of_the_item_shows_no_viewer(tmp_path: Path) -> None:
    from qc.review.desk import Desk

    build = make_build(tmp_path / "build", ids=("t1_a_1",))
    desk = Desk(build, reviewable("questions"), Drawing("validation"), voxels)
    assert desk.scene(1) is not None
    Path(next((build / "segmentations").glob("*.parquet"))).unlink()
    desk = Desk(build, reviewable("questions"), Drawing("validation"), voxels)
    assert desk.scene(1) is None
    desk.close()
