"""Nothing here is trained on that another dataset tests with."""

from collections.abc import Mapping

from qc.base import Check
from qc.build import Build
from qc.ledger import Item, Ledger, in_two_splits
from qc.wording import counted
from schemas.quality import Outcome


class HeldOut(Check):
    """Subjects, scans, studies and texts outside the test split that are sealed, or another dataset's test.

    Also one subject or scan in two splits of this build, whatever table it stands in.
    """

    name = "held_out"
    group = "Splits"
    title = "No training on what others test with"

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._ledger = ledger or Ledger.of_user()

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Name every item."""
        found = [*in_two_splits(build), *self._ledger.held_out_elsewhere(build)]
        datasets = [name for name in self._ledger.datasets() if name != build.manifest.dataset]
        figures = {"datasets_compared": len(datasets), "items": len(found)}
        if not found:
            told = f"compared with {', '.join(datasets)}" if datasets else "no other dataset is known here yet"
            return self.outcome("pass", f"nothing is held out elsewhere; {told}", figures=figures)
        cases = [f"{i.kind} {_named(build, i)} ({i.table}, {i.split}): held out by {i.held_out_by}" for i in found]
        return self.outcome(
            "fail",
            f"{counted(len(found), 'item')} that are sealed, or that another split or dataset holds out",
            advice="Move them to the test split or leave them out; medmill ledger shows what is known, and forgets.",
            figures=figures,
            cases=cases,
        )


def _named(build: Build, item: Item) -> str:
    """The value where it may be shown, else the row it stands in."""
    if item.kind in ("text", "subject") and not build.manifest.terms.shows_text():
        return f"of {item.row}"
    return item.value if item.kind != "text" else f"group {item.value[:12]}"
