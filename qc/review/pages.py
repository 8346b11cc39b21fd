"""The pages of a review as HTML; everything that comes from a report or a reviewer is escaped."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qc.review.desk import Desk, Progress
from qc.review.journal import new_id
from schemas.anatomy import WHOLE_REPORT
from schemas.review import FREE_TEXT, Key, Verdict

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

    def item(
        self, place: int, reviewer: str, progress: Progress, problem: str = "", draft: Mapping[str, str] | None = None
    ) -> str:
        """One item; `draft` is what was typed where it could not be taken."""
        item = self.desk.item(place)
        last = max(progress.said.items(), key=lambda item: (item[1].at, item[1].id), default=None)
        return self._render(
            "item",
            reviewer=reviewer,
            progress=progress,
            place=place,
            item=item,
            scene=self.desk.scene(place),
            ask=_ask(self.desk.what.table, item.title if item else ""),
            name=self._short(self.desk.key(place)),
            mine=progress.said.get(place),
            before=progress.stale.get(place),
            last=last,
            last_name=self._short(self.desk.key(last[0])) if last else "",
            form_id=new_id(),
            problem=problem,
            typed={name: _typed(name, draft or {}, progress.said.get(place)) for name in FREE_TEXT},
        )

    def done(self, reviewer: str, progress: Progress) -> str:
        """Nothing is left: what was said, and what was skipped."""
        said = sorted(progress.said.items())
        return self._render(
            "done",
            reviewer=reviewer,
            progress=progress,
            place=0,
            skipped=[(place, self._short(v.key)) for place, v in said if v.decision == "skip"],
            noted=[(place, self._short(v.key), v) for place, v in said if v.note or v.value],
        )

    def _short(self, key: Key) -> str:
        return " · ".join(str(key[name]) for name in self.desk.what.short)

    def _render(self, page: str, **values: Any) -> str:
        return (
            _templates()
            .get_template(f"{page}.html.j2")
            .render(
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
        )


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(HOME)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _typed(name: str, draft: Mapping[str, str], said: Verdict | None) -> str:
    """What a field starts with: what could not be taken, or what the standing verdict holds."""
    return draft.get(name, "") or (getattr(said, name) if said else "")


def _ask(table: str, title: str) -> str:
    """The question above the title; of the whole report one says nothing in particular."""
    alone = {
        "entities": "Was this read rightly?",
        "questions": "Is this answer right?",
        "exam_questions": "Is this the right answer, and are the reasons for it sound?",
        "disputes": "Is what is marked an entity of the type",
    }
    if table in alone:
        return alone[table]
    ask = {
        "findings": "Is this what the report says",
        "rankings": "Compared by what the reports say",
        "masks": "Is this the mask",
        "grounded": "Does the sentence speak",
    }[table]
    return ask if title == WHOLE_REPORT else f"{ask} of"
