"""The tasks of TotalSegmentator that say something about a chest CT, as declared in `tasks.tsv`.

`weights` and `fast` are numbers of nnU-Net datasets, whose weights each task loads; `bound` tasks need a licence number
from the makers of TotalSegmentator. Source: TotalSegmentator 2.18, `map_tasks_config.py` and `map_to_binary.py`; a test
compares.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from schemas.errors import MedmillError, UsageError

Speed = Literal["default", "fast", "fastest"]
"""Which models: for voxels of 1.5 mm (with most tasks), 3 mm, 6 mm; a task without a faster one takes its only."""
LICENCES = "https://backend.totalsegmentator.com/license-academic/"


@dataclass(frozen=True)
class Task:
    """`fast` is empty where there is but one model."""

    name: str
    bound: bool
    weights: tuple[int, ...]
    fast: tuple[int, ...]
    adds: str


@cache
def tasks() -> dict[str, Task]:
    """All of them by name, in the order of the file."""
    with Path(__file__).with_name("tasks.tsv").open(encoding="utf-8", newline="") as file:
        return {row["task"]: _task(row) for row in csv.DictReader(file, delimiter="\t")}


def _task(row: dict[str, str]) -> Task:
    weights, fast = (tuple(int(number) for number in row[name].split()) for name in ("weights", "fast"))
    return Task(row["task"], row["licence"] == "bound", weights, fast, row["adds"])


def check_names(names: Sequence[str]) -> None:
    """Raise `UsageError` for a task that is not declared, for one asked for twice, and for none."""
    known = tasks()
    if strange := [name for name in names if name not in known]:
        raise UsageError(f"totalsegmentator has no task {', '.join(strange)} for chest CT; it has {', '.join(known)}")
    if not names or len(set(names)) < len(names):
        raise UsageError(f"tasks={','.join(names)}: expected one or more different tasks of totalsegmentator")


def check_licence(names: Sequence[str]) -> None:
    """Raise `MedmillError` for tasks whose licence is not there; a number of 18 signs is one, as in the package."""
    bound = [name for name in names if tasks()[name].bound]
    if not bound:
        return
    from totalsegmentator.config import get_totalseg_dir, has_valid_license_offline

    if has_valid_license_offline()[0] != "yes":
        raise MedmillError(
            f"totalsegmentator: {', '.join(bound)} is bound by TotalSegmentator's licence, and no licence number is in "
            f"{get_totalseg_dir() / 'config.json'}; get one at {LICENCES}, then totalseg_set_license -l NUMBER, or "
            "leave the task out"
        )
