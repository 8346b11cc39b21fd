"""`medmill export phantoms`: synthetic chest CTs as files."""

from pathlib import Path

from schemas.errors import UsageError


def phantoms(scans: int, *, out: Path, seed: str = "medmill") -> int:
    """Write phantom chest CTs as CT-RATE lays out its own, with the truth beside them.

    `<out>/dataset` is for `--source ct-rate=`; `<out>/truth` holds label maps, `plants.parquet`, `sentences.parquet`.
    For example:

        medmill export phantoms 24 --out phantoms

    Args:
        scans: How many scans.
        out: The folder to write to; new or empty.
        seed: Other patients for another seed.
    """
    from builders.sources.phantom.tree import write_tree
    from builders.sources.synthetic_ct import SyntheticCT

    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out}: there are files here already; name a new folder")
    count = write_tree(out, SyntheticCT(str(scans), seed=seed))
    print(f"{out}: {count} volumes of {scans} scans")
    return 0
