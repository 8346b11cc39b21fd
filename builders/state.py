"""How far a build is, read from its folder by anybody at any time."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from builders.lock import Holder, holder
from builders.logs import log_files, read_log
from builders.tally import TableTally, replay
from schemas.manifest import read_manifest


@dataclass(frozen=True)
class State:
    """What a build is (`running`, `interrupted`, `failed`, `complete`), who works on it, and how far it is."""

    dataset: str
    state: str
    holder: Holder | None
    tables: dict[str, TableTally]
    failures: list[str]
    slowest: list[tuple[float, str]]
    log: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def state_of(root: Path) -> State:
    """The state of a build folder; raises `MedmillError` where it is none."""
    manifest = read_manifest(root)
    at_work = holder(root)
    logs = log_files(root)
    lines = list(read_log(logs[-1])) if logs else []
    state = manifest.status
    if state == "running":
        state = "running" if at_work else "interrupted"
    failures = [
        f"{line['partition']}: {line['error']}" for line in lines if line["event"] == "failed" and not line["again"]
    ]
    slowest = sorted(
        ((line["seconds"], f"{line['table']}/{line['partition']}") for line in lines if line["event"] == "done"),
        reverse=True,
    )
    return State(manifest.dataset, state, at_work, replay(lines), failures, slowest[:5], str(logs[-1]) if logs else "")
