"""A phantom chest: organs as plain solids where patients have them, with the labels of TotalSegmentator's `total`.

Proportions are of no atlas: they are simple, differ from patient to patient, and keep what a test needs to be true: the
liver on the right, the heart's tip on the left, five lobes, and a number for every rib and vertebra.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from builders.sources.phantom.shapes import Canvas, Point, beads, ellipsoid, tube

if TYPE_CHECKING:
    from numpy.typing import NDArray

AIR, FAT, MUSCLE, MEDIASTINAL, BONE_MARROW = -1000, -100, 50, -70, 150
LEVELS: Final = {
    "L2": 10, "L1": 36, "T12": 61, "T11": 85, "T10": 108, "T9": 131, "T8": 153, "T7": 175, "T6": 196, "T5": 217,
    "T4": 237, "T3": 256, "T2": 274, "T1": 292, "C7": 309,
}  # fmt: skip
"""Vertebrae and the height of their middle, in mm above the lowest slice of an uncut phantom."""
SIDES: Final = {"right": 1, "left": -1}
HEIGHT: Final = 330.0
"""Of an uncut phantom, in mm."""


@dataclass(frozen=True)
class Shape:
    """What differs between patients. `size`: all lengths. `heart`: of the heart alone. `low`, `high`: the slices that
    the field of view holds, as shares of the height; `step`: spacing in mm along x, y, z. `spine`: by how many mm the
    vertebrae and ribs lie higher than usual beside the organs; `fissure`: likewise the oblique fissures, so that lower
    lobes are larger."""

    size: float = 1.0
    heart: float = 1.0
    low: float = 0.0
    high: float = 1.0
    step: Point = (3.0, 3.0, 3.0)
    spine: float = 0.0
    fissure: float = 0.0

    def height(self, level: str) -> float:
        """Of the middle of a vertebra, in mm of a patient of size 1."""
        return LEVELS[level] + self.spine


@cache
def structures() -> dict[str, tuple[int, float]]:
    """Label and HU by the segmenter's name."""
    lines = Path(__file__).with_name("structures.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {name: (int(value), float(hu)) for value, name, hu in (line.split("\t") for line in lines)}


def blank(shape: Shape) -> Canvas:
    """Air, with room for the body."""
    width, depth = 336.0 * shape.size, 252.0 * shape.size
    low, high = shape.low * HEIGHT * shape.size, shape.high * HEIGHT * shape.size
    counts = [round(length / step) for length, step in zip((width, depth, high - low), shape.step, strict=True)]
    origin = (-width / 2, -depth / 2 - 5, low)
    return Canvas(np.zeros(counts, np.uint8), np.full(counts, AIR, np.float32), origin, shape.step)


class Body:
    """Paints one patient; later organs lie over earlier ones."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.canvas = blank(shape)

    def painted(self) -> Canvas:
        """The whole body without findings."""
        self._trunk()
        self._lungs()
        self._abdomen()
        self._heart_and_vessels()
        self._airways()
        self._skeleton()
        return self.canvas

    def at(self, *point: float) -> Point:
        """A place given for a patient of size 1."""
        x, y, z = (value * self.shape.size for value in point)
        return x, y, z

    def ball(self, name: str | None, centre: Point, radii: Point, hu: float | None = None, power: float = 2.0) -> None:
        """An ellipsoid of a structure, or of an unnamed tissue."""
        window, inside = ellipsoid(self.canvas, self.at(*centre), self.at(*radii), power=power)
        self._paint(name, window, inside, hu)

    def line(self, name: str | None, radius: float, *points: Point, hu: float | None = None) -> None:
        """A tube of a structure."""
        window, inside = tube(self.canvas, [self.at(*point) for point in points], radius * self.shape.size)
        self._paint(name, window, inside, hu)

    def _paint(
        self, name: str | None, window: tuple[slice, ...], inside: "NDArray[np.bool_]", hu: float | None
    ) -> None:
        label, usual = structures()[name] if name else (0, MUSCLE)
        self.canvas.paint(window, inside, usual if hu is None else hu, label)

    def _trunk(self) -> None:
        everything = (slice(None), slice(None), slice(None))
        x, y, _ = self.canvas.places(self.canvas.window((-1e4,) * 3, (1e4,) * 3))
        for radii, hu in (((155, 108), FAT), ((144, 98), MUSCLE)):
            wide, deep = (radius * self.shape.size for radius in radii)
            inside = np.broadcast_to((x / wide) ** 2 + (y / deep) ** 2 <= 1, self.canvas.hu.shape)
            self.canvas.paint(everything, inside, hu, 0)

    def _lungs(self) -> None:
        for side, sign in SIDES.items():
            window, inside = ellipsoid(self.canvas, self.at(sign * 68, -4, 195), self.at(54, 84, 118), power=2.4)
            x, y, z = (line / self.shape.size for line in self.canvas.places(window))
            dome = (112 if sign > 0 else 104) + 26 * (1 - ((x - sign * 66) / 60) ** 2 - (y / 90) ** 2)
            inside = inside & (z > dome)
            lower = z < 186 + self.shape.fissure - 0.85 * y
            parts = {f"lung_lower_lobe_{side}": lower, f"lung_upper_lobe_{side}": ~lower}
            if sign > 0:
                middle = ~lower & (z < 182 + self.shape.fissure / 2) & (y > -200)
                parts = {f"lung_lower_lobe_{side}": lower, "lung_middle_lobe_right": middle,
                         f"lung_upper_lobe_{side}": ~lower & ~middle}  # fmt: skip
            for name, part in parts.items():
                self._paint(name, window, inside & part, None)
        self.ball(None, (0, -8, 215), (30, 62, 125), MEDIASTINAL, power=3)

    def _abdomen(self) -> None:
        self.ball(None, (0, 0, 40), (125, 82, 90), FAT, power=3)
        self._under_the_domes("liver", (58, 12, 78), (82, 72, 58))
        self.ball("stomach", (-58, 34, 66), (42, 34, 40))
        self._under_the_domes("spleen", (-94, -42, 74), (27, 36, 40))
        for side, sign in SIDES.items():
            self.ball(f"kidney_{side}", (sign * 60, -52, 22 if sign > 0 else 30), (24, 21, 44))
            self.ball(f"adrenal_gland_{side}", (sign * 34, -44, 66 if sign > 0 else 74), (8, 6, 13))
        self.line("pancreas", 10, (34, 12, 34), (0, 6, 44), (-52, -6, 58))
        self.ball("gallbladder", (62, 62, 40), (14, 14, 24))

    def _under_the_domes(self, name: str, centre: Point, radii: Point) -> None:
        """Where the lungs are not."""
        window, inside = ellipsoid(self.canvas, self.at(*centre), self.at(*radii))
        self._paint(name, window, inside & (self.canvas.labels[window] == 0), None)

    def _heart_and_vessels(self) -> None:
        grown = self.shape.heart
        self.ball("heart", (-16, 22, 152), (54 * grown, 46 * grown, 46 * grown))
        self.ball("atrial_appendage_left", (-44, 4, 192), (12, 10, 10))
        for sign in SIDES.values():
            self.line("pulmonary_vein", 6, (sign * 12 - 8, -14, 178), (sign * 42, -22, 182))
        self.line("inferior_vena_cava", 10, (24, -24, -20), (22, -22, 60), (16, -4, 128))
        self.line("superior_vena_cava", 8, (22, 8, 190), (24, 10, 258))
        self.line("brachiocephalic_vein_left", 6, (-36, 14, 274), (18, 14, 262))
        self.line("brachiocephalic_vein_right", 6, (38, 8, 288), (26, 10, 262))
        self.line("brachiocephalic_trunk", 6, (8, 6, 246), (26, 0, 284))
        self.line("common_carotid_artery_right", 4.5, (26, 0, 286), (22, -2, 330))
        self.line("common_carotid_artery_left", 4.5, (-8, 0, 248), (-20, -2, 330))
        self.line("subclavian_artery_right", 5, (28, -2, 284), (60, -12, 298))
        self.line("subclavian_artery_left", 5, (-18, -14, 246), (-56, -14, 298))
        arch: tuple[Point, ...] = ((6, 16, 182), (10, 14, 215), (2, 4, 240), (-12, -16, 244), (-22, -36, 232))
        self.line("aorta", 13, *arch, (-24, -44, 200), (-22, -46, 100), (-12, -44, -20))

    def _airways(self) -> None:
        self.line("esophagus", 7, (-34, 2, 92), (-8, -24, 120), (-4, -32, 200), (0, -26, 330))
        self.line("trachea", 9, (0, -10, 222), (0, -6, 330))
        for sign in SIDES.values():
            self.line(None, 6, (0, -10, 222), (sign * 40, -14, 202), hu=AIR)
            self.ball("thyroid_gland", (sign * 15, 4, 320), (9, 9, 18))
        self.line(None, 7, (0, -6, 300), (0, -6, 330), hu=AIR)
        self.line("trachea", 7, (0, -6, 300), (0, -6, 330))

    def _skeleton(self) -> None:
        self.line("spinal_cord", 6, (0, -80, -20), (0, -80, 340))
        for level in LEVELS:
            z = self.shape.height(level)
            self.ball(f"vertebrae_{level}", (0, -58, z), (17, 14, 10.5), power=6)
            self.line(
                f"vertebrae_{level}", 3.5, (11, -66, z), (12, -84, z), (0, -92, z - 4), (-12, -84, z), (-11, -66, z)
            )
        for side, sign in SIDES.items():
            for number in range(1, 13):
                self._rib(f"rib_{side}_{number}", sign, number)
            self.line(f"clavicula_{side}", 6, (sign * 16, 78, 276), (sign * 70, 62, 290), (sign * 126, 12, 296))
            self.ball(f"scapula_{side}", (sign * 86, -74, 236), (24, 6, 54))
        self.ball("sternum", (0, 88, 212), (17, 6, 62), power=4)

    def _rib(self, name: str, sign: int, number: int) -> None:
        """From the spine round the chest: the first short and high, the last two free."""
        reach = 0.62 if number > 10 else 1.0
        turn = np.linspace(0.0, np.pi * 0.86 * reach, 160, dtype=np.float32)
        wide = {1: 78, 2: 104, 3: 122}.get(number, 136)
        x = sign * (18 + (wide - 18) * np.sin(turn) ** 0.8)
        y = -62 - 34 * np.sin(turn * 2).clip(0) + 150 * (1 - np.cos(turn)) / 2
        z = self.shape.height(f"T{number}") + 2 - (26 if number > 1 else 8) * np.sin(turn / 2) ** 2
        path = (np.stack([x, y, z], 1) * self.shape.size).astype(np.float32)
        label, hu = structures()[name]
        voxels = beads(self.canvas, path, 4.6 * self.shape.size)
        free = voxels[self.canvas.labels.reshape(-1)[voxels] == 0]
        self.canvas.labels.reshape(-1)[free] = label
        self.canvas.hu.reshape(-1)[free] = hu
