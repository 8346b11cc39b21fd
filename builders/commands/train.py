"""`medmill train`: names of trainings only; each is imported when it is called."""

from cyclopts import App

TRAININGS = {
    "medical-text": "The filter for medical text, from the passages that lie beside it.",
    "ner": "A recogniser of entities on a labelled corpus: a token classifier, or a spaCy pipeline.",
    "segmenter": "A small net on phantoms, in the place of TotalSegmentator's: for trying things out.",
}
"""Sub-commands, each the function of its name in `builders/trainings/<name>.py`, and what they are for."""

_LIST = "\n\n".join(f"{name}: {what}" for name, what in TRAININGS.items())
train = App(name="train", help=f"Train a model on the spot.\n\n{_LIST}")
for _name in TRAININGS:
    _function = _name.replace("-", "_")
    train.command(f"builders.trainings.{_function}:{_function}", name=_name)
