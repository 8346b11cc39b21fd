"""`medmill verify`."""

from pathlib import Path


def verify(folder: Path, *, json: bool = False, quiet: bool = False) -> int:
    """Check that a release is whole: hashes, columns, counts, keys, and ids that lead somewhere.

    Exit code 0 where it is, 3 where something is wrong, with a line for each thing. For example:

        medmill verify release/mimic-ir

    Args:
        folder: The release folder.
        json: Print what is wrong as JSON.
        quiet: Print nothing.
    """
    from json import dumps

    from releases.verify import verify as check
    from schemas.release import read_release

    wrong = check(folder)
    if json:
        print(dumps({"release": str(folder), "wrong": wrong}, indent=2))
    elif not quiet:
        release = read_release(folder)
        rows = sum(config.rows for config in release.configs)
        said = (
            "\n".join(wrong)
            or f"{release.name} {release.version} is whole: {rows:,} rows in {len(release.configs)} configurations"
        )
        print(said)
    return 3 if wrong else 0
