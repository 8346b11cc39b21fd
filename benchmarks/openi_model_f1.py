"""A recogniser trained on RaTE-NER made of Open-i, against the rules that labelled it: report-level F1 of 13 findings.

    python benchmarks/openi_model_f1.py [--engine spacy|transformers] [--model FOLDER --build FOLDER]

Sentences of all Open-i reports are labelled by the rules (`medmill build rate-ner`), a recogniser is trained on train
(`medmill train ner`), and both read the reports of validation and test, which share no text with train. A label set
wants canonical terms, which a recogniser does not give: they are those that the rules read in the same words. Whether
anything is there, and whether it is denied, is the recogniser's word; what RaTE's types do not tell apart (doubt,
history, advice) stays the rules'. Bar: micro-F1 of the rules on the same reports minus 0.02.
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

KEY = ["report", "section", "section_index"]


def medmill(*words: str) -> None:
    program = [sys.executable, "-c", "from builders.cli import main; main()", *words]
    subprocess.run(program, check=True, stdout=subprocess.DEVNULL)


def told(passages: pl.DataFrame, model: str) -> pl.DataFrame:
    """What the rules read in the passages, as far as the model finds it too, and denied where the model denies it."""
    rules = Findings().annotate(passages)
    found = spans(passages, model)
    anatomy = pl.col("type").cast(pl.String) == "Anatomy"
    pairs = rules.with_row_index("row").join(found, on=KEY, suffix="_found").filter(
        pl.col("start") < pl.col("end_found"), pl.col("start_found") < pl.col("end"),
        anatomy == (pl.col("type_found") == "Anatomy"),
    )  # fmt: skip
    shared = pl.min_horizontal("end", "end_found") - pl.max_horizontal("start", "start_found")
    best = pairs.with_columns(shared=shared).sort("row", "shared", descending=[False, True]).unique("row", keep="first")
    denied = pl.col("type_found").str.starts_with("Non-")
    gone = pl.col("assertion").cast(pl.String).is_in(["absent", "resolved"])
    said = pl.when(denied).then(pl.lit("absent")).when(gone).then(pl.lit("present")).otherwise("assertion")
    return best.sort("row").with_columns(assertion=said.cast(rules.schema["assertion"]))


def spans(passages: pl.DataFrame, model: str) -> pl.DataFrame:
    """What the model finds: the passage, and start, end and type within it."""
    cut = [(row[:3], begin, row[3][begin:end]) for row in passages.select(*KEY, "text").iter_rows()
           for begin, end in split(row[3])]  # fmt: skip
    read = recognizer(model).read([sentence for *_, sentence in cut])
    rows = [
        (*passage, begin + e.start, begin + e.end, e.type)
        for (passage, begin, _), own in zip(cut, read, strict=True)
        for e in own  # pyright: ignore
    ]
    columns = {**dict(zip(KEY, (pl.String, pl.String, pl.Int32), strict=True)), "start": pl.Int32, "end": pl.Int32}
    return pl.DataFrame(rows, {**columns, "type": pl.String}, orient="row")


def labels(entities: pl.DataFrame, data: Labelled) -> np.ndarray:
    return project(entities, data.labels["report"], data.label_set).select(data.names).to_numpy().astype(bool)


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
    guesses = {
        "rules": labels(Findings().annotate(data.passages), data),
        "rules, as told": labels(told(data.passages, "rules"), data),
        model.partition(":")[0]: labels(told(data.passages, model), data),
    }
    print(f"{held.sum()} reports of validation and test of {len(held)} with labels")
    print("| | held out, micro | macro | all, micro |\n|---|---|---|---|")
    for name, guess in guesses.items():
        micro, macro = f1(truth[held], guess[held], None), f1(truth[held], guess[held]).mean()
        print(f"| {name} | {micro:.3f} | {macro:.3f} | {f1(truth, guess, None):.3f} |")


if __name__ == "__main__":
    main()
