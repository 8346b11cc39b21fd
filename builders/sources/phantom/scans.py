"""Phantom patients and their scans: who has what, and how the scanner stored it; no voxel is made here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from builders.sources.grammar.words import Dice
from builders.sources.phantom.body import Shape
from builders.sources.phantom.plants import Plant, drawn

Stored = Literal["hu", "offset"]
AXES: Final = ("RAS", "LPS", "LAS")
CHANGING: Final = ("nodule", "pleural effusion", "consolidation")
VALIDATION: Final = 0.2
SHARE: Final = 0.28
"""Chance of each finding in a scan."""


@dataclass(frozen=True)
class Storage:
    """How a volume lies in its file. `axes`: anatomical directions of i, j, k; `tilt`: degrees that the whole grid is
    turned about the patient's long axis. `stored`: values are HU, or HU less the intercept. `intercept`: what the
    tables say, true or not. `padding`: stored value outside the scanned circle, None for none."""

    axes: str = "RAS"
    tilt: float = 0.0
    stored: Stored = "hu"
    intercept: int = -1024
    padding: int | None = None

    @property
    def offset(self) -> int:
        """What makes HU of a stored value when it is added."""
        return self.intercept if self.stored == "offset" else 0


@dataclass(frozen=True)
class Scan:
    """One scan. `gone`: the gallbladder was removed; `changed`: what a former scan had, and the report compares;
    `conflict`: the impression names the wrong side of the first sided finding. `thick`: a second reconstruction."""

    id: str
    patient: str
    shape: Shape
    plants: tuple[Plant, ...]
    storage: Storage
    gone: bool = False
    changed: str = ""
    conflict: bool = False
    thick: bool = False

    @property
    def whole(self) -> bool:
        """Whether the abdomen is in view."""
        return self.shape.low == 0


@lru_cache(maxsize=4)
def scans(seed: str, count: int) -> Sequence[Scan]:
    """The first `count` scans; those of a patient follow each other, and more scans change none before them."""
    found: list[Scan] = []
    number = 0
    while len(found) < count:
        number += 1
        dice = Dice(f"{seed}/patient {number}")
        patient = f"{'valid' if dice.chance(VALIDATION) else 'train'}_{number}"
        first = _scan(Dice(f"{seed}/{patient}_a"), Dice(f"{seed}/{patient}/build"), f"{patient}_a", patient)
        found.append(first)
        if dice.chance(0.3):
            found.append(_later(Dice(f"{seed}/{patient}_b"), f"{patient}_b", first))
    return found[:count]


def _scan(dice: Dice, build: Dice, id: str, patient: str) -> Scan:
    low = dice.pick((0.0, 0.0, 0.0, 0.24))
    plants = tuple(drawn(dice, whole=low == 0, share=SHARE))
    large = any(plant.concept == "cardiomegaly" for plant in plants)
    size = 0.95 + 0.1 * dice.throw()
    shape = _built(build, Shape(size, 1.24 if large else 0.98, low, dice.pick((1.0, 1.0, 0.93))))
    gone = low == 0 and not any(plant.node == "gallbladder" for plant in plants) and dice.chance(0.12)
    sided = any(plant.side for plant in plants)
    return Scan(id, patient, shape, plants, _storage(dice), gone, "", sided and dice.chance(0.08), dice.chance(0.2))


def _built(dice: Dice, shape: Shape) -> Shape:
    """How patients differ inside, so that organs lie at several vertebrae and none of a pair is always the larger."""
    return replace(shape, spine=32 * dice.throw() - 16, fissure=60 * dice.throw() - 10)


def _later(dice: Dice, id: str, first: Scan) -> Scan:
    """The same patient later: what was there is there, and one finding is compared."""
    names = [plant.concept for plant in first.plants if plant.concept in CHANGING]
    changed = dice.pick(names) if names else ""
    return replace(first, id=id, storage=_storage(dice), changed=changed, conflict=False, thick=dice.chance(0.2))


def _storage(dice: Dice) -> Storage:
    stored: Stored = "hu" if dice.chance(0.7) else "offset"
    intercept = -8192 if dice.chance(0.3) else -1024
    padding = dice.pick((None, None, -2000, -3024)) if stored == "hu" else dice.pick((None, 0))
    return Storage(dice.pick(AXES), dice.pick((0.0, 0.0, 0.0, 5.0)), stored, intercept, padding)
