"""Verdicts of people that a build is given: those of one table, from the file that `medmill review --export` wrote."""

from hashlib import sha256
from pathlib import Path

from builders.sources.place import absolute
from qc.review.exchange import exported
from qc.review.verdicts import named, standing
from schemas.errors import UsageError
from schemas.review import Verdict


def read_verdicts(file: str, dataset: str, table: str) -> tuple[Verdict, ...]:
    """What stands in an export on one table; raises `UsageError` where nothing does, `MedmillError` for a bad file."""
    path = Path(absolute(file))
    if not path.is_file():
        raise UsageError(f"verdicts={file}: no such file; medmill review DIR --export FILE writes one")
    found = tuple(verdict for verdict in standing(exported(path, dataset)) if verdict.table == table)
    if not found:
        raise UsageError(f"verdicts={file}: no verdict on {table} stands there; see medmill review DIR --table {table}")
    return found


def identity(verdicts: tuple[Verdict, ...]) -> str:
    """What changes with what they say, and tells neither who nor what."""
    said = sorted("\x1f".join((named(v.key), v.version, v.reviewer, v.decision, v.value)) for v in verdicts)
    return sha256("\x1e".join(said).encode()).hexdigest()[:16] if said else ""
