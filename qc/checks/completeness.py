"""The build came to its end."""

from collections.abc import Mapping

from qc.base import Check
from qc.build import Build
from schemas.quality import Outcome


class Completeness(Check):
    """A build that was interrupted, or made nothing, passes no check by having nothing to look at."""

    name = "complete"
    group = "Integrity"
    title = "The build is finished"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any status but complete, and on a build without rows."""
        manifest = build.manifest
        rows = {table.name: build.rows(table.name) for table in manifest.tables}
        empty = [name for name, n in rows.items() if not n]
        if manifest.status != "complete":
            advice = "Run the same medmill build again: it goes on where it stopped."
            return self.outcome("fail", f"the build is {manifest.status}", advice=advice, figures=rows)
        if len(empty) == len(rows):
            advice = "Look at the rejected rows below, and at the source with medmill sources."
            return self.outcome("fail", "no table holds a row", advice=advice, figures=rows)
        trial = f"the first {manifest.limit:,} studies only; " if manifest.limit is not None else ""
        nothing = f"; no rows in {', '.join(empty)}" if empty else ""
        return self.outcome("pass", f"{trial}{len(rows) - len(empty)} tables with rows{nothing}", figures=rows)
