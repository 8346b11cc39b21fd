"""The pages of a review as HTML; everything that comes from a report or a reviewer is escaped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qc.review.desk import Desk, Progress
from qc.review.journal import new_id

HOME: Final = Path(__file__).parent
DONE_IN_WORDS: Final = {"accept": "accepted", "reject": "rejected", "correct": "corrected", "skip": "skipped"}


@dataclass(frozen=True)
class Pages:
    """Renders for one desk; `base` is the start of every address, `fixed` whether the reviewer was named beforehand."""

    desk: Desk
    base: str
    fixed: bool

    def who(self, problem: str = "") -> str:
        """Asks for the reviewer's name."""
        return self._render("who", reviewer="", problem=problem)

    def item(self, place: int, reviewer: str, progress: Progress, problem: str = "", draft: Any = None) -> str:
        """One item; `draft` is what was typed where it could not be taken."""
        last = max(progress.said.items(), key=lambda item: (item[1].at, item[1].id), default=None)
        return self._render(
            "item",
            reviewer=reviewer,
            progress=progress,
            place=place,
            item=self.desk.item(place),
            name=_short(self.desk.key(place)),
            mine=progress.said.get(place),
            before=progress.stale.get(place),
            last=last,
            last_name=_short(self.desk.key(last[0])) if last else "",
            form_id=new_id(),
            problem=problem,
            draft=draft or {},
        )

    def done(self, reviewer: str, progress: Progress) -> str:
        """Nothing is left: what was said, and what was skipped."""
        said = sorted(progress.said.items())
        return self._render(
            "done",
            reviewer=reviewer,
            progress=progress,
            place=0,
            skipped=[(place, _short(v.key)) for place, v in said if v.decision == "skip"],
            noted=[(place, _short(v.key), v) for place, v in said if v.note or v.value],
        )

    def _render(self, name: str, **values: Any) -> str:
        environment = Environment(
            loader=FileSystemLoader(HOME),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return environment.get_template(f"{name}.html.j2").render(
            base=self.base,
            fixed=self.fixed,
            what=self.desk.what,
            how=self.desk.how,
            dataset=self.desk.build.manifest.dataset,
            shows_text=self.desk.build.manifest.terms.shows_text(),
            faults=self.desk.faults(),
            words=DONE_IN_WORDS,
            **values,
        )


def _short(key: Any) -> str:
    """A key to read: its parts with a point between."""
    return " · ".join(str(value) for value in key.values())
