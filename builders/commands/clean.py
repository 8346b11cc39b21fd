"""`medmill clean`."""

from pathlib import Path


def clean(build: Path, *, dry_run: bool = False) -> int:
    """Remove what the manifest of a build no longer names: tables of earlier settings, drafts, scratch.

    Example: `medmill clean out/mimic-ir --dry-run`

    Args:
        build: The build folder.
        dry_run: Only say what would be removed.
    """
    from builders.cleaning import remove, unused
    from builders.lock import locked
    from builders.plan import size_of
    from builders.store import Store
    from schemas.manifest import read_manifest

    manifest = read_manifest(build)
    with locked(build):
        paths = unused(Store(build), manifest)
        for path in paths:
            print(f"{size_of(path) / 1e6:10.1f} MB  {path}")
        freed = sum(size_of(path) for path in paths) if dry_run else remove(paths)
    print(f"{freed / 1e6:10.1f} MB  {'would be freed' if dry_run else 'freed'}")
    return 0
