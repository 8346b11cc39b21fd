"""Slices hang as radiologists hang them, whatever the axes of the file."""

import struct
import zlib
from base64 import b64decode
from itertools import permutations, product

import numpy as np
import pytest

from qc.report.slices import SIDE, SOFT_WINDOW, colour_of, css_colour, faced, fullest, palette, picture, seen
from tests.qc.made_volumes import SPACING, anatomy_ras, hu_ras

GREY_LEVELS = 192


def pixels(uri: str) -> np.ndarray:
    """What any reader of PNG sees: [row, column, (red, green, blue)]."""
    content, colours, data = b64decode(uri.partition(",")[2]), b"", b""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, size = 8, (0, 0)
    while place < len(content):
        length, name = struct.unpack(">I4s", content[place : place + 8])
        part = content[place + 8 : place + 8 + length]
        assert struct.unpack(">I", content[place + 8 + length : place + 12 + length])[0] == zlib.crc32(name + part)
        size = struct.unpack(">II", part[:8]) if name == b"IHDR" else size
        colours, data = (part if name == b"PLTE" else colours), (data + part if name == b"IDAT" else data)
        place += 12 + length
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(size[1], size[0] + 1)
    assert not lines[:, 0].any()
    return np.frombuffer(colours, np.uint8).reshape(-1, 3)[lines[:, 1:]]


def stored(values: np.ndarray, order: tuple[int, ...], flips: tuple[bool, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The values with their axes in another order and direction, and the affine that says so."""
    affine = np.zeros((4, 4))
    affine[3, 3] = 1
    for axis, world in enumerate(order):
        step = -SPACING[world] if flips[world] else SPACING[world]
        affine[world, axis] = step
        affine[world, 3] = SPACING[world] * (values.shape[world] - 1) if flips[world] else 0
    turned = values[tuple(slice(None, None, -1 if flip else None) for flip in flips)]
    return turned.transpose(order), affine


@pytest.fixture(params=[*product(permutations(range(3)), product([False, True], repeat=3))], ids=str)
def volume(request):
    order, flips = request.param
    labels, affine = stored(anatomy_ras(), order, flips)
    return faced(labels, affine, stored(hu_ras(), order, flips)[0])


def middle_of(shown: np.ndarray, label: int) -> tuple[float, float]:
    colour = palette()[colour_of(label)]
    rows, columns = np.nonzero((shown == colour).all(axis=-1))
    assert rows.size, f"nothing of label {label} is seen"
    return rows.mean(), columns.mean()


def test_every_orientation_shows_the_same_patient(volume):
    assert (volume.labels == anatomy_ras()).all() and volume.spacing == SPACING
    axial = pixels(picture(volume, "axial", fullest(volume, "axial", [1]), SOFT_WINDOW))
    coronal = pixels(picture(volume, "coronal", fullest(volume, "coronal"), SOFT_WINDOW))
    assert middle_of(axial, 1)[1] < middle_of(axial, 2)[1], "the patient's right is at the left"
    assert middle_of(coronal, 1)[1] < middle_of(coronal, 2)[1]
    assert middle_of(coronal, 1)[0] < middle_of(coronal, 3)[0], "the head is up: lungs above the liver"
    white = (axial == 255).all(axis=-1)
    assert white[: len(white) // 2].sum() > white[len(white) // 2 :].sum(), "the marker at the front is up"


def test_squares_of_the_patient_are_squares_of_the_picture():
    volume = faced(anatomy_ras(), np.diag([*SPACING, 1]), hu_ras())
    coronal = pixels(picture(volume, "coronal", 15, SOFT_WINDOW))
    x, z = (n * mm for n, mm in zip((40, 24), (2.0, 4.0), strict=True))
    assert max(coronal.shape[:2]) == SIDE
    assert coronal.shape[0] / coronal.shape[1] == pytest.approx(z / x, rel=0.02)


def test_an_oblique_volume_is_shown_by_its_nearest_axes():
    turn = np.radians(20)
    affine = np.diag([*SPACING, 1.0])
    rotation = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    affine[:2, :2] = np.array(rotation) @ np.diag([-2.0, -2.0])
    volume = faced(anatomy_ras()[::-1, ::-1], affine)
    assert (volume.labels == anatomy_ras()).all()
    assert volume.spacing == pytest.approx(SPACING)


def test_shades_follow_the_window_and_outlines_leave_the_inside_visible():
    volume = faced(anatomy_ras(), np.diag([*SPACING, 1]), hu_ras())
    shown = pixels(picture(volume, "axial", 5, (-100, 300)))
    rows, columns = middle_of(shown, 3)
    inside = shown[round(rows), round(columns)]
    assert inside[0] == inside[1] == inside[2]
    assert inside[0] == pytest.approx(255 * (110 + 100) / 400, abs=2)
    assert (shown[0, 0] == 0).all(), "air below the window is black"


def test_masks_alone_are_filled_and_show_nothing_of_the_volume():
    shown = pixels(picture(faced(anatomy_ras(), np.diag([*SPACING, 1])), "axial", 15, SOFT_WINDOW))
    colours = {tuple(colour) for colour in shown.reshape(-1, 3).tolist()}
    assert colours == {(0, 0, 0), *(tuple(palette()[colour_of(label)].tolist()) for label in (1, 2))}


def test_the_fullest_slice_and_what_is_in_it():
    volume = faced(anatomy_ras(), np.diag([*SPACING, 1]))
    assert 2 <= fullest(volume, "axial", [3]) < 9
    assert fullest(volume, "axial", [99]) == 12, "the middle where a label is nowhere"
    assert sorted(seen(volume, "axial", 15)) == [1, 2]
    assert seen(volume, "axial", 5) == [3]


def test_colours_of_many_labels_are_never_shades():
    for label in (1, 7, 104, 255, 1000):
        assert colour_of(label) >= GREY_LEVELS
        assert len(css_colour(label)) == 7
