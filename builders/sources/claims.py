"""Which report a volume of a folder belongs to, by what a column of the reports' table calls it."""

from collections.abc import Sequence

import polars as pl

from builders.sources.volume_files import names_of
from builders.stages.hashing import hex_digest

UNREPORTED = "unreported-"
"""What the study of a volume without a report begins with; a hash of its path follows, since a path may name people."""


def claimed(paths: Sequence[str], claims: pl.DataFrame) -> pl.DataFrame:
    """path, study (of no report: `unreported-…`), reported, and ambiguous: whether two reports claim the volume.

    `claims`: study and name. A name is a volume's path, with or without its end, or that of a folder above it; or
    the last part of one of these, where no other volume has it too unless it lies in the same folder.
    """
    names = pl.DataFrame(
        [(path, name, _owner(path, name)) for path in paths for name in names_of(path)],
        schema={"path": pl.String, "name": pl.String, "owner": pl.String}, orient="row",
    )  # fmt: skip
    clear = names.filter(pl.col("owner").n_unique().over("name") == 1)
    plain = pl.col("name").str.replace_all("\\", "/", literal=True).str.strip_chars().str.replace(r"^(?:\./)+", "")
    wanted = claims.select("study", name=plain.str.strip_chars("/"))
    found = clear.join(wanted, on="name", how="inner", maintain_order="left").select("path", "study").unique()
    owned = found.sort("path", "study").group_by("path", maintain_order=True).agg("study")
    listed = pl.DataFrame({"path": list(paths)}, schema={"path": pl.String})
    listed = listed.join(owned, on="path", how="left", maintain_order="left")
    own = UNREPORTED + hex_digest(listed["path"])
    return listed.select(
        "path",
        study=pl.col("study").list.first().fill_null(own),
        reported=pl.col("study").is_not_null(),
        ambiguous=(pl.col("study").list.len() > 1).fill_null(False),
    )


def _owner(path: str, name: str) -> str:
    """The file or folder that a name of a path means, so that one name for two things can be told."""
    parts = path.split("/")
    if name == path or "/" in name:
        return name
    for count in range(len(parts), 0, -1):
        whole = "/".join(parts[:count])
        if parts[count - 1] == name or parts[count - 1].startswith(f"{name}."):
            return whole
    return name
