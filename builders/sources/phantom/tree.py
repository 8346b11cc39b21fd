"""Phantom scans as files, laid out as CT-RATE lays out its own, with their truth beside them."""

import json
from pathlib import Path

import polars as pl

from builders.sources.ct_rate_tables import LABELS, SECTIONS
from builders.sources.phantom.body import structures
from builders.sources.synthetic_ct import SyntheticCT
from schemas.voxels import Voxels

FOLDERS = {"train": "train", "validation": "validation"}


def write_tree(folder: Path, source: SyntheticCT) -> int:
    """Write volumes, reports, metadata and labels as CT-RATE does, and under `truth/` the label maps (the tree of the
    volumes again), `labels.json`, `plants.parquet` and `sentences.parquet`. Returns the number of volumes."""
    count = 0
    for shard in source.shards("volumes"):
        volumes = source.read("volumes", shard.name)
        for path in volumes["path"]:
            _save(folder / "dataset" / path, source.voxels(path))
            _save(folder / "truth" / path, source.truth_voxels(path))
        count += volumes.height
    _write_tables(folder / "dataset", source)
    names = {str(value): name for name, (value, _) in structures().items()}
    (folder / "truth" / "labels.json").write_text(json.dumps(names, indent=1), encoding="utf-8")
    source.plants().write_parquet(folder / "truth" / "plants.parquet")
    source.sentences().write_parquet(folder / "truth" / "sentences.parquet")
    return count


def _save(path: Path, voxels: Voxels) -> None:
    import nibabel

    path.parent.mkdir(parents=True, exist_ok=True)
    image = nibabel.Nifti1Image(voxels.values, voxels.affine)  # pyright: ignore[reportPrivateImportUsage]
    image.header.set_xyzt_units("mm")
    nibabel.save(image, path)  # pyright: ignore[reportPrivateImportUsage]


def _write_tables(folder: Path, source: SyntheticCT) -> None:
    shards = [shard.name for shard in source.shards("reports")]
    reports, volumes, labels = (
        pl.concat([source.read(t, s) for s in shards]) for t in ("reports", "volumes", "labels")
    )
    named = volumes.select("study", "split", VolumeName=pl.col("id") + ".nii.gz", **_metadata())
    texts = _texts(reports)
    told = labels.with_columns(pl.col("state").eq("present").cast(pl.Int8)).pivot(
        "label", index="study", values="state"
    )
    for split, word in FOLDERS.items():
        of_split = named.filter(pl.col("split").cast(pl.String) == split).drop("split")
        with_text = of_split.join(texts, on="study").select("VolumeName", *SECTIONS.values())
        _csv(with_text, folder / "radiology_text_reports" / f"{word}_reports.csv")
        _csv(of_split.drop("study"), folder / "metadata" / f"{word}_metadata.csv")
        name = f"{'valid' if split == 'validation' else split}_predicted_labels.csv"
        with_labels = of_split.join(told, on="study").select("VolumeName", *LABELS)
        _csv(with_labels, folder / "multi_abnormality_labels" / name)


def _metadata() -> dict[str, pl.Expr]:
    return {
        "ConvolutionKernel": pl.col("kernel"),
        "ZSpacing": pl.col("slice_spacing"),
        "RescaleSlope": pl.col("slope"),
        "RescaleIntercept": pl.col("intercept"),
    }


def _texts(reports: pl.DataFrame) -> pl.DataFrame:
    long = reports.select("id", "sections").explode("sections").unnest("sections")
    wide = long.pivot("name", index="id", values="text")
    return wide.select(pl.col("id").alias("study"), *(pl.col(name).alias(csv) for name, csv in SECTIONS.items()))


def _csv(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_csv(path)
