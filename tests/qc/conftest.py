"""A small good build with every table, written as any engine would write it, and a way to damage a copy of it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.manifest import MANIFEST, Manifest, manifest_bytes, read_manifest
from schemas.terms import Terms
from tests.qc.made_studies import SCHEMAS, STUDIES, TOP, frames

NO_BROWSER = "no Chromium: apt-get install chromium, and pip install playwright"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason=NO_BROWSER)
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip(NO_BROWSER)
    with playwright.sync_playwright() as engine:
        chromium = engine.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


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
        | {"description": "", "identifies": (column.metadata or {}).get("identifies", "")}
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
    return {
        "name": table,
        "primary_key": SCHEMAS[table].primary_key() if table in SCHEMAS else [],
        "terms": asdict(Terms()),
        "columns": columns,
        "splits": splits,
    }


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
        "settings": {"findings": {"anatomies": "all"}, "rankings": {"top_k": TOP}},
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
    shutil.copytree(pristine, tmp_path / "build")
    return GoodBuild(tmp_path / "build")
