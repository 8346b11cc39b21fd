"""240 made-up studies of 120 patients as rows of every table of a retrieval dataset."""

from dataclasses import dataclass
from hashlib import blake2b, sha256
from random import Random
from typing import Any

import polars as pl

from builders.stages.baselines import Baselines
from schemas.anatomy import WHOLE_REPORT, slug
from schemas.baselines import Baseline
from schemas.radiology import Entity, Label
from schemas.retrieval import BANDS, RankedImage, Ranking, Study, StudyFinding

SCHEMAS: dict[str, Any] = {
    "corpus": Study,
    "entities": Entity,
    "findings": StudyFinding,
    "images": RankedImage,
    "labels": Label,
    "rankings": Ranking,
    "baselines": Baseline,
}
TERMS = {
    "effusion": ("pleura", "There is blunting of the costophrenic angle with an effusion"),
    "pneumothorax": ("pleura", "A thin apical line suggests a pneumothorax"),
    "consolidation": ("lungs", "An airspace consolidation is seen at the base"),
    "nodule": ("lungs", "One round nodule projects over a rib"),
    "cardiomegaly": ("heart", "The cardiac silhouette shows cardiomegaly"),
    "fracture": ("bones", "An old healed fracture deforms the chest wall"),
    "scoliosis": ("bones", "The spine curves with a marked scoliosis"),
    "emphysema": ("lungs", "Flat diaphragms point to an emphysema"),
}
DENIALS = ("No sign of {}", "There is not any {}", "The films are free of {}")
IDLE = (
    *("upright", "supine", "portable", "rotated", "adequate", "expiration", "oblique", "repeat", "digital", "grid"),
    *("centred", "penetrated", "annotated", "archived", "cropped", "compared", "dictated", "transferred", "viewed"),
)
"""Words that mean nothing here, so that counting words alone ranks badly."""

TOP, STUDIES = 20, 240
WIDER, PART = "thorax", "lung base"
"""What is present in lungs and pleura rises to the one; what the lungs lack, the other lacks by inheritance."""


@dataclass(frozen=True)
class Made:
    """One study before it becomes rows: `said` is (term, present) in report order."""

    id: str
    patient: str
    split: str
    said: tuple[tuple[str, bool], ...]
    text: str

    def types(self, anatomy: str) -> list[tuple[str, str]]:
        return [
            (term, "Abnormality" if present else "Non-Abnormality")
            for term, present in self.said
            if anatomy in (WHOLE_REPORT, TERMS[term][0])
            or (anatomy == WIDER and present and TERMS[term][0] in ("lungs", "pleura"))
        ]

    def side(self, term: str, kind: str) -> str | None:
        """Only nodules have a side here."""
        return ("left", "right")[int(self.id[1:]) % 2] if (term, kind) == ("nodule", "Abnormality") else None

    def sides(self, anatomy: str) -> set[str]:
        return {side for term, kind in self.types(anatomy) if (side := self.side(term, kind))}


def make_study(number: int) -> Made:
    draw = Random(number)
    said = tuple((term, draw.random() < 0.6) for term in draw.sample(sorted(TERMS), draw.randint(1, 5)))
    sentences = [TERMS[term][1] if present else draw.choice(DENIALS).format(term) for term, present in said]
    extra = " ".join(["Film", f"{draw.randint(0, 10**9):x}", *draw.choices(IDLE, k=22)])
    patient = number // 2
    split = "train" if patient % 10 < 8 else "validation" if patient % 10 == 8 else "test"
    text = ". ".join([*sentences, extra]) + "."
    return Made(f"s{number:03}", f"p{patient:03}", split, said, text)


def studies() -> list[Made]:
    """The first patient's second study repeats the words of the first."""
    made = [make_study(number) for number in range(STUDIES)]
    first, second = made[:2]
    made[1] = Made(second.id, second.patient, second.split, first.said, first.text)
    return made


def corpus_row(study: Made) -> dict[str, Any]:
    passage = {"section": "findings", "section_index": 0, "start": 0, "length": len(study.text), "file_start": 10}
    return {
        "id": study.id,
        "patient": study.patient,
        "date": None,
        "split": study.split,
        "section_used": "findings",
        "text": study.text,
        "passages": [passage],
        "report_key": sha256(study.text.encode()).hexdigest(),
        "n_words": len(study.text.split()),
        "dup_group": blake2b(study.text.encode(), digest_size=8).hexdigest(),
    }


def entity_rows(study: Made) -> list[dict[str, Any]]:
    blank = dict.fromkeys(("change", "laterality", "severity", "file_start", "file_end"))
    return [
        blank
        | {
            "report": study.id,
            "section": "findings",
            "section_index": 0,
            "sentence": number,
            "start": study.text.index(term),
            "end": study.text.index(term) + len(term),
            "text": term,
            "canonical": term,
            "type": "Abnormality" if present else "Non-Abnormality",
            "assertion": "present" if present else "absent",
            "certainty": "certain",
            "change": "stable" if number == 3 else None,
            "laterality": study.side(term, "Abnormality" if present else "Non-Abnormality"),
            "anatomy": [TERMS[term][0]],
            "measurements": [],
            "flags": [],
        }
        for number, (term, present) in enumerate(study.said)
    ]


def anatomies(study: Made) -> list[str]:
    named = sorted({TERMS[term][0] for term, _ in study.said})
    return [WHOLE_REPORT, *named, *([WIDER] if study.types(WIDER) else [])]


def finding_rows(study: Made) -> list[dict[str, Any]]:
    rows = [] if not (lacking := inherited(study)) else [finding_row(study, PART, lacking, "inherited")]
    for anatomy in anatomies(study):
        rows.append(finding_row(study, anatomy, study.types(anatomy), "rolled_up" if anatomy == WIDER else "explicit"))
    return rows


def inherited(study: Made) -> list[tuple[str, str]]:
    return [(term, kind) for term, kind in study.types("lungs") if kind == "Non-Abnormality"]


def finding_row(study: Made, anatomy: str, types: list[tuple[str, str]], via: str) -> dict[str, Any]:
    entities = [
        {"term": term, "type": kind, "via": via, "laterality": study.side(term, kind), "severity": None, "change": None}
        for term, kind in types
    ]
    return {
        "id": f"{study.id}/{slug(anatomy)}",
        "study": study.id,
        "anatomy": anatomy,
        "split": study.split,
        "polarity": polarity(types),
        "entities": entities,
    }


def polarity(types: list[tuple[str, str]]) -> str:
    kinds = {kind for _, kind in types}
    return "mixed" if len(kinds) == 2 else "abnormal" if "Abnormality" in kinds else "normal"


def ranking_rows(query: Made, anatomy: str, pool: list[Made]) -> list[dict[str, Any]]:
    mine = set(query.types(anatomy))
    others = [s for s in pool if s.patient != query.patient and s.text != query.text and anatomy in anatomies(s)]
    scores = {s.id: len(mine & set(s.types(anatomy))) / len(mine | set(s.types(anatomy))) for s in others}
    dice = sorted(scores, key=lambda c: (-scores[c], blake2b(f"{query.id} {c}".encode()).hexdigest()))
    rows = []
    for rank, candidate in enumerate(dice[:TOP], 1):
        values = list(scores.values())
        above, tied = sum(v > scores[candidate] for v in values), values.count(scores[candidate])
        rows.append({"stratum": "top", "candidate": candidate, "rank": rank, "n_tied": tied, "rank_min": above + 1})
        rows[-1]["rank_max"] = above + tied
    rows += [
        {"stratum": "random", "candidate": c} for c in Random(query.id).sample(sorted(scores), min(2, len(scores)))
    ]
    for stratum, (low, high) in BANDS.items():
        rows += [{"stratum": stratum, "candidate": c} for c in dice[TOP:] if low <= scores[c] < high][:1]
    sides = {s.id: s.sides(anatomy) for s in pool}
    same = {c: sides[c] == sides[query.id] if sides[c] | sides[query.id] else None for c in scores}
    shared = {"query": query.id, "anatomy": anatomy, "split": query.split, "same_severity": None}
    shared["polarity"] = polarity(query.types(anatomy))
    blank = dict.fromkeys(("rank", "n_tied", "rank_min", "rank_max"))
    marked = [row | {"score": scores[row["candidate"]], "same_side": same[row["candidate"]]} for row in rows]
    return [shared | blank | row for row in marked]


def label_rows(study: Made) -> list[dict[str, Any]]:
    present = dict(study.said)
    states = {term: "present" if present.get(term) else "not_mentioned" for term in TERMS}
    return [
        {"study": study.id, "label_set": "openi13", "label": term, "state": state, "origin": "people"}
        for term, state in states.items()
    ]


def image_row(study: Made) -> dict[str, Any]:
    file = {"path": f"files/{study.id}.png", "view": "frontal", "stands_for_study": True}
    return {"id": f"{study.id}-1", "study": study.id, "split": study.split} | file


def frames() -> dict[str, pl.DataFrame]:
    made = studies()
    rows = {
        "corpus": [corpus_row(study) for study in made],
        "entities": [row for study in made for row in entity_rows(study)],
        "findings": [row for study in made for row in finding_rows(study)],
        "images": [image_row(study) for study in made],
        "labels": [row for study in made for row in label_rows(study)],
        "rankings": [
            row
            for study in made
            for anatomy in anatomies(study)
            for row in ranking_rows(study, anatomy, [s for s in made if s.split == study.split])
        ],
    }
    found = {name: typed(name, pl.DataFrame(table, infer_schema_length=None)) for name, table in rows.items()}
    return found | {"baselines": typed("baselines", Baselines(top=TOP)(found["corpus"], found["labels"]))}


def typed(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Columns of the schema in their types; what is left out is null."""
    schema = SCHEMAS[table]
    rows = rows.with_columns(pl.lit(None).alias(name) for name in schema.columns() if name not in rows.columns)
    cast = rows.select(list(schema.columns())).cast(dict(schema.create_empty().schema))
    return cast.sort(schema.primary_key())
