"""Where the rules annotator and the labels of others disagree, counted by cause; no text is printed.

    python benchmarks/annotator_errors.py

A label is *missed* (theirs 1, ours 0) or *extra* (ours 1, theirs 0). What our four-valued state says of it, and whether
the stem of the label stands in the text (the crude expressions of `annotator_f1.py`), give the cause.
"""

import re

import numpy as np
import polars as pl
from annotator_f1 import CRUDE, WIDE, crude
from labelled_reports import Labelled, ct_rate, openi

MISSED = "missed"
EXTRA = "extra"


def states(data: Labelled) -> tuple[np.ndarray, np.ndarray]:
    """0/1 and state per report and label."""
    from annotators.labels import project
    from annotators.rules import Findings

    made = project(Findings().annotate(data.passages), data.labels["report"], data.label_set)
    told = made.select(pl.col(f"{name}_state").cast(pl.String) for name in data.names)
    return made.select(data.names).to_numpy().astype(bool), told.to_numpy()


def causes(data: Labelled) -> pl.DataFrame:
    truth = data.labels.select(data.names).to_numpy().astype(bool)
    guess, state = states(data)
    stems = [re.compile(CRUDE[data.label_set][name], re.IGNORECASE) for name in data.names]
    stem = np.array([[bool(pattern.search(text)) for pattern in stems] for text in data.texts])
    plain, twins = crude(data), conflicting(data, truth)
    missed, extra = truth & ~guess, guess & ~truth
    kinds = {
        (MISSED, "an identical text is labelled otherwise"): missed & twins,
        (EXTRA, "an identical text is labelled otherwise"): extra & twins,
        (MISSED, "the word does not occur: no basis in the text"): missed & ~stem & (state == "not_mentioned"),
        (MISSED, "the word occurs, but not as this finding (organ, history, follow-up, not in the lexicon)"): missed
        & stem
        & (state == "not_mentioned"),
        (MISSED, "read as absent"): missed & (state == "absent"),
        (MISSED, "read as uncertain or sub-threshold, policy 0"): missed & (state == "uncertain"),
        (EXTRA, "read as uncertain or sub-threshold, policy 1"): extra & (state == "uncertain"),
        (EXTRA, "said plainly (the crude expression agrees), labelled 0"): extra & (state == "present") & plain,
        (EXTRA, "read as present by the rules only"): extra & (state == "present") & ~plain,
    }
    rest, rows = np.ones(truth.shape, dtype=bool), []
    for (side, cause), cells in kinds.items():
        rows.append({"side": side, "cause": cause, "cells": int((cells & rest).sum()), **worst(data, cells & rest)})
        rest &= ~cells
    return pl.DataFrame(rows).sort("side", "cells", descending=True)


def conflicting(data: Labelled, truth: np.ndarray) -> np.ndarray:
    """Cells whose label differs between reports of exactly the same text."""
    rows = pl.DataFrame(truth, schema=data.names).with_columns(text=pl.Series(data.texts))
    differs = rows.select((pl.col(name).n_unique().over("text") > 1) for name in data.names)
    return differs.to_numpy()


def worst(data: Labelled, cells: np.ndarray) -> dict[str, str]:
    counts = cells.sum(axis=0)
    order = np.argsort(-counts, kind="stable")[:3]
    return {"most often": ", ".join(f"{data.names[i]} {counts[i]}" for i in order if counts[i])}


def main() -> None:
    for data in (openi(), ct_rate()):
        with pl.Config(**WIDE):
            print(f"\n{data.label_set}", causes(data), sep="\n")


if __name__ == "__main__":
    main()
