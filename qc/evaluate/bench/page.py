"""Runs on the benchmark side by side, as one page that works offline; its script sorts tables and is not needed."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from qc.evaluate.bench.lines import MEAN, TASK, BenchLine
from qc.evaluate.bench.scores import BenchScores
from qc.evaluate.exams import Share

_HERE: Final = Path(__file__).parent
_GROUPS: Final = (("category", "Categories"), ("language", "Languages"), ("folder", "Folders of MedS-Bench"))
_NO_FOLDER: Final = "no folder"


@dataclass(frozen=True)
class Cell:
    """A score in a table: `best` of its column, where several runs have one."""

    share: Share | None
    best: bool
    title: str


@dataclass(frozen=True)
class Row:
    """A row of a table: its head, words beside it, and its scores."""

    head: str
    told: Sequence[str]
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Board:
    """A table whose rows are runs or tasks. `columns`: of the scores, `beside`: of the words beside the head.

    `order`: which of the two stand first.
    """

    id: str
    title: str
    head: str
    beside: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Row]
    order: Sequence[str] = ("beside", "columns")


def page(runs: Sequence[BenchScores]) -> str:
    """The page as HTML. It holds figures, names of tasks and counts, and no word of an item or an output."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"percent": _percent, "count": _count}
    script = (_HERE / "sorting.js").read_text(encoding="utf-8")
    ordered = sorted(runs, key=lambda run: (-_score(_mean(run)), run.run))
    return environment.get_template("page.html.j2").render(
        runs=ordered,
        means=[_mean(run) for run in ordered],
        boards=[_overall(ordered), *(_grouped(ordered, *group) for group in _GROUPS), _tasks(ordered)],
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=script,
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        zip=zip,
    )


def _mean(run: BenchScores) -> BenchLine:
    return next(line for line in run.lines if line.of == MEAN)


def _score(line: BenchLine | None) -> float:
    return line.score.value if line and line.score else -1.0


def _overall(runs: Sequence[BenchScores]) -> Board:
    lines = [_mean(run) for run in runs]
    rows = [
        Row(run.run, [_count(line.tasks), _count(line.items), _count(line.unparsed), _count(line.missing)], [cell])
        for run, line, cell in zip(runs, lines, _cells(lines), strict=True)
    ]
    beside = ["tasks", "items", "unparsed", "missing"]
    return Board("overall", "Overall", "run", beside, ["mean of tasks"], rows, ("columns", "beside"))


def _grouped(runs: Sequence[BenchScores], of: str, title: str) -> Board:
    """Runs down, groups across."""
    names = sorted({line.name for run in runs for line in run.lines if line.of == of})
    columns = [_cells([_line(run, of, name) for run in runs]) for name in names]
    rows = [Row(run.run, [], [column[place] for column in columns]) for place, run in enumerate(runs)]
    return Board(of, title, "run", [], [name or _NO_FOLDER for name in names], rows)


def _tasks(runs: Sequence[BenchScores]) -> Board:
    """Tasks down, runs across."""
    known = {line.name: line for run in runs for line in run.lines if line.of == TASK}
    rows = []
    for name, line in known.items():
        told = [line.folder or "–", line.category, line.language, line.metric, _count(line.items)]
        rows.append(Row(name, told, _cells([_line(run, TASK, name) for run in runs])))
    beside = ["folder", "category", "language", "metric", "items"]
    return Board("tasks", "Tasks", "task", beside, [run.run for run in runs], rows)


def _line(run: BenchScores, of: str, name: str) -> BenchLine | None:
    return next((line for line in run.lines if (line.of, line.name) == (of, name)), None)


def _cells(lines: Sequence[BenchLine | None]) -> list[Cell]:
    best = max(map(_score, lines), default=-1.0)
    several = sum(_score(line) >= 0 for line in lines) > 1
    return [Cell(line.score if line else None, several and _score(line) == best >= 0, _title(line)) for line in lines]


def _title(line: BenchLine | None) -> str:
    """All figures of a line, for those who ask."""
    if line is None or line.score is None:
        return ""
    told = [f"{name} {_percent(share.value)}" for name, share in line.figures.items()]
    lost = [f"{_count(n)} {word}" for n, word in ((line.unparsed, "unparsed"), (line.missing, "missing")) if n]
    return ", ".join([*told, *lost])


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _count(n: int) -> str:
    return f"{n:,}"
