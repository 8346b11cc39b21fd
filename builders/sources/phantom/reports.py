"""The report of a phantom scan: it states what was planted, denies some of what was not, and knows its own truth.

The sentences (`sentences.tsv`) were written apart from the annotator's lexicon, as a radiologist might put it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from builders.sources.grammar.words import Dice
from builders.sources.phantom.plants import KINDS, Plant
from builders.sources.phantom.scans import Scan

T = TypeVar("T")
SECTIONS: Final = ("history", "technique", "findings", "impression")
HISTORIES: Final = ("Cough for two weeks.", "Shortness of breath.", "Control examination.", "Chest pain.", "Fever.")
NOTHING: Final = "No acute finding."
_ABDOMEN: Final = frozenset(("kidneys", "pancreas", "adrenal gland", "gallbladder", "liver", "spleen"))
_NECK: Final = "thyroid gland"


@dataclass(frozen=True)
class Told:
    """What a sentence says of one finding: `assertion` is present, absent or removed; size in mm, 0 where unsaid."""

    concept: str
    node: str
    assertion: str
    side: str = ""
    size: int = 0


@dataclass(frozen=True)
class Sentence:
    """Words, the structures they speak of (none: of no structure), and what they tell."""

    text: str
    nodes: tuple[str, ...]
    told: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """A line of `sentences.tsv`."""

    kind: str
    concepts: tuple[str, ...]
    nodes: tuple[str, ...]
    text: str


@cache
def patterns() -> tuple[Pattern, ...]:
    """All lines, in the order of the file."""
    lines = Path(__file__).with_name("sentences.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return tuple(
        Pattern(kind, tuple(filter(None, concept.split(";"))), tuple(filter(None, node.split(";"))), text)
        for kind, concept, node, text in rows
    )


def report(scan: Scan, seed: str) -> dict[str, list[Sentence]]:
    """The sentences of each section, in order."""
    dice = Dice(f"{seed}/{scan.id}/report")
    technique = [_plain(dice.pick(_of("none")[:2]))]
    return {
        "history": [Sentence(dice.pick(HISTORIES), ())],
        "technique": technique,
        "findings": _findings(scan, dice),
        "impression": _impression(scan, dice),
    }


def sections(scan: Scan, seed: str) -> dict[str, tuple[str, list[tuple[int, int, Sentence]]]]:
    """Text of each section, and its sentences with start and end in characters."""
    found = {}
    for name, sentences in report(scan, seed).items():
        joint = "\n" if name == "impression" else " "
        placed, start = [], 0
        for sentence in sentences:
            placed.append((start, start + len(sentence.text), sentence))
            start += len(sentence.text) + len(joint)
        found[name] = (joint.join(sentence.text for sentence in sentences), placed)
    return found


def _findings(scan: Scan, dice: Dice) -> list[Sentence]:
    said = [_present(scan, plant, dice) for plant in scan.plants]
    if scan.gone:
        said.append(_removed(dice.pick(_of("removed"))))
    said += _denied(scan, dice)
    said += _normal(scan, dice)
    if dice.chance(0.15):
        said.append(_plain(dice.pick(_of("unassessed"))))
    if dice.chance(0.4):
        said.append(_plain(dice.pick(_of("none")[2:])))
    return _shuffled(said, dice)


def _present(scan: Scan, plant: Plant, dice: Dice) -> Sentence:
    kind = "changed" if plant.concept == scan.changed else "present"
    return _about(plant, dice.pick(_for(kind, plant)), dice)


def _about(plant: Plant, pattern: Pattern, dice: Dice) -> Sentence:
    size = plant.size if "{size}" in pattern.text else 0
    told = Told(plant.concept, plant.node, "present", plant.side, size)
    return Sentence(_filled(pattern.text, plant, dice), (plant.node,), (told,))


def _removed(pattern: Pattern) -> Sentence:
    return Sentence(pattern.text, pattern.nodes, (Told("", pattern.nodes[0], "removed"),))


def _denied(scan: Scan, dice: Dice) -> Iterator[Sentence]:
    """Denials of findings that the scan does not have, each concept at most once."""
    open_ = {kind.concept for kind in KINDS} - {plant.concept for plant in scan.plants}
    for pattern in _shuffled(list(_of("absent")), dice):
        if set(pattern.concepts) <= open_ and _in_view(scan, pattern) and dice.chance(0.5):
            open_ -= set(pattern.concepts)
            pairs = zip(pattern.concepts, pattern.nodes * len(pattern.concepts), strict=False)
            yield Sentence(pattern.text, pattern.nodes, tuple(Told(concept, node, "absent") for concept, node in pairs))


def _normal(scan: Scan, dice: Dice) -> Iterator[Sentence]:
    """Normal statements of organs in which nothing was planted, each organ at most once."""
    taken = {plant.node for plant in scan.plants} | {"aorta" for p in scan.plants if p.node == "aortic arch"}
    taken |= {"kidneys" for p in scan.plants if p.node.endswith("kidney")}
    taken |= {"vertebrae" for p in scan.plants if p.concept == "fracture"}
    taken |= {"heart" for p in scan.plants if p.node in ("pericardium", "coronary artery")}
    for pattern in _shuffled(list(_of("normal")), dice):
        if not taken & set(pattern.nodes) and _in_view(scan, pattern) and dice.chance(0.7):
            taken |= set(pattern.nodes)
            yield Sentence(pattern.text, pattern.nodes)


def _in_view(scan: Scan, pattern: Pattern) -> bool:
    if _NECK in pattern.nodes and scan.shape.high < 1:
        return False
    if scan.gone and "gallbladder" in pattern.nodes:
        return False
    return scan.whole or not _ABDOMEN & set(pattern.nodes)


def _impression(scan: Scan, dice: Dice) -> list[Sentence]:
    swapped = next((plant for plant in scan.plants if plant.side), None) if scan.conflict else None
    shown = [_other_side(plant) if plant is swapped else plant for plant in scan.plants]
    items = [_about(plant, dice.pick(_for("impression", plant)), dice) for plant in shown]
    return items or [Sentence(NOTHING, ())]


def _other_side(plant: Plant) -> Plant:
    other = {"left": "right", "right": "left"}[plant.side]
    node = plant.node.replace(plant.side, other)
    return replace(plant, side=other, node=node if "middle" not in node else "left upper lobe")


def _filled(text: str, plant: Plant, dice: Dice) -> str:
    words = {"size": str(plant.size), "side": plant.side, "Side": plant.side.capitalize(), "level": _level(plant)}
    words["lobe"] = _lobe(plant, dice) if "{lobe}" in text else ""
    filled = text.format(**words)
    return filled[0].upper() + filled[1:]


def _level(plant: Plant) -> str:
    """`T9` of `thoracic vertebrae 9 (t9)`."""
    return plant.node.rpartition("(")[2].rstrip(")").upper()


def _lobe(plant: Plant, dice: Dice) -> str:
    side, _, part = plant.node.partition(" ")
    return dice.pick((plant.node, plant.node, f"{part} of the {side} lung"))


def _plain(pattern: Pattern) -> Sentence:
    return Sentence(pattern.text, pattern.nodes)


@cache
def _of(kind: str) -> tuple[Pattern, ...]:
    return tuple(pattern for pattern in patterns() if pattern.kind == kind)


def _for(kind: str, plant: Plant) -> list[Pattern]:
    """The patterns for a concept where it is: a cyst of the liver has others than one of a kidney."""
    fitting = [pattern for pattern in _of(kind) if plant.concept in pattern.concepts]
    exact = [pattern for pattern in fitting if pattern.nodes == (plant.node,)]
    return exact or [pattern for pattern in fitting if "{" in pattern.nodes[0]] or fitting


def _shuffled(items: Sequence[T], dice: Dice) -> list[T]:
    order = sorted((dice.throw(), number) for number in range(len(items)))
    return [items[number] for _, number in order]
