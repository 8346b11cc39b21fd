"""Text back into a release, from a user's own copy of the source; every hash is checked."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from releases.drafts import drafted_folder
from releases.leaving import HASHED
from releases.shards import write_split
from schemas.errors import MedmillError
from schemas.manifest import ColumnRecord
from schemas.references import SECTION, hashes, report_keys, sections
from schemas.release import Config, read_release

_GAP = "\n\n"
"""Between the passages of a text, see `Study.passages`."""


@dataclass
class Rehydrated:
    """Rows whose text came back, and rows whose text did not, by what was wrong: `missing` or `another text`."""

    rows: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)


def rehydrate(release: Path, reports: Iterable[pl.DataFrame], out: Path) -> Rehydrated:
    """Write the configurations that had text, with it, to `out`; rows that cannot be checked stay out and are counted.

    `reports`: Report rows of the user's copy, a piece at a time; they are kept in a file until the end.
    """
    described = read_release(release)
    configs = [config for config in described.configs if _texts(config)]
    if not configs:
        raise MedmillError(f"{release}: no text was taken out of this release; nothing to bring back")
    if out.exists() and any(out.iterdir()):
        raise MedmillError(f"{out}: not empty; choose a new folder for --out")
    result = Rehydrated()
    with drafted_folder(out) as draft:
        found = _Copy(draft / "copy")
        found.keep(reports)
        for config in configs:
            for split, record in config.splits.items():
                paths = [release / file.path for file in record.files]
                write_split(draft, config.name, split, _with_text(paths, config, found, result))
        shutil.rmtree(draft / "copy")
    return result


class _Copy:
    """The sections of a user's copy, in files: report, section, section_index, text, report_key, key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    def keep(self, reports: Iterable[pl.DataFrame]) -> None:
        for number, rows in enumerate(reports):
            keys = rows.select(report="id", report_key=report_keys(rows["text"]))
            cut = sections(rows).drop("offset").join(keys, on="report", how="left", maintain_order="left")
            cut = cut.with_columns(key=hashes(cut["text"], cut["report_key"]))
            cut.write_parquet(self._folder / f"{number:06d}.parquet")

    def of(self, ids: pl.Series) -> pl.DataFrame:
        """The sections of some reports."""
        if not any(self._folder.iterdir()):
            raise MedmillError("the source holds no report; see medmill sources for what it needs")
        return pl.scan_parquet(self._folder / "*.parquet").filter(pl.col("report").is_in(ids.implode())).collect()


def _texts(config: Config) -> list[ColumnRecord]:
    """The columns of hashes that stand for text."""
    return [column for column in config.columns if column.cut_from and column.name.endswith(HASHED.format(""))]


def _with_text(paths: list[Path], config: Config, found: _Copy, result: Rehydrated) -> Iterator[pl.DataFrame]:
    for path in paths:
        rows = pl.read_parquet(path)
        for column in _texts(config):
            rows = _put_back(rows, column, found, result)
        result.rows += rows.height
        yield rows


def _put_back(rows: pl.DataFrame, column: ColumnRecord, found: _Copy, result: Rehydrated) -> pl.DataFrame:
    """The rows whose text is what its hash says, with the text for the hash."""
    report, name = column.cut_from["report"], column.name.removesuffix(HASHED.format(""))
    copies = found.of(rows[report].unique())
    whole = "passages" in column.cut_from
    texts, keys = _whole(rows, column, copies) if whole else _spans(rows, column, copies)
    good = hashes(texts, keys) == rows[column.name]
    missing = texts.is_null()
    for why, which in (("missing", missing), ("another text", ~missing & ~good.fill_null(False))):
        if count := int(which.sum()):
            result.lost[why] = result.lost.get(why, 0) + count
            result.cases += rows.filter(which)[report].unique(maintain_order=True).head(3).to_list()
    kept = rows.with_columns(texts.alias(name)).filter(good.fill_null(False))
    order = [name if c == column.name else c for c in rows.columns]
    return kept.select(order)


def _spans(rows: pl.DataFrame, column: ColumnRecord, copies: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """The text between `start` and `end` of each row's section, and the key of the section."""
    cut = column.cut_from
    names = {name: cut[name] for name in SECTION}
    own = copies.select(*SECTION, _section="text", _key="key").rename(names)
    beside = rows.join(own, on=list(names.values()), how="left", maintain_order="left")
    start, end = pl.col(cut["start"]), pl.col(cut["end"])
    return beside.select(pl.col("_section").str.slice(start, end - start)).to_series(), beside["_key"]


def _whole(rows: pl.DataFrame, column: ColumnRecord, copies: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """The passages of each row put together again, and the key of the whole."""
    report, held = column.cut_from["report"], column.cut_from["passages"]
    parts = rows.select(pl.col(report).alias("report"), pl.col(held).alias("passages")).explode("passages")
    parts = parts.unnest("passages").join(copies, on=list(SECTION), how="left", maintain_order="left")
    texts = parts.group_by("report", maintain_order=True).agg(
        text=pl.when(pl.col("text").is_not_null().all()).then(pl.col("text").sort_by("start").str.join(_GAP)),
        report_key=pl.col("report_key").first(),
    )
    beside = rows.select(pl.col(report).alias("report")).join(texts, on="report", how="left", maintain_order="left")
    return beside["text"], hashes(beside["text"], beside["report_key"])
