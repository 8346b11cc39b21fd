"""What a copy of CT-RATE holds, as frames: reports and labels per scan, volumes per reconstruction."""

from dataclasses import dataclass

import polars as pl

from builders.sources.csv_files import WRONG
from builders.sources.ct_rate_files import Copy, VolumeFile
from builders.sources.ct_rate_names import of_volumes
from builders.sources.ct_rate_tables import (
    LABELS,
    SECTIONS,
    WHOLE,
    labelled_reports,
    metadata,
    official_reports,
    predicted_labels,
    stamped,
)
from builders.sources.reconstructions import Reconstruction, chosen

_FACTS = ("kernel", "slice_spacing", "slope", "intercept")


@dataclass(frozen=True)
class Scans:
    """The frames have a column `key`, by which they are cut into shards; see `ct_rate_tables` for the others."""

    copy: Copy
    reconstruction: Reconstruction

    def is_empty(self) -> bool:
        """Whether nothing is here that gives rows."""
        tables = any(self.copy.tables(kind) for kind in ("reports", "labelled", "predicted_labels"))
        return not tables and next(self.copy.volumes(), None) is None

    def official(self) -> pl.DataFrame:
        """One row per scan of the reports that come with the dataset."""
        return official_reports(stamped(self.copy.tables("reports")))

    def predicted(self) -> pl.DataFrame:
        """One row per scan of the labels that come with the dataset."""
        return predicted_labels(stamped(self.copy.tables("predicted_labels")))

    def labelled(self) -> pl.DataFrame:
        """One row per report that people labelled."""
        return labelled_reports(stamped(self.copy.tables("labelled")), stamped(self.copy.tables("map")))

    def labelled_alone(self) -> pl.DataFrame:
        """Those of them whose scan has no report with sections here."""
        return self.labelled().join(self.official(), on="id", how="anti", maintain_order="left")

    def predicted_alone(self) -> pl.DataFrame:
        """The scans with predicted labels that people did not label."""
        return self.predicted().join(self.labelled(), on="id", how="anti", maintain_order="left")

    def volumes(self, prefix: str = "") -> pl.DataFrame:
        """Every volume file whose key begins so, with what the metadata say of it; the one to be read first.

        `again`: another file holds the same volume. Corrected copies (`train_fixed`) go before the others.
        """
        files = pl.DataFrame(list(self.copy.volumes(prefix)), schema=dict.fromkeys(VolumeFile._fields, pl.String),
                             orient="row")  # fmt: skip
        facts = metadata(stamped(self.copy.tables("metadata")))
        named = files.with_columns(**of_volumes("name"))
        joined = named.join(facts, on="id", how="left", maintain_order="left")
        ordered = joined.sort(~pl.col("path").str.contains("_fixed/"), maintain_order=True)
        again = ~pl.col("id").is_first_distinct() & pl.col("id").is_not_null()
        return ordered.with_columns(again=again)

    def chosen_volumes(self, listed: pl.DataFrame) -> pl.DataFrame:
        """One row per volume of `volumes`, with `chosen`."""
        rows = listed.filter(~pl.col("again"), pl.col("id").is_not_null())
        return rows.with_columns(chosen=chosen(self.reconstruction))

    def stated(self, table: str) -> pl.DataFrame:
        """Per row of a table its `key`, and `state`, which changes when what is read of it does."""
        if table == "volumes":
            return _stated(self.volumes(), ["path", "state", *_FACTS])
        if table == "labels":
            return pl.concat([_stated(frame, LABELS) for frame in (self.predicted_alone(), self.labelled())])
        official = _stated(self.official(), [*SECTIONS.values(), WRONG])
        return pl.concat([official, _stated(self.labelled_alone(), [WHOLE, WRONG])])


def _stated(frame: pl.DataFrame, columns: "list[str] | tuple[str, ...]") -> pl.DataFrame:
    cells = [pl.col(column).cast(pl.String).fill_null("-") for column in ("id", *columns)]
    return frame.select("key", state=pl.concat_str(cells, separator="\x1f"))
