"""`medmill ledger`."""

from pathlib import Path


def ledger(
    *,
    seal: Path | None = None,
    kind: str = "subject",
    people: str = "mimic",
    forget: str = "",
    json: bool = False,
) -> int:
    """What was built on this machine for which split, and what is sealed: never to be trained on.

    Every build writes down keyed hashes of its subjects, scans, studies and texts; medmill qc then names what one
    dataset trains on and another tests with. Test subjects of MIMIC-CXR are sealed by every build of it. Seal
    more from a text file with one id a line:

        medmill ledger --seal our-test-patients.txt --kind subject --people mimic

    Args:
        seal: A text file of ids to seal, one a line.
        kind: What they are: subject, scan, study, document or text.
        people: Whose ids they are: `mimic`, or the name of a source.
        forget: Drop what is known of this dataset (`sealed`: of all that is sealed).
        json: Print the table as JSON.
    """
    from qc.ledger import Ledger
    from schemas.errors import UsageError

    known = Ledger.of_user()
    if seal is not None:
        ids = [line.strip() for line in seal.read_text(encoding="utf-8").splitlines() if line.strip()]
        print(f"{known.seal(kind, people, ids):,} of {len(ids):,} ids are newly sealed")
    if forget:
        if not known.forget(forget):
            raise UsageError(
                f"--forget {forget}: nothing is known of it; known: {', '.join(known.datasets()) or 'none'}"
            )
        print(f"forgot {forget}")
    summary = known.summary()
    if json:
        print(summary.write_json())
    elif seal is None and not forget:
        _show(known.folder, summary.rows())
    return 0


def _show(folder: Path, rows: list[tuple[str, str, str, int]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("dataset", "kind", "split", "items"):
        table.add_column(heading, justify="right" if heading == "items" else "left")
    for dataset, kind, split, items in rows:
        table.add_row(dataset, kind, split, f"{items:,}")
    console = Console()
    console.print(table if rows else "Nothing was built here yet.")
    console.print(str(folder), style="dim", soft_wrap=True)
