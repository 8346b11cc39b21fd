"""A small corpus of sentences on which two annotators differ: the rules, and a model that names first words."""

from pathlib import Path
from typing import Any

from builders.api import build
from tests.annotators.llm.scripted import Scripted


def make_disputed(folder: Path, script: Scripted, **more: Any) -> Path:
    """A build of rate-ner in `folder / "out"`, or the same made anew; `script` is served."""
    settings = {
        "annotators": f"rules,llm:first@{script.url}",
        "answers": str(folder / "answers"),
        "conflicts": "review",
    }
    build("rate-ner", sources={"synthetic": "30"}, out=folder / "out", workers=0, settings={**settings, **more})
    return folder / "out"
