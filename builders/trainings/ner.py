"""`medmill train ner`: a recogniser of entities, learnt from a labelled corpus and written to a folder."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from schemas.errors import UsageError

if TYPE_CHECKING:
    from builders.trainings.entities.fitting import Tell
    from builders.trainings.entities.making import Training
    from builders.trainings.entities.result import Result


def ner(
    *,
    data: Path,
    out: Path,
    base: str = "small",
    revision: str = "main",
    spacy: Annotated[bool, Parameter(negative="")] = False,
    epochs: int | None = None,
    learning_rate: float | None = None,
    batch: int | None = None,
    seed: int = 0,
    device: str = "auto",
    quiet: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Learn to find entities from a labelled corpus: a token classifier, or with --spacy a spaCy pipeline.

    The folder is read by `medmill annotate model`, by `transformers` or spaCy, and by the RaTEScore package. README.md
    in it tells how good the model is, training.json the same for programs. The best round on the validation split is
    kept. For example:

        medmill train ner --data corpus --out out/recogniser
        medmill train ner --data corpus --base microsoft/deberta-v3-base --out out/deberta
        medmill train ner --data corpus --spacy --out out/pipeline
        medmill annotate model --model out/recogniser --input reports.csv --id id --text findings --out entities.csv

    Args:
        data: the folder of a labelled corpus with the splits train, validation and, to be measured, test (train.tsv,
            devel.tsv, test.tsv in CoNLL's columns, say; .gz too).
        out: the folder to write; it must not be there, or be empty.
        base: `small`, a net that starts from nothing and learns in minutes on processors; or a pretrained encoder: a
            folder, or an id of the Hub.
        revision: of the Hub.
        spacy: a spaCy pipeline instead, which learns from nothing too.
        epochs: rounds at most; of the base's own recipe where not given, like the next two.
        learning_rate: the highest.
        batch: texts learnt at once.
        seed: of weights and order; the same seed gives the same weights on one machine with one number of threads.
        device: auto, cpu, cuda, cuda:1.
        quiet: no progress.
        as_json: print one JSON object with the figures.
    """
    from builders.ner_formats.corpus import read
    from builders.trainings.entities.corpus import corpus
    from builders.trainings.entities.making import made
    from releases.drafts import drafted_folder

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out}: is there already; name another --out, or remove it")
    given = {"epochs": epochs, "learning_rate": learning_rate, "batch": batch}
    training = _training(
        base, revision, seed, device, {name: own for name, own in given.items() if own is not None}, spacy
    )
    held = corpus(read(data), data)
    with drafted_folder(out.absolute()) as draft, _progress(quiet) as tell:
        result = made(training, held, draft, out.absolute().name, tell)
    if as_json:
        print(json.dumps({"out": str(out), **result.figures()}, indent=2))
    else:
        _show(result, out)


def _training(
    base: str, revision: str, seed: int, device: str, given: dict[str, int | float], spacy: bool
) -> "Training":
    from builders.trainings.entities.bases import recipe_of
    from builders.trainings.entities.spacy_training import SpacyTraining
    from builders.trainings.entities.transformer import TransformerTraining

    if any(value <= 0 for value in given.values()):
        raise UsageError("--epochs, --learning-rate and --batch are greater than 0")
    if not spacy:
        return TransformerTraining(base, revision, replace(recipe_of(base), **given), seed=seed, device=device)
    if given or base != "small" or device not in ("auto", "cpu"):
        raise UsageError(
            "--spacy goes by spaCy's settings: leave out --base, --epochs, --learning-rate, --batch, --device"
        )
    return SpacyTraining(seed=seed)


@contextmanager
def _progress(quiet: bool) -> Iterator["Tell"]:
    """A bar on standard error, with the best F1 so far."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    best = TextColumn("best F1 on validation {task.fields[best]:.3f}")
    columns = ("Training", BarColumn(), "{task.percentage:>3.0f}%", best, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as shown:
        task = shown.add_task("", total=1.0, best=0.0)
        yield lambda done, found: shown.update(task, completed=done, best=found)


def _show(result: "Result", out: Path) -> None:
    for split, scores in result.scores.items():
        types = ", ".join(f"{name} {own.f1:.3f}" for name, own in scores.types.items())
        print(f"{split}: F1 {scores.micro.f1:.3f} (macro {scores.macro_f1:.3f}; {types})")
    print(f"written to {out} in {result.seconds:.0f} s; {out / 'README.md'} tells more")
