"""The rules annotator against labels of others: precision, recall and F1 per label, micro and macro.

    python benchmarks/annotator_f1.py [--quick]

Open-i (13 findings, 3,080 reports) and CT-RATE (18 abnormalities, 800 reports). Halves by a hash of the id: label
sets were chosen on the first, the second only checks them. Beside it the cheapest competitors: one regular expression
per label with a crude negation rule; TF-IDF with logistic regression, five-fold, so every report is unseen.
`--quick`: no logistic regression.
"""

import argparse
import re
import time
from typing import Any

import numpy as np
import polars as pl
from labelled_reports import Labelled, ct_rate, openi

CRUDE = {
    "openi13": {
        "Atelectasis": "atelecta",
        "Cardiomegaly": r"cardiomegaly|(heart|cardiac)[^.]{0,40}enlarged|enlarged[^.]{0,20}(heart|cardiac)",
        "Effusion": "effusion",
        "Infiltration": "infiltrat",
        "Mass": r"\bmass(es)?\b",
        "Nodule": "nodul",
        "Pneumonia": "pneumonia",
        "Pneumothorax": "pneumothora",
        "Consolidation": "consolidat",
        "Edema": "edema",
        "Emphysema": "emphysem",
        "Fibrosis": "fibrosis|fibrotic",
        "Pleural_Thickening": r"pleural[^.]{0,20}thicken",
    },
    "ctrate18": {
        "Medical material": r"catheter|stent|pacemaker|sternotomy|prosthe|\btube\b|\bport\b|clips?\b",
        "Arterial wall calcification": r"(aort|arter)[^.]{0,60}(calc|ather|plaq)|(calc|plaq)[^.]{0,40}(aort|arter)",
        "Cardiomegaly": r"cardiomegaly|heart[^.]{0,40}(increased|enlarged)|increased in favou?r of the heart",
        "Pericardial effusion": r"pericardial[^.]{0,30}(effusion|fluid)",
        "Coronary artery wall calcification": r"coronary",
        "Hiatal hernia": r"hiatal hernia|hiatus hernia",
        "Lymphadenopathy": r"lymphadenopath|lymph nodes?",
        "Emphysema": "emphysem",
        "Atelectasis": "atelecta",
        "Lung nodule": "nodul",
        "Lung opacity": r"ground.glass|opacit|consolidat",
        "Pulmonary fibrotic sequela": r"sequela|fibrotic|fibrosis",
        "Pleural effusion": r"pleural[^.]{0,30}(effusion|fluid)",
        "Mosaic attenuation pattern": "mosaic",
        "Peribronchial thickening": r"peribronchial|bronchial wall thicken",
        "Consolidation": "consolidat",
        "Bronchiectasis": "bronchiecta",
        "Interlobular septal thickening": "septal thicken",
    },
}
WIDE: dict[str, Any] = {
    "tbl_rows": -1,
    "tbl_cols": -1,
    "float_precision": 3,
    "fmt_str_lengths": 100,
    "tbl_width_chars": 220,
    "tbl_formatting": "MARKDOWN",
    "tbl_hide_dataframe_shape": True,
    "tbl_hide_column_data_types": True,
}
BEFORE = re.compile(r"\b(no|without|free of|negative for|absence of|resolved)\b", re.IGNORECASE)
BEHIND = re.compile(r"\bnot\b|n't|\bresolved\b|\bnormal\b", re.IGNORECASE)


def crude(data: Labelled) -> np.ndarray:
    """A label holds if its expression stands in a sentence without negation before it or "not" behind it."""
    patterns = [re.compile(CRUDE[data.label_set][name], re.IGNORECASE) for name in data.names]
    cut = [re.split(r"(?<=[.;])\s+", text) for text in data.texts]
    return np.array([[any(affirmed(p, s) for s in sentences) for p in patterns] for sentences in cut])


def affirmed(pattern: re.Pattern[str], sentence: str) -> bool:
    found = pattern.search(sentence)
    return bool(found) and not BEFORE.search(sentence[: found.start()]) and not BEHIND.search(sentence[found.end() :])


def rules(data: Labelled) -> np.ndarray:
    from annotators.labels import project
    from annotators.rules import Findings

    made = project(Findings().annotate(data.passages), data.labels["report"], data.label_set)
    return made.select(data.names).to_numpy().astype(bool)


def logistic(data: Labelled) -> np.ndarray:
    """One-versus-rest logistic regression on word 1- and 2-grams, trained on the other four folds."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    texts, truth = np.array(data.texts, dtype=object), data.labels.select(data.names).to_numpy()
    guessed = np.zeros(truth.shape, dtype=bool)
    for train, test in KFold(5, shuffle=True, random_state=0).split(texts):
        regression = LogisticRegression(C=10, class_weight="balanced", max_iter=1000)
        model = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), OneVsRestClassifier(regression)
        )
        guessed[test] = model.fit(texts[train], truth[train]).predict(texts[test])
    return guessed


def f1(truth: np.ndarray, guess: np.ndarray, axis: int | None = 0) -> np.ndarray:
    """Per column (`axis=0`), or over all cells (`None`)."""
    both = 2 * (truth & guess).sum(axis=axis)
    return both / np.maximum(truth.sum(axis=axis) + guess.sum(axis=axis), 1)


def table(data: Labelled, truth: np.ndarray, guesses: dict[str, np.ndarray]) -> pl.DataFrame:
    guess, second = guesses["rules"], data.second_half
    hit = (truth & guess).sum(axis=0)
    columns: dict[str, object] = {
        "label": data.names,
        "rows": truth.sum(axis=0),
        "precision": hit / np.maximum(guess.sum(axis=0), 1),
        "recall": hit / np.maximum(truth.sum(axis=0), 1),
        "F1": f1(truth, guess),
        "first half": f1(truth[~second], guess[~second]),
        "second half": f1(truth[second], guess[second]),
    }
    columns |= {name: f1(truth, other) for name, other in guesses.items() if name != "rules"}
    return pl.DataFrame(columns)


def show(data: Labelled, quick: bool) -> None:
    truth, second = data.labels.select(data.names).to_numpy().astype(bool), data.second_half
    start = time.perf_counter()
    guesses = {"rules": rules(data), "regex": crude(data)}
    if not quick:
        guesses["TF-IDF + LR"] = logistic(data)
    with pl.Config(**WIDE):
        print(
            f"\n{data.label_set}: {len(truth)} reports, {time.perf_counter() - start:.1f} s",
            table(data, truth, guesses),
            sep="\n",
        )
    for name, guess in guesses.items():
        parts = {"all": slice(None), "first half": ~second, "second half": second}
        told = [
            f"{part}: micro {f1(truth[rows], guess[rows], None):.3f} macro {f1(truth[rows], guess[rows]).mean():.3f}"
            for part, rows in parts.items()
        ]
        print(f"{name:12} {'   '.join(told)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    for data in (openi(), ct_rate()):
        show(data, quick)


if __name__ == "__main__":
    main()
