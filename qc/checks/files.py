"""The files a manifest names are there and readable."""

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Final

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.manifest import FileRecord
from schemas.quality import Outcome

MOST_BYTES_HASHED: Final = 2_000_000_000
"""Beyond this only sizes are compared; `medmill verify` hashes everything."""


class Files(Check):
    """Every file opens; one that changed since the build is a warning, since the other checks read it anyway."""

    name = "files"
    group = "Integrity"
    title = "Files are as the manifest says"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on a missing or unreadable file, warn on a changed one and on an unfinished build."""
        records = [f for table in build.manifest.tables for split in table.splits.values() for f in split.files]
        total = sum(record.bytes for record in records)
        hashed = total <= MOST_BYTES_HASHED
        broken = [f"{path}: {why}" for path, why in build.broken.items()]
        changed = [] if broken else [r.path for r in records if _changed(build.folder / r.path, r, hashed)]
        figures = {"files": len(records), "bytes": total, "broken": len(broken), "changed": len(changed)}
        if broken:
            advice = "Run the same medmill build again: it makes what is missing and nothing else."
            return self.outcome(
                "fail", f"{counted(len(broken), 'file')} cannot be read", advice=advice, figures=figures, cases=broken
            )
        if changed:
            advice = "Somebody edited them. Run the build again, or keep the edit in mind when reading this report."
            summary = f"{counted(len(changed), 'file')} of {len(records)} changed since the build"
            return self.outcome("warn", summary, advice=advice, figures=figures, cases=changed)
        how = "size and SHA-256" if hashed else "size"
        return self.outcome("pass", f"{len(records)} files, {total / 1e6:,.1f} MB, same {how}", figures=figures)


def _changed(path: Path, record: FileRecord, hashed: bool) -> bool:
    if path.stat().st_size != record.bytes:
        return True
    if not hashed:
        return False
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() != record.sha256
