"""The log of a run: one JSON object a line, for `medmill status`, for timings, and for whoever asks later."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Log:
    """One file `<out>/logs/run-<time>.jsonl`; every line is written whole and at once."""

    path: Path

    def write(self, event: str, **facts: Any) -> dict[str, Any]:
        """Add a line and return it; nothing of a record's content goes in here."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return line


def new_log(root: Path) -> Log:
    """The log of a run that starts now."""
    folder = root / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return Log(folder / f"run-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S.%f')}.jsonl")


def read_log(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log; a last line that was cut short is passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


def log_files(root: Path) -> list[Path]:
    """All logs of a build folder, oldest first."""
    return sorted((root / "logs").glob("run-*.jsonl"))


def timings(root: Path) -> dict[str, tuple[float, int, str]]:
    """Seconds, peak RSS in bytes and table of every partition ever made here, by its fingerprint."""
    found: dict[str, tuple[float, int, str]] = {}
    for path in log_files(root):
        for line in read_log(path):
            if line.get("event") == "done":
                found[line["fingerprint"]] = (line["seconds"], line["peak_rss_bytes"], line["table"])
    return found
