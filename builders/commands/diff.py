"""`medmill diff`."""

from pathlib import Path


def diff(before: Path, after: Path, *, json: bool = False) -> int:
    """What changed between two releases: columns, rows by key, the spread of labels, and the version it deserves.

    For example:

        medmill diff release/mimic-ir-1.0.0 release/mimic-ir-1.1.0

    Args:
        before: The older release folder.
        after: The newer one.
        json: Print the difference as JSON.
    """
    from releases.changelog import lines
    from releases.diff import diff as compare

    found = compare(before, after)
    if json:
        print(found.model_dump_json(indent=2))
    else:
        print(f"{found.before} to {found.after}\n{lines(found)}suggested version: {found.next_version} ({found.bump})")
    return 0
