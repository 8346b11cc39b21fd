"""The files a manifest names are there and readable, and so are those that rows of a table name."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.checksums import sha256_of
from schemas.manifest import FileRecord
from schemas.quality import Outcome

MOST_BYTES_HASHED: Final = 2_000_000_000
"""Of tables, and of what their rows name: of the files beyond this only the size is compared."""

_LARGE: Final = ("path", "bytes", "sha256")
"""Columns of a table whose rows name large outputs below the build folder, as matrices."""


class Files(Check):
    """Every file opens; a table that changed since the build is a warning, since the other checks read it anyway.

    Large outputs beside the tables are read by no other check: there a changed file is a failure.
    """

    name = "files"
    group = "Integrity"
    title = "Files are as the manifest says"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on a missing or unreadable file and a changed large one, warn on a changed table."""
        records = [f for table in build.manifest.tables for split in table.splits.values() for f in split.files]
        large = list(_large(build))
        hashed = _hashed(records) | _hashed(large)
        broken = [f"{path}: {why}" for path, why in build.broken.items()]
        broken += [f"{record.path}: missing" for record in large if _missing(build, record)]
        everything = () if broken else (*records, *large)
        changed = [r.path for r in everything if _changed(build.folder / r.path, r, r.path in hashed)]
        unread = [path for path in changed if path in {record.path for record in large}]
        total, n = sum(record.bytes for record in (*records, *large)), len(records) + len(large)
        figures = {"files": n, "bytes": total, "hashed": len(hashed), "broken": len(broken), "changed": len(changed)}
        if broken:
            advice = "Run the same medmill build again: it makes what is missing and nothing else."
            return self.outcome(
                "fail", f"{counted(len(broken), 'file')} cannot be read", advice=advice, figures=figures, cases=broken
            )
        if unread:
            advice = "Run the same medmill build again: it makes anew what does not verify."
            summary = f"{counted(len(unread), 'large file')} changed since the build, and no other check reads them"
            return self.outcome("fail", summary, advice=advice, figures=figures, cases=unread)
        if changed:
            advice = "Somebody edited them. Run the build again, or keep the edit in mind when reading this report."
            summary = f"{counted(len(changed), 'file')} of {n} changed since the build"
            return self.outcome("warn", summary, advice=advice, figures=figures, cases=changed)
        how = "size and SHA-256" if len(hashed) == n else f"size, and SHA-256 of {len(hashed)}"
        return self.outcome("pass", f"{n} files, {total / 1e6:,.1f} MB, same {how}", figures=figures)


def _large(build: Build) -> Iterator[FileRecord]:
    """The files that rows name."""
    for table in build.manifest.tables:
        if set(_LARGE) <= {column.name for column in table.columns} and build.has(table.name):
            rows = build.scan(table.name, _LARGE).select(_LARGE).sort("path").collect()
            for path, size, digest in rows.iter_rows():
                yield FileRecord(path=path, rows=0, bytes=size, sha256=digest)


def _hashed(records: Sequence[FileRecord]) -> set[str]:
    """The files whose content is compared: all, or as many as `MOST_BYTES_HASHED` allows, drawn by their hashes."""
    drawn = sorted(records, key=lambda record: record.sha256)
    until = accumulate(record.bytes for record in drawn)
    return {record.path for record, n in zip(drawn, until, strict=True) if n <= MOST_BYTES_HASHED}


def _missing(build: Build, record: FileRecord) -> bool:
    """Whether there is no such file; one outside the folder does not belong to the build."""
    path = build.folder / record.path
    return not path.is_file() or not path.resolve().is_relative_to(build.folder.resolve())


def _changed(path: Path, record: FileRecord, hashed: bool) -> bool:
    if path.stat().st_size != record.bytes:
        return True
    if not hashed:
        return False
    return sha256_of(path) != record.sha256
