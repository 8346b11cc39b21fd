"""Made-up items of every shape of task, and a build folder that holds them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from schemas.instructions import BenchItem
from schemas.manifest import Manifest
from schemas.terms import OPEN, Terms
from tests.qc.conftest import columns_of, record, write_manifest

COLUMNS = BenchItem.create_empty().schema


def letters(*texts: str) -> list[dict[str, str]]:
    return [{"mark": mark, "text": text} for mark, text in zip("ABCDEFGH", texts, strict=False)]


def numbers(*texts: str) -> list[dict[str, str]]:
    return [{"mark": str(number), "text": text} for number, text in enumerate(texts, 1)]


def words(*texts: str) -> list[dict[str, str]]:
    return [{"mark": text, "text": text} for text in texts]


def item(task: str, number: int, **told: Any) -> dict[str, Any]:
    made = {
        "id": f"{task}:made/{number}", "row": f"made/{number}", "task": task, "corpus": "made",
        "document": f"made/{number}", "split": "test", "input": f"Input {number} of {task}.", "outputs": ["yes"],
        "choices": [], "gold": [], "unanswerable": [], "licence": "cc0-1.0", "folder": "MCQA",
        "bench_id": task if task.isdecimal() else "",
        "category": "MCQA", "metric": "accuracy", "input_language": "en", "output_language": "en",
        "definition": f"Do task {task}.", "examples": [],
    }  # fmt: skip
    assert set(told) <= set(made), told
    return {**made, **told}


def frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, COLUMNS)


def choice(task: str, language: str, choices: list[dict[str, str]], answers: Sequence[str], **told: Any) -> list[Any]:
    """One item per answer, such as `B` or `A, C`."""
    both = {"input_language": language, "output_language": language, "choices": choices, **told}
    return [item(task, number, outputs=[one], gold=one.split(", "), **both) for number, one in enumerate(answers)]


ORGANS = letters("Heart", "Liver, right lobe", "Kidney", "Spleen", "None of these")
THREE = words("yes", "no", "maybe")
DISEASES = words("Bronchitis", "Acute bronchitis", "Pneumonia", "Anaemia", "cannot decide")
MARKS = words("Resisting cell death", "Inducing angiogenesis", "Avoiding immune destruction", "Cellular energetics")
NO_CHEMICAL = "There is no chemical in the text."


def every_shape() -> pl.DataFrame:
    """Several answers, options beyond D, numbers, classes, entities with commas and types, labels and texts."""
    rows = [
        *choice("57", "en", ORGANS, ["A", "B", "E", "D", "A, C"]),
        *choice("58", "zh", letters("肺炎", "心包炎", "心肌梗死", "肺栓塞", "以上都不是"), ["B", "E", "A"]),
        *choice("59", "ja", letters("逆流", "心膜炎", "心筋梗塞", "解離", "いずれでもない"), ["A, C", "E", "D"]),
        *choice("60", "fr", letters("Foie", "Rein", "Rate", "Cœur", "Aucune"), ["A, B, E", "C", "D, E"]),
        *choice("61", "ru", words("да", "нет"), ["да", "нет", "нет"]),
        *choice("129", "es", letters("Hígado", "Riñón", "Bazo", "Ninguna"), ["A", "D", "B"]),
        *choice("48", "en", numbers("Gout", "Rickets", "Scurvy"), ["3", "1", "2"], folder="", category="Knowledge"),
        *choice("124", "en", THREE, ["yes", "maybe", "no", "yes"], bench_id="123"),
        *choice("12", "en", words("yes", "no"), ["yes", "no", "no"], folder="Fact_verication",
                category="Fact Verification"),
        *choice("16", "en", words("0", "1", "2", "3"), ["0", "3", "2"], folder="Fact_verication",
                category="Fact Verification"),
        *choice("41", "en", words("entailment", "contradiction", "neutral"), ["neutral", "entailment", "contradiction"],
                folder="NLI", category="NLI"),
        *choice("117", "en", words("True", "False"), ["True", "False", "False"], folder="Clinical_outcome_prediction",
                category="Clinical Outcome Prediction"),
        *choice("130", "en", DISEASES, ["Bronchitis", "Acute bronchitis", "cannot decide"], folder="Diagnosis",
                category="Diagnosis", metric="contained"),
        item("1", 0, outputs=["women over 65, men"], gold=["women over 65", "men"], metric="contained",
             folder="Information_extraction", category="Information Extraction"),
        item("1", 1, outputs=["1.5 mg/m2"], gold=["1.5 mg/m2"], metric="contained", folder="Information_extraction",
             category="Information Extraction"),
        item("74", 0, outputs=["Gender: Female, Age: 47"], metric="contained", folder="Information_extraction",
             category="Information Extraction"),
    ]  # fmt: skip
    entities = [
        ["aspirin", "1,2-dichloroethane", "N,N-dimethylformamide"], ["vitamin D, oral", "vitamin D"], [],
        ["alpha, beta", "alpha", "beta, gamma"],
    ]  # fmt: skip
    told = {"folder": "NER", "category": "NER", "metric": "entity-f1"}
    rows += [
        item("125", at, outputs=[", ".join(one) or NO_CHEMICAL], gold=one, **told) for at, one in enumerate(entities)
    ]
    typed = [["fever [Finding]", "benzo[a]pyrene [Drug]"], ["left lung, upper lobe [Anatomy]"], ["mass [Finding]"]]
    rows += [item("own-pairs", at, outputs=["; ".join(one)], gold=one, **told) for at, one in enumerate(typed)]
    rows += [
        item(
            "chinese",
            0,
            outputs=["肺炎、发热"],
            gold=["肺炎", "发热"],
            input_language="zh",
            output_language="zh",
            **told,
        ),
        item("chinese", 1, outputs=["文中没有疾病。"], gold=[], input_language="zh", output_language="zh", **told),
    ]
    labels = [["Resisting cell death"], ["Inducing angiogenesis", "Cellular energetics"], [], ["Cellular energetics"]]
    rows += [
        item("106", at, outputs=["; ".join(one) or "None of the hallmarks"], gold=one, choices=MARKS, metric="label-f1",
             folder="Text_classification", category="Text Classification") for at, one in enumerate(labels)
    ]  # fmt: skip
    texts = {
        ("112", "en", "Text_summarization"): [["No acute disease."], ["Small effusion on the left.", "Left effusion."]],
        ("51", "zh", "Rationale"): [["心包炎的疼痛在前倾时减轻。"]],
        ("54", "ja", "Rationale"): [["前かがみで痛みが和らぐ。"]],
        ("55", "ru", "Rationale"): [["Боль стихает при наклоне вперёд."]],
    }
    rows += [
        item(task, at, outputs=one, metric="bleu-rouge", folder=folder, category=folder.replace("_", " "),
             input_language=language, output_language=language)
        for (task, language, folder), own in texts.items() for at, one in enumerate(own)
    ]  # fmt: skip
    return BenchItem.validate(frame(rows))


def bench_build(folder: Path, items: pl.DataFrame, closed: pl.DataFrame | None = None, terms: Terms = OPEN) -> Path:
    """A build folder with one table or two, as a reader sees it."""
    tables = {"items": items, **({} if closed is None else {"items_closed": closed})}
    columns = columns_of(BenchItem)
    for table, rows in tables.items():
        (folder / table).mkdir(parents=True)
        for (split,), own in rows.group_by("split", maintain_order=True):
            own.write_parquet(folder / table / f"{split}-00000-of-00001.parquet")
    plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(terms).items()}
    fields = {
        "dataset": "meds-bench", "status": "complete", "medmill": "0", "created": "2026-01-01T00:00:00Z",
        "code_fingerprint": "0", "packages": {}, "sources": [], "settings": {}, "terms": plain, "stages": [],
        "tables": [{**record(folder, table, columns), "terms": plain} for table in tables], "wall_seconds": 0.0,
        "peak_rss_bytes": 0,
    }  # fmt: skip
    write_manifest(folder, Manifest.model_validate(fields).model_dump())
    return folder
