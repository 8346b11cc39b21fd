"""Sentences of a grammar of five lines, with their entities, as a corpus in CoNLL's columns."""

import random
from pathlib import Path

import polars as pl

from builders.ner_formats.corpus import write
from builders.ner_formats.frames import Labelled, frame

PLACES = ("left upper lobe", "right lung", "heart", "pleura", "aorta", "spine", "left hilum", "mediastinum")
THINGS = ("nodule", "small effusion", "opacities", "calcification", "patchy consolidation", "enlarged nodes", "cyst")
ILLNESSES = ("pneumonia", "edema", "lung cancer", "emphysema", "tuberculosis")
SHAPES = (
    "There is a {Abnormality} in the {Anatomy}.",
    "No {Non-Abnormality}, no sign of {Non-Disease}.",
    "{Anatomy} and {Anatomy} are as before.",
    "{Abnormality} of the {Anatomy} ({Disease}).",
    "Compared with the prior study nothing is new.",
)
WORDS = {
    "Abnormality": THINGS,
    "Non-Abnormality": THINGS,
    "Anatomy": PLACES,
    "Disease": ILLNESSES,
    "Non-Disease": ILLNESSES,
}


def sentence(number: int, dice: random.Random) -> Labelled:
    text, entities = "", []
    for part in dice.choice(SHAPES).replace("}", "{").split("{"):
        if part in WORDS:
            words = dice.choice(WORDS[part])
            entities.append((len(text), len(text) + len(words), part))
            text += words
        else:
            text += part
    return Labelled(f"s{number}", text, entities)


def splits(train: int = 240, held: int = 40) -> dict[str, pl.DataFrame]:
    dice = random.Random("sentences")
    sizes = {"train": train, "validation": held, "test": held}
    return {name: frame(sentence(number, dice) for number in range(size)) for name, size in sizes.items()}


def corpus_folder(folder: Path, **sizes: int) -> Path:
    folder.mkdir()
    write("conll", splits(**sizes), folder)
    return folder
