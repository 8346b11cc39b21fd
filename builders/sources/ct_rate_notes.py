"""What a user should know of a copy of CT-RATE and no row can say."""

from collections.abc import Iterator, Sequence

import polars as pl

from builders.sources.ct_rate_scans import Scans
from builders.sources.ct_rate_tables import metadata, stamped
from builders.sources.reconstructions import sharpness


def notes_on(scans: Scans) -> Sequence[str]:
    """One line for each; ids and counts, no text."""
    volumes = scans.chosen_volumes(scans.volumes())
    return [*_unpaired(scans, volumes), *_unequal(scans), *_volumes(scans, volumes), *_labelled(scans)]


def _unpaired(scans: Scans, volumes: pl.DataFrame) -> Iterator[str]:
    reports = pl.concat([scans.official()["id"], scans.labelled_alone()["id"]]).drop_nulls().unique().sort()
    scanned = volumes["study"].unique().sort()
    yield from _told(reports.filter(~reports.is_in(scanned.implode())), "scans with a report have no volume here")
    yield from _told(scanned.filter(~scanned.is_in(reports.implode())), "scans with volumes have no report here")


def _unequal(scans: Scans) -> Iterator[str]:
    texts = scans.official().filter("differs")["id"]
    yield from _told(texts, "scans have other reports for other reconstructions; the first is read")
    labels = scans.predicted().filter("differs")["id"]
    yield from _told(labels, "scans have other predicted labels for other reconstructions; the first are read")


def _volumes(scans: Scans, volumes: pl.DataFrame) -> Iterator[str]:
    unknown = volumes.filter(sharpness("kernel").is_null())
    kernels = ", ".join(unknown["kernel"].drop_nulls().unique().sort().head(5)) or "no kernel is named"
    yield from _told(unknown["id"], f"volumes have a kernel that is not known as soft or sharp ({kernels})")
    listed = metadata(stamped(scans.copy.tables("metadata")))["id"]
    gone = listed.filter(~listed.is_in(volumes["id"].implode()))
    yield from _told(gone, "volumes that the metadata name are not here")


def _labelled(scans: Scans) -> Iterator[str]:
    labelled = scans.labelled().drop_nulls("AccessionNo")
    twice = labelled.join(scans.official(), on="id", how="semi", maintain_order="left")["id"]
    yield from _told(twice, "labelled reports are of scans whose report with sections is here, which is read instead")
    yield from _told(labelled.filter(pl.col("patient").is_null())["id"], "labelled reports are of no scan of CT-RATE")


def _told(ids: pl.Series, what: str) -> Iterator[str]:
    if len(ids):
        yield f"{len(ids)} {what}, first {ids[0]}"
