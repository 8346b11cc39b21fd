"""Volumes that the page shows: those that checks complain of, else some drawn by a seed; slices with their masks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import polars as pl

from qc.report.slices import (
    PLANES,
    Facing,
    Plane,
    css_colour,
    faced,
    fullest,
    picture,
    seen,
    window_for,
)
from qc.volumes import Volumes
from schemas.quality import VERDICTS, Outcome
from schemas.voxels import VolumeError

if TYPE_CHECKING:
    import numpy as np

MOST: Final = 6
LEGEND: Final = 8
"""Structures named below a picture, the largest in it."""


@dataclass(frozen=True)
class Case:
    """A volume to look at: why, and the mask that the complaint is about, where it is about one."""

    volume: str
    why: str
    mask: str = ""


@dataclass(frozen=True)
class Slice:
    """One picture; `legend`: (colour, name) of the largest masks in it."""

    plane: Plane
    uri: str
    legend: list[tuple[str, str]]


@dataclass(frozen=True)
class ShownVolume:
    """What the page shows of a case; `problem` says why something is missing."""

    case: Case
    structure: str = ""
    slices: list[Slice] = field(default_factory=list)
    problem: str = ""


def worst_volumes(volumes: Volumes, outcomes: Sequence[Outcome]) -> list[ShownVolume]:
    """At most `MOST` volumes, one in memory at a time."""
    return [_shown(volumes, case) for case in cases(volumes, outcomes)]


def cases(volumes: Volumes, outcomes: Sequence[Outcome]) -> list[Case]:
    """Complaints of checks, failures before warnings, each volume once; then volumes in the order of a hash."""
    known = set(volumes.ids)
    found: dict[str, Case] = {}
    for outcome in sorted(outcomes, key=lambda o: -VERDICTS.index(o.verdict)):
        named = outcome.cases if outcome.verdict != "pass" else []
        for case in (_case(known, outcome.title, words) for words in named):
            if case and len(found) < MOST:
                found.setdefault(case.volume, case)
    rest = sorted(known - set(found), key=lambda id: sha256(f"medmill/{id}".encode()).digest())
    return [*found.values(), *(Case(id, "drawn at random") for id in rest)][:MOST]


def _case(known: set[str], title: str, words: str) -> Case | None:
    """The volume or mask whose id the words of a check start with; its id may hold slashes, as may those of masks."""
    id = words.split(" ")[0].rstrip(":,;")
    for cut in _cuts(id):
        if cut in known:
            return Case(cut, f"{title}: {words}", id if id != cut else "")
    return None


def _cuts(id: str) -> Iterator[str]:
    while id:
        yield id
        id = id.rpartition("/")[0]


def _shown(volumes: Volumes, case: Case) -> ShownVolume:
    try:
        mask = volumes.mask(case.volume)
        hu, problem = _shades(volumes, case.volume, mask.values.shape)
        facing = faced(mask.values, mask.affine, hu)
        names = {label["value"]: label["name"] for label in volumes.segmentation(case.volume)["labels"]}
        structure, labels = _about(volumes, case)
        slices = [_slice(facing, plane, labels, names, window_for(structure)) for plane in PLANES]
    except VolumeError as error:
        return ShownVolume(case, problem=f"{error.reason.replace('_', ' ')}: {error.detail}")
    return ShownVolume(case, structure, slices, problem)


def _shades(volumes: Volumes, id: str, shape: tuple[int, ...]) -> "tuple[np.ndarray | None, str]":
    """The volume in HU where it may be shown and can be opened; the masks are shown without it too."""
    if volumes.open is None or not volumes.terms.shows_text():
        return None, ""
    try:
        values = volumes.hu(id).values
    except VolumeError as error:
        return None, f"{error.reason.replace('_', ' ')}: {error.detail}"
    if values.shape != shape:
        return None, f"the mask has the shape {list(shape)}, its volume {list(values.shape)}"
    return values, ""


def _about(volumes: Volumes, case: Case) -> tuple[str, list[int]]:
    """The structure that the case is about and its labels; nothing where it is about the volume."""
    if not case.mask or not volumes.build.has("masks"):
        return "", []
    rows = volumes.build.scan("masks", ["id", "structure", "labels"]).filter(pl.col("id") == case.mask).collect()
    return (rows["structure"][0], rows["labels"][0].to_list()) if rows.height else ("", [])


def _slice(
    facing: Facing, plane: Plane, labels: Sequence[int], names: dict[int, str], window: tuple[float, float]
) -> Slice:
    place = fullest(facing, plane, labels)
    legend = [(css_colour(label), names.get(label, f"label {label}")) for label in seen(facing, plane, place)]
    return Slice(plane, picture(facing, plane, place, window), legend[:LEGEND])
