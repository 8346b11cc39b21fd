"""`medmill verify`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def verify(release: str, *, revision: str = "main", json: bool = False, quiet: bool = False) -> int:
    """Check that a release is whole: hashes, columns, counts, keys, and ids that lead somewhere.

    Exit code 0 where it is, 3 where something is wrong, with a line for each thing. For example:

        medmill verify release/mimic-ir
        medmill verify my-lab/mimic-ir --revision v1.0.0

    Args:
        release: The release folder, or ORG/NAME of a dataset on a Hub, which is downloaded to be looked at.
        revision: Of a dataset on a Hub: a tag, a branch, or a commit.
        json: Print what is wrong as JSON.
        quiet: Print nothing.
    """
    from json import dumps

    from releases.verify import verify as check
    from schemas.release import read_release

    with _folder(release, revision) as folder:
        wrong = check(folder)
        described = read_release(folder)
    if json:
        print(dumps({"release": release, "wrong": wrong}, indent=2))
    elif not quiet:
        rows = sum(config.rows for config in described.configs)
        whole = (
            f"{described.name} {described.version} is whole: {rows:,} rows in {len(described.configs)} configurations"
        )
        print("\n".join(wrong) or whole)
    return 3 if wrong else 0


@contextmanager
def _folder(release: str, revision: str) -> Iterator[Path]:
    """The folder itself, or what a Hub holds in a folder for as long as it is looked at."""
    if Path(release).exists() or not re.fullmatch(r"[\w.-]+/[\w.-]+", release):
        yield Path(release)
        return
    from tempfile import TemporaryDirectory

    from releases.endpoint import endpoint

    at = endpoint(release)  # before the client is imported, which reads its settings then
    from releases.hub import Hub

    with TemporaryDirectory() as folder:
        Hub(release, at).download(revision, Path(folder))
        yield Path(folder)
