"""A copy of RaTE-Eval as we take it to look like, of sentences of our own."""

import json
from pathlib import Path

import polars as pl

from schemas.rate_eval import ERROR_TYPES

REFERENCES = (
    "There is a small right pleural effusion.", "No pneumothorax.", "Cardiomegaly is present.", "The lungs are clear.",
    "Nodule in the left upper lobe.", "No acute fracture.", "Consolidation in the lingula.", "Normal chest.",
)  # fmt: skip
CANDIDATES = (
    "Small effusion of the right pleura.", "There is a pneumothorax.", "The heart is enlarged.", "Lungs are clear.",
    "Nodule in the right upper lobe.", "There is no fracture.", "No consolidation.", "Emphysema and a large mass.",
)  # fmt: skip
ERRORS = (0, 1, 0, 0, 1, 0, 2, 3)


def write_copy(folder: Path) -> Path:
    """Sentences in lists with six counts; paragraphs in objects by id with one grade, in another order."""
    for split in ("train", "test"):
        sentences, paragraphs = (folder / f"{task}_rate" for task in ("Task1_sentence", "Task2_paragraph"))
        for task in (sentences, paragraphs):
            task.mkdir(parents=True, exist_ok=True)
        (sentences / f"gt_report_{split}.json").write_text(json.dumps(REFERENCES))
        (sentences / f"similar_report_{split}.json").write_text(json.dumps(CANDIDATES))
        counts = {name: [n if place == number % 6 else 0 for number, n in enumerate(ERRORS)]
                  for place, name in enumerate(f"c{kind}" for kind in range(6))}  # fmt: skip
        pl.DataFrame({"": range(8), **counts, "could": [4, 2, 1, 2, 2, 0, 2, 4]}).write_csv(
            sentences / f"rate_{split}.csv"
        )
        ids = [f"p{number}" for number in range(8)]
        texts = [{"report": f"{text} Bones are intact."} for text in REFERENCES]
        (paragraphs / f"gt_report_{split}.json").write_text(json.dumps(dict(zip(ids, texts, strict=True))))
        others = [[text, "Bones are intact."] for text in CANDIDATES]
        (paragraphs / f"similar_report_{split}.json").write_text(json.dumps(dict(zip(ids, others, strict=True))))
        grades = pl.DataFrame({"report_id": ids[::-1], "grade": [5 - n for n in ERRORS[::-1]]})
        grades.write_csv(paragraphs / f"rate_{split}.csv")
    return folder


ERROR_COLUMNS = ",".join(f"c{kind}" for kind in range(len(ERROR_TYPES)))
SETTINGS = {"rate-eval-folder.errors": ERROR_COLUMNS, "rate-eval-folder.potential": "could"}
