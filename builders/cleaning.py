"""What of a build folder nothing needs any more."""

import shutil
from pathlib import Path

import polars as pl

from builders.plan import size_of
from builders.store import Store
from schemas.manifest import Manifest


def unused(store: Store, manifest: Manifest) -> list[Path]:
    """Work folders, files and drafts that the manifest does not name, and scratch of killed runs."""
    keep = {f"{stage.table}-{stage.fingerprint[:12]}" for stage in manifest.stages}
    found = [path for path in _children(store.work) if path.name not in keep]
    found += [store.work / name / "scratch" for name in sorted(keep) if (store.work / name / "scratch").exists()]
    found += _unnamed_files(store, manifest)
    return found + sorted(path for path in store.root.rglob(".*.draft") if not _within(path, found))


def _unnamed_files(store: Store, manifest: Manifest) -> list[Path]:
    """Folders `files/<folder>/<fingerprint>` that no row names."""
    named: set[str] = set()
    for stage in manifest.stages:
        rows = store.work / f"{stage.table}-{stage.fingerprint[:12]}" / "rows"
        if stage.shape == "files" and any(rows.glob("*.parquet")):
            paths = pl.scan_parquet(rows / "*.parquet").select("path").collect().to_series()
            named |= {str(Path(path).parent) for path in paths}
    folders = [inner for folder in _children(store.root / "files") for inner in _children(folder)]
    return [path for path in folders if path.relative_to(store.root).as_posix() not in named]


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _within(path: Path, folders: list[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def remove(paths: list[Path]) -> int:
    """Remove files and folders; returns their bytes."""
    freed = sum(size_of(path) for path in paths)
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return freed
