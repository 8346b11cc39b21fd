"""Synthetic chest CTs in the shape of CT-RATE: phantoms whose findings are known, and reports that state them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from builders.base import Shard, Source
from builders.sources.assembled import assemble
from builders.sources.ct_rate_rows import LABEL_SET
from builders.sources.ct_rate_tables import LABELS
from builders.sources.phantom.reports import SECTIONS, sections
from builders.sources.phantom.scans import Scan, scans
from builders.sources.phantom.voxels import THICK, stored, truth
from builders.sources.sorting_out import REPORT_COLUMNS
from schemas.errors import SourceError
from schemas.radiology import Label, Report
from schemas.terms import Terms
from schemas.volumes import Volume
from schemas.voxels import VolumeError, Voxels

FEWEST, MOST = 2, 100_000
PER_SHARD = 8
SPLITS = {"train": "train", "valid": "validation"}
SAID = {
    "Cardiomegaly": ("cardiomegaly",), "Pericardial effusion": ("pericardial effusion",),
    "Coronary artery wall calcification": ("coronary artery calcification",), "Hiatal hernia": ("hiatal hernia",),
    "Arterial wall calcification": ("atherosclerotic calcification",), "Lymphadenopathy": ("lymphadenopathy",),
    "Emphysema": ("emphysema",), "Atelectasis": ("atelectasis",), "Lung nodule": ("nodule",),
    "Lung opacity": ("ground glass opacity",), "Pleural effusion": ("pleural effusion",),
    "Consolidation": ("consolidation",),
}  # fmt: skip
"""Labels of CT-RATE and the plants that make them present."""


@dataclass(frozen=True)
class SyntheticCT(Source):
    """`--source synthetic-ct=24` makes 24 scans on the fly, the same for the same seed, on any machine.

    Names are CT-RATE's. A patient has one scan or two; a fifth of the scans have a second, thicker reconstruction;
    axes, scale and padding of the files differ as they do in the wild. `plants`, `sentences` and `truth_voxels` tell
    what is true.
    """

    location: str
    seed: str = "medmill"

    name: ClassVar[str] = "synthetic-ct"
    version: ClassVar[int] = 1
    shows: ClassVar[tuple[str, str] | None] = ("ct", "chest")
    data: ClassVar[tuple[str, ...]] = ("builders/sources/phantom/*.tsv",)
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "volumes": Volume, "labels": Label}
    terms: ClassVar[Terms] = Terms(licences=frozenset({"apache-2.0"}))

    def size(self) -> int:
        """The number of scans; raises a `SourceError` where the location is no such number."""
        plain = self.location.replace("_", "").replace(",", "")
        if not (plain.isascii() and plain.isdigit()) or not FEWEST <= int(plain) <= MOST:
            raise SourceError(
                f"synthetic-ct={self.location}: expected a number of scans from {FEWEST} to {MOST}, "
                "as in --source synthetic-ct=24"
            )
        return int(plain)

    def shards(self, table: str) -> Sequence[Shard]:
        """Runs of `PER_SHARD` scans: `000000-000007`."""
        size = self.size()
        return [
            Shard(f"{first:06d}-{last - 1:06d}", f"{last - first} scans", last - first, (last - first) * 2000)
            for first in range(0, size, PER_SHARD)
            for last in (min(first + PER_SHARD, size),)
        ]

    def scans(self, shard: str = "") -> Sequence[Scan]:
        """The scans of one shard, or all."""
        everything = scans(self.seed, self.size())
        if not shard:
            return everything
        first, last = (int(part) for part in shard.split("-"))
        return everything[first : last + 1]

    def read(self, table: str, shard: str) -> pl.DataFrame:
        """The rows of one shard."""
        made = {"reports": self._reports, "volumes": _volumes, "labels": _labels}[table]
        return made(self.scans(shard))

    def voxels(self, path: str) -> Voxels:
        """The volume of a path, as a file would store it."""
        scan, thick = self._at(path)
        return stored(scan, self.seed, thick=thick)

    def truth_voxels(self, path: str) -> Voxels:
        """The labels of TotalSegmentator's task `total` (`phantom/structures.tsv`) on the same grid."""
        scan, thick = self._at(path)
        return truth(scan, self.seed, thick=thick)

    def plants(self, shard: str = "") -> pl.DataFrame:
        """What was planted: study, concept (a canonical term), node, side, size_mm."""
        rows = [(s.id, p.concept, p.node, p.side or None, p.size or None) for s in self.scans(shard) for p in s.plants]
        names = {"study": pl.String, "concept": pl.String, "node": pl.String, "side": pl.String, "size_mm": pl.Int32}
        return pl.DataFrame(rows, names, orient="row")

    def sentences(self, shard: str = "") -> pl.DataFrame:
        """What each sentence says: study, section, start, end (characters of the section), nodes, told (list of
        concept, node, assertion, side, size)."""
        rows = [
            {"study": scan.id, "section": name, "start": start, "end": end, "nodes": list(sentence.nodes),
             "told": [vars(told) for told in sentence.told]}
            for scan in self.scans(shard)
            for name, (_, placed) in sections(scan, self.seed).items()
            for start, end, sentence in placed
        ]  # fmt: skip
        return pl.DataFrame(rows, schema_overrides={"nodes": pl.List(pl.String), "told": pl.List(_TOLD)})

    def _reports(self, scans: Sequence[Scan]) -> pl.DataFrame:
        rows = [{"id": s.id, "patient": s.patient, **_texts(s, self.seed)} for s in scans]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(("id", "patient", *SECTIONS), pl.String))
        frame = frame.with_columns(split=_split("patient"), path=pl.lit(None, pl.String), date=pl.lit(None, pl.Date))
        return assemble(frame, {name: name for name in SECTIONS}).select(REPORT_COLUMNS)

    def _at(self, path: str) -> tuple[Scan, bool]:
        id, _, number = path.rpartition("/")[2].removesuffix(".nii.gz").rpartition("_")
        for scan in self.scans():
            if scan.id == id and number in ("1", "2"):
                return scan, number == "2"
        raise VolumeError("missing_file", f"{path}: no such phantom")


_TOLD = pl.Struct(
    {"concept": pl.String, "node": pl.String, "assertion": pl.String, "side": pl.String, "size": pl.Int32}
)


def path_of(scan: Scan, number: int) -> str:
    """Where CT-RATE's tree holds a volume: `train/train_1/train_1a/train_1_a_1.nii.gz`."""
    patient, letter = scan.id.rsplit("_", 1)
    return f"{patient.partition('_')[0]}/{patient}/{patient}{letter}/{scan.id}_{number}.nii.gz"


def _texts(scan: Scan, seed: str) -> dict[str, str]:
    return {name: text for name, (text, _) in sections(scan, seed).items()}


def _split(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"^([a-z]+)_").replace_strict(SPLITS).cast(Report.split.dtype)


def _volumes(scans: Sequence[Scan]) -> pl.DataFrame:
    rows = [row for scan in scans for row in _of_scan(scan)]
    frame = pl.DataFrame(rows, schema={name: c.dtype for name, c in Volume.columns().items() if name != "split"})
    return frame.with_columns(split=_split("patient")).select(Volume.column_names())


def _of_scan(scan: Scan) -> Iterator[dict[str, Any]]:
    """Reconstruction 1 is thin and sharp, 2 thick and soft; the first is taken."""
    for number, kernel, slices in ((1, "Br60f", 1), (2, "Br40f", THICK))[: 2 if scan.thick else 1]:
        yield {
            "id": f"{scan.id}_{number}", "study": scan.id, "patient": scan.patient, "reconstruction": number,
            "path": path_of(scan, number), "kernel": kernel, "slice_spacing": scan.shape.step[2] * slices,
            "slope": 1.0, "intercept": float(scan.storage.intercept), "chosen": number == 1,
        }  # fmt: skip


def _labels(scans: Sequence[Scan]) -> pl.DataFrame:
    rows = [
        (scan.id, LABEL_SET, label, "present" if set(SAID.get(label, ())) & concepts else "absent", "grammar")
        for scan in scans
        for concepts in ({plant.concept for plant in scan.plants},)
        for label in LABELS
    ]
    return pl.DataFrame(rows, {name: c.dtype for name, c in Label.columns().items()}, orient="row")


SOURCE = SyntheticCT
