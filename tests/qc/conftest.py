"""A small good build with every table, written as any engine would write it, and a way to damage a copy of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import polars as pl
import pytest

from builders.stages.baselines import Baselines
from schemas.anatomy import WHOLE_REPORT, slug
from schemas.baselines import Baseline
from schemas.manifest import MANIFEST, Manifest, manifest_bytes, read_manifest
from schemas.radiology import Entity, Label
from schemas.retrieval import RankedImage, Ranking, Study, StudyFinding
from schemas.terms import Terms

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
        ]


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
            "anatomy": [TERMS[term][0]],
            "measurements": [],
            "flags": [],
        }
        for number, (term, present) in enumerate(study.said)
    ]


def anatomies(study: Made) -> list[str]:
    return [WHOLE_REPORT, *sorted({TERMS[term][0] for term, _ in study.said})]


def finding_rows(study: Made) -> list[dict[str, Any]]:
    blank = {"via": "explicit", "laterality": None, "severity": None, "change": None}
    rows = []
    for anatomy in anatomies(study):
        types = study.types(anatomy)
        kinds = {kind for _, kind in types}
        polarity = "mixed" if len(kinds) == 2 else "abnormal" if "Abnormality" in kinds else "normal"
        entities = [{"term": term, "type": kind} | blank for term, kind in types]
        rows.append(
            {"id": f"{study.id}/{slug(anatomy)}", "study": study.id, "anatomy": anatomy, "split": study.split}
            | {"polarity": polarity, "entities": entities}
        )
    return rows


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
    shared = {"query": query.id, "anatomy": anatomy, "split": query.split, "same_side": None, "same_severity": None}
    blank = dict.fromkeys(("rank", "n_tied", "rank_min", "rank_max"))
    return [shared | blank | row | {"score": scores[row["candidate"]]} for row in rows]


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


class GoodBuild:
    """A build folder whose tables can be read, replaced (the manifest follows, as in a build) or edited by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, table: str) -> pl.DataFrame:
        return pl.concat(pl.read_parquet(file) for file in sorted((self.folder / table).glob("*.parquet")))

    def file(self, table: str, split: str = "train") -> Path:
        return sorted((self.folder / table).glob(f"{split}-*.parquet"))[0]

    def edit(self, table: str, change: Callable[[pl.DataFrame], pl.DataFrame], split: str = "train") -> None:
        """Rewrite one file; the manifest then says what the file holds, as if the build had written it so."""
        path = self.file(table, split)
        change(pl.read_parquet(path)).write_parquet(path, row_group_size=500)
        self.refresh()

    def refresh(self) -> None:
        tables = read_manifest(self.folder).model_dump()["tables"]
        self.update(tables=[record(self.folder, table["name"], table["columns"]) for table in tables])

    def update(self, **fields: Any) -> None:
        write_manifest(self.folder, read_manifest(self.folder).model_dump() | fields)


def write_manifest(folder: Path, fields: dict[str, Any]) -> None:
    (folder / MANIFEST).write_bytes(manifest_bytes(Manifest.model_validate(fields)))


def columns_of(schema: Any) -> list[dict[str, str]]:
    return [
        {"name": name, "dtype": str(column.dtype), "tag": (column.metadata or {}).get("tag", ""), "unit": ""}
        | {"description": ""}
        for name, column in schema.columns().items()
    ]


def record(folder: Path, table: str, columns: list[dict[str, str]]) -> dict[str, Any]:
    splits: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / table).glob("*.parquet")):
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
        file = {"path": f"{table}/{path.name}", "rows": rows, "bytes": path.stat().st_size}
        file["sha256"] = sha256(path.read_bytes()).hexdigest()
        split = splits.setdefault(path.name.split("-")[0], {"rows": 0, "files": []})
        split["rows"] += rows
        split["files"].append(file)
    return {"name": table, "primary_key": SCHEMAS[table].primary_key(), "columns": columns, "splits": splits}


def write_tables(folder: Path) -> None:
    for table, rows in frames().items():
        (folder / table).mkdir(parents=True)
        by_split = rows.partition_by("split", as_dict=True) if "split" in rows.columns else {("all",): rows}
        for (split,), part in by_split.items():
            half = part.height // 2 if split == "train" and table == "rankings" else part.height
            pieces = [piece for piece in (part[:half], part[half:]) if piece.height]
            for number, piece in enumerate(pieces):
                path = folder / table / f"{split}-{number:05}-of-{len(pieces):05}.parquet"
                piece.write_parquet(path, row_group_size=500)


def stages() -> list[dict[str, Any]]:
    counts = {"shape": "map", "fingerprint": "0", "partitions": 1, "seconds": 1.0, "peak_rss_bytes": 1, "bytes": 1}
    whole = {"ids_in": STUDIES, "ids_passed": STUDIES, "ids_rejected": 0, "rows_out": STUDIES, "rejected": {}}
    some = whole | {"ids_in": STUDIES + 3, "ids_rejected": 3, "rejected": {"no_text": 3}}
    return [{"table": t} | counts | (some if t == "corpus" else whole) for t in SCHEMAS]


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The good build; nobody writes to it."""
    folder = tmp_path_factory.mktemp("build") / "made-up"
    write_tables(folder)
    (folder / "rejected" / "corpus").mkdir(parents=True)
    lost = {"id": ["x1", "x2", "x3"], "stage": ["corpus"] * 3, "reason": ["no_text"] * 3, "detail": ["no words"] * 3}
    pl.DataFrame(lost).write_parquet(folder / "rejected" / "corpus" / "part.parquet")
    fields = {
        "dataset": "made-up",
        "status": "complete",
        "medmill": "0.1.0",
        "created": "2026-01-01T00:00:00+00:00",
        "code_fingerprint": "0",
        "packages": {"polars": pl.__version__},
        "sources": [],
        "settings": {},
        "terms": asdict(Terms()),
        "stages": stages(),
        "tables": [record(folder, name, columns_of(schema)) for name, schema in SCHEMAS.items()],
        "wall_seconds": 12.5,
        "peak_rss_bytes": 300_000_000,
    }
    write_manifest(folder, fields)
    return folder


@pytest.fixture
def good(pristine: Path, tmp_path: Path) -> GoodBuild:
    """A copy of the good build to damage."""
    copytree(pristine, tmp_path / "build")
    return GoodBuild(tmp_path / "build")
