"""What is planted in a phantom: where, how large, and the voxels that show it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from builders.sources.grammar.words import Dice
from builders.sources.phantom.body import FAT, MEDIASTINAL, Body, structures
from builders.sources.phantom.shapes import Canvas, ellipsoid

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOBES: Final = {
    "right upper lobe": "lung_upper_lobe_right", "right middle lobe": "lung_middle_lobe_right",
    "right lower lobe": "lung_lower_lobe_right", "left upper lobe": "lung_upper_lobe_left",
    "left lower lobe": "lung_lower_lobe_left",
}  # fmt: skip
"""Nodes of schemas/anatomy.tsv and the segmenter's names."""


@dataclass(frozen=True)
class Plant:
    """One finding: a canonical term, the node it is in, its side ("" where none) and its size in mm (0 where none)."""

    concept: str
    node: str
    side: str = ""
    size: int = 0


@dataclass(frozen=True)
class Kind:
    """How one concept is planted: where it may be, how large, and whether it lies in the abdomen, cut in some scans."""

    concept: str
    nodes: tuple[str, ...]
    sizes: tuple[int, int] = (0, 0)
    abdominal: bool = False


_SIDED: Final = ("left", "right")
KINDS: Final = (
    Kind("nodule", tuple(LOBES), (8, 24)),
    Kind("pleural effusion", ("left pleura", "right pleura"), (14, 40)),
    Kind("pericardial effusion", ("pericardium",), (6, 14)),
    Kind("consolidation", tuple(LOBES)),
    Kind("atelectasis", ("right lower lobe", "left lower lobe")),
    Kind("ground glass opacity", tuple(LOBES)),
    Kind("emphysema", ("lung upper lobe",)),
    Kind("cardiomegaly", ("heart",)),
    Kind("coronary artery calcification", ("coronary artery",)),
    Kind("atherosclerotic calcification", ("aortic arch",)),
    Kind("hiatal hernia", ("esophagus",)),
    Kind("lymphadenopathy", ("mediastinal tissue",), (12, 24)),
    Kind("cyst", ("liver", "left kidney", "right kidney"), (10, 30), abdominal=True),
    Kind("kidney stone", ("left kidney", "right kidney"), (6, 14), abdominal=True),
    Kind("gallstone", ("gallbladder",), (8, 18), abdominal=True),
    Kind("fracture", tuple(f"thoracic vertebrae {number} (t{number})" for number in range(5, 13))),
)


WIDE: Final = (
    "emphysema", "pleural effusion", "pericardial effusion", "ground glass opacity", "consolidation", "atelectasis",
)  # fmt: skip
"""Findings that change a whole region, in the order in which they are planted; the others come after them."""


def drawn(dice: Dice, *, whole: bool, share: float) -> list[Plant]:
    """The findings of a scan: each concept with this chance, in one place; `whole`: the abdomen is in view."""
    kinds = [kind for kind in KINDS if dice.chance(share) and (whole or not kind.abdominal)]
    return [_plant(dice, kind) for kind in kinds]


def _plant(dice: Dice, kind: Kind) -> Plant:
    node = dice.pick(kind.nodes)
    side = next((side for side in _SIDED if node.startswith(side)), "")
    low, high = kind.sizes
    return Plant(kind.concept, node, side, dice.number(low, high))


def planted(body: Body, plants: Sequence[Plant], dice: Dice) -> None:
    """Change the voxels of a painted body, what is wide before what it would hide.

    An enlarged heart is of the body's shape already.
    """
    for plant in sorted(plants, key=lambda plant: WIDE.index(plant.concept) if plant.concept in WIDE else len(WIDE)):
        if plant.concept in _PAINTERS:
            _PAINTERS[plant.concept](body, plant, dice)


def _nodule(body: Body, plant: Plant, dice: Dice) -> None:
    _blob(body.canvas, _label(LOBES[plant.node]), plant.size / 2, 40, dice)


def _consolidation(body: Body, plant: Plant, dice: Dice) -> None:
    _blob(body.canvas, _label(LOBES[plant.node]), 24, 30, dice)


def _ground_glass(body: Body, plant: Plant, dice: Dice) -> None:
    _blob(body.canvas, _label(LOBES[plant.node]), 20, -560, dice)


def _cyst(body: Body, plant: Plant, dice: Dice) -> None:
    name = "liver" if plant.node == "liver" else f"kidney_{plant.side}"
    _blob(body.canvas, _label(name), plant.size / 2, 4, dice)


def _kidney_stone(body: Body, plant: Plant, dice: Dice) -> None:
    _blob(body.canvas, _label(f"kidney_{plant.side}"), plant.size / 2, 700, dice)


def _gallstone(body: Body, plant: Plant, dice: Dice) -> None:
    _blob(body.canvas, _label("gallbladder"), plant.size / 2, 180, dice)


def _blob(canvas: Canvas, label: int, radius: float, hu: float, dice: Dice) -> None:
    """A ball within a structure, as deep in it as there is room; its voxels stay the structure's."""
    voxels = np.argwhere(canvas.labels == label)
    if not len(voxels):
        return
    step = np.array(canvas.spacing)
    reach = np.ceil(radius * 0.8 / step).astype(int)
    room = np.ones(len(voxels), bool)
    for axis in range(3):
        for sign in (-1, 1):
            moved = voxels.copy()
            moved[:, axis] = np.clip(moved[:, axis] + sign * reach[axis], 0, canvas.labels.shape[axis] - 1)
            room &= canvas.labels[tuple(moved.T)] == label
    chosen = voxels[room] if room.any() else voxels
    centre = chosen[int(dice.throw() * len(chosen))] * step + canvas.origin
    window, inside = ellipsoid(canvas, tuple(centre), (radius,) * 3)
    canvas.paint(window, inside & (canvas.labels[window] == label), hu, None)


def _pleural_effusion(body: Body, plant: Plant, dice: Dice) -> None:
    """Fluid behind the lung: the voxels of the lowest places of a patient who lies on the back."""
    names = [name for name in LOBES.values() if name.endswith(plant.side)]
    lung = np.isin(body.canvas.labels, [_label(name) for name in names])
    depth = round(plant.size / body.canvas.spacing[1])
    behind = lung & (np.cumsum(lung, axis=1) <= depth)
    low = np.zeros_like(lung)
    low[:, :, : lung.shape[2] * 2 // 3] = True
    body.canvas.paint((slice(None),) * 3, behind & low, 6, 0)


def _pericardial_effusion(body: Body, plant: Plant, dice: Dice) -> None:
    canvas, grown = body.canvas, body.shape.heart
    radii = (54 * grown + plant.size, 46 * grown + plant.size, 46 * grown + plant.size)
    window, inside = ellipsoid(canvas, body.at(-16, 22, 152), body.at(*radii))
    lungs = [_label(name) for name in LOBES.values()]
    around = inside & (np.isin(canvas.labels[window], lungs) | (canvas.hu[window] == MEDIASTINAL))
    canvas.paint(window, around, 10, 0)


def _atelectasis(body: Body, plant: Plant, dice: Dice) -> None:
    lobe = body.canvas.labels == _label(LOBES[plant.node])
    heights = np.flatnonzero(lobe.any(axis=(0, 1)))
    if len(heights):
        band = np.zeros_like(lobe)
        middle = int(heights[0] + len(heights) * 0.4)
        band[:, :, middle : middle + 2] = True
        body.canvas.paint((slice(None),) * 3, lobe & band, 10, None)


def _emphysema(body: Body, plant: Plant, dice: Dice) -> None:
    upper = np.isin(body.canvas.labels, [_label(LOBES[f"{side} upper lobe"]) for side in _SIDED])
    body.canvas.paint((slice(None),) * 3, upper, -950, None)


def _on_the_heart(body: Body, plant: Plant, dice: Dice) -> None:
    heart, grown = _label("heart"), body.shape.heart
    for x, y, z in ((-30, 58, 168), (-38, 56, 156), (2, 62, 160)):
        where = body.at(-16 + (x + 16) * grown, 22 + (y - 22) * grown * 0.9, z)
        window, inside = ellipsoid(body.canvas, where, (5, 5, 5))
        body.canvas.paint(window, inside & (body.canvas.labels[window] == heart), 650, None)


def _in_the_arch(body: Body, plant: Plant, dice: Dice) -> None:
    aorta = _label("aorta")
    for where in ((6, 10, 248), (-8, -4, 252), (-24, -30, 240)):
        window, inside = ellipsoid(body.canvas, body.at(*where), (7, 7, 7))
        body.canvas.paint(window, inside & (body.canvas.labels[window] == aorta), 600, None)


def _hiatal_hernia(body: Body, plant: Plant, dice: Dice) -> None:
    body.ball("stomach", (-10, -26, 116), (18, 16, 18))


def _node(body: Body, plant: Plant, dice: Dice) -> None:
    window, inside = ellipsoid(body.canvas, body.at(24, -14, 236), (plant.size / 2,) * 3)
    body.canvas.paint(window, inside & (body.canvas.labels[window] == 0), 45, 0)


def _fracture(body: Body, plant: Plant, dice: Dice) -> None:
    """The upper half of the body of a vertebra is gone."""
    level = plant.node.rpartition("(")[2].rstrip(")").upper()
    window, inside = ellipsoid(body.canvas, body.at(0, -52, body.shape.height(level) + 6), body.at(20, 10, 6), power=6)
    vertebra = body.canvas.labels[window] == _label(f"vertebrae_{level}")
    body.canvas.paint(window, inside & vertebra, FAT, 0)


_PAINTERS: Final[dict[str, Callable[[Body, Plant, Dice], None]]] = {
    "nodule": _nodule,
    "pleural effusion": _pleural_effusion,
    "pericardial effusion": _pericardial_effusion,
    "consolidation": _consolidation,
    "atelectasis": _atelectasis,
    "ground glass opacity": _ground_glass,
    "emphysema": _emphysema,
    "coronary artery calcification": _on_the_heart,
    "atherosclerotic calcification": _in_the_arch,
    "hiatal hernia": _hiatal_hernia,
    "lymphadenopathy": _node,
    "cyst": _cyst,
    "kidney stone": _kidney_stone,
    "gallstone": _gallstone,
    "fracture": _fracture,
}


def _label(name: str) -> int:
    return structures()[name][0]


def without(canvas: Canvas, name: str) -> None:
    """Take an organ out; fat lies in its place."""
    gone: NDArray[np.bool_] = canvas.labels == _label(name)
    canvas.paint((slice(None),) * 3, gone, FAT, 0)
