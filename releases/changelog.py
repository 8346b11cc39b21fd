"""`CHANGELOG.md` and `ERRATA.md`: what changed since the release before, and what is known to be wrong."""

from dataclasses import dataclass
from pathlib import Path

from releases.diff import ConfigDifference, Difference, difference
from schemas.errors import UsageError
from schemas.release import Release, read_release
from schemas.versions import Version

_HEAD = "# Changelog\n\nNewest first. Major: a reader's code may break; minor: rows or columns differ; patch: words.\n"
_ERRATA = "# Errata\n\nErrors found after a release, newest first.\n"


@dataclass(frozen=True)
class Previous:
    """The release before: its folder, what it says of itself, and its texts."""

    folder: Path | None = None
    release: Release | None = None
    changelog: str = ""
    errata: str = ""

    @classmethod
    def of(cls, folder: Path | None) -> "Previous":
        """Read it; nothing where there is none."""
        if folder is None:
            return cls()
        return cls(folder, read_release(folder), _text(folder / "CHANGELOG.md"), _text(folder / "ERRATA.md"))


def changelog(folder: Path, made: Release, before: Previous) -> str:
    """The changelog of a release whose tables lie in `folder`; raises `UsageError` for a version that does not rise."""
    if before.folder is None or before.release is None:
        return f"{_HEAD}\n## {made.version} ({made.created[:10]})\nFirst release.\n"
    if Version.of(made.version) <= Version.of(before.release.version):
        raise UsageError(
            f"--version {made.version}: the release before is {before.release.version}; choose a higher one"
        )
    found = difference(before.folder, before.release, folder, made)
    older = before.changelog.partition("\n## ")[2]
    return f"{_HEAD}\n## {made.version} ({made.created[:10]})\n{lines(found)}\n## {older}"


def errata(new: str, before: Previous) -> str:
    """Errors said now, above those said before."""
    older = before.errata.removeprefix(_ERRATA).replace("\nNone known.\n", "")
    said = f"\n{new.strip()}\n" if new.strip() else ""
    return f"{_ERRATA}{said}{older}" if said or older else f"{_ERRATA}\nNone known.\n"


def lines(found: Difference) -> str:
    """A difference as lines of a changelog."""
    said = [f"- configuration `{name}` is new" for name in found.configs_added]
    said += [f"- configuration `{name}` is gone" for name in found.configs_removed]
    said += ["- the terms changed: read LICENSE.txt again"] if found.terms_changed else []
    said += [line for config in found.configs if config.differs for line in _config(config)]
    return "\n".join(said or ["- nothing changed in the tables"]) + "\n"


def _config(config: ConfigDifference) -> list[str]:
    counts = [f"{n:,} rows {word}" for word, n in _counts(config).items() if n]
    columns = [f"column {word} {', '.join(names)}" for word, names in _columns(config).items() if names]
    key = ["another key"] if config.key_changed else []
    drift = [f"{d.column} {d.value} {d.before:.1%} to {d.after:.1%}" for d in config.drift]
    return [f"- `{config.name}`: {'; '.join([*columns, *key, *counts, *drift])}"]


def _counts(config: ConfigDifference) -> dict[str, int]:
    return {"added": config.rows_added, "removed": config.rows_removed, "changed": config.rows_changed}


def _columns(config: ConfigDifference) -> dict[str, list[str]]:
    return {"added": config.columns_added, "removed": config.columns_removed, "changed": config.columns_changed}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
