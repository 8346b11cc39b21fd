"""A recogniser trained on RaTE-NER made of Open-i, against the rules that labelled it: report-level F1 of 13 findings.

    python benchmarks/openi_model_f1.py [--engine spacy|transformers] [--model FOLDER --build FOLDER]

Sentences of all Open-i reports are labelled by the rules (`medmill build rate-ner`), a recogniser is trained on train
(`medmill train ner`), and both read the reports of validation and test, which share no text with train. A label set
wants canonical terms, which a recogniser does not give: per sentence, the words of its structures and of what it says
is there, in their order, are named by the lexicon. What an entity is and whether it is denied is the recogniser's word
alone; doubt is lost, since RaTE's types have none. Bar: micro-F1 of the rules on the same reports minus 0.02.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from annotator_f1 import f1
from labelled_reports import DATA, Labelled, openi

from annotators.labels import project
from annotators.reading.sentences import split
from annotators.recognizers.choose import recognizer
from annotators.rules import Findings

SAID = ("Anatomy", "Abnormality", "Disease")


def medmill(*words: str) -> None:
    program = [sys.executable, "-c", "from builders.cli import main; main()", *words]
    subprocess.run(program, check=True, stdout=subprocess.DEVNULL)


def told(passages: pl.DataFrame, model: str) -> pl.DataFrame:
    """Passages with the words of what the model says is there, a sentence a line."""
    cut = [[text[a:b] for a, b in split(text)] for text in passages["text"]]
    sentences = list(dict.fromkeys(sentence for own in cut for sentence in own))
    read = dict(zip(sentences, recognizer(model).read(sentences), strict=True))
    lines = [". ".join(words(sentence, read[sentence]) for sentence in own) for own in cut]
    return passages.with_columns(text=pl.Series(lines, dtype=pl.String))


def words(sentence: str, found: object) -> str:
    return " ".join(sentence[e.start : e.end] for e in found if e.type in SAID)  # pyright: ignore


def labels(passages: pl.DataFrame, data: Labelled) -> np.ndarray:
    made = project(Findings().annotate(passages), data.labels["report"], data.label_set)
    return made.select(data.names).to_numpy().astype(bool)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="spacy", choices=("spacy", "transformers"))
    parser.add_argument("--build", type=Path)
    parser.add_argument("--model", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build = asked.build or Path(folder) / "build"
        model = asked.model or Path(folder) / "model"
        if not build.exists():
            medmill("build", "rate-ner", "--source", f"openi={DATA / 'openi'}", "--out", str(build), "--set",
                    "reports=4000", "--quiet")  # fmt: skip
        if not model.exists():
            more = ("--spacy",) if asked.engine == "spacy" else ()
            medmill("train", "ner", "--data", str(build), "--out", str(model), *more)
        show(build, f"{asked.engine}:{model}")


def show(build: Path, model: str) -> None:
    data = openi()
    homes = pl.read_parquet(build / "corpus" / "*.parquet", columns=["id", "split"])
    home = data.labels.join(homes, left_on="report", right_on="id", how="left", maintain_order="left")["split"]
    held = home.cast(pl.String).is_in(["validation", "test"]).fill_null(False).to_numpy()
    truth = data.labels.select(data.names).to_numpy().astype(bool)
    guesses = {"rules": labels(data.passages, data), "rules, as told": labels(told(data.passages, "rules"), data),
               model.partition(":")[0]: labels(told(data.passages, model), data)}  # fmt: skip
    print(f"{held.sum()} reports of validation and test of {len(held)} with labels")
    print("| | held out, micro | macro | all, micro |\n|---|---|---|---|")
    for name, guess in guesses.items():
        micro, macro = f1(truth[held], guess[held], None), f1(truth[held], guess[held]).mean()
        print(f"| {name} | {micro:.3f} | {macro:.3f} | {f1(truth, guess, None):.3f} |")


if __name__ == "__main__":
    main()
