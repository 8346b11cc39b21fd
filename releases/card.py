"""The card of a release: `README.md` with the YAML that the Hub reads, and prose from what the build says of itself."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from releases.about import About
from releases.features import features
from releases.licence import licence_fields, licence_text
from schemas.manifest import Manifest
from schemas.quality import QcReport
from schemas.release import Release

_SIZES: Final = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
_CODE = re.compile(r"[a-z]{2,3}")
"""A language (ISO 639); splits of other tables have longer names."""

_PLACE: Final = re.compile(r"(?<![\w.~])(?:~|[A-Za-z]:)?[/\\](?:[^/\\]*[/\\])*")
"""What stands before the last name of a path from the root of a disk."""


def card(folder: Path, release: Release, about: About, manifest: Manifest, report: QcReport | None) -> str:
    """The text of `README.md`; the Parquet files of the release lie in `folder`."""
    import yaml
    from jinja2 import Environment, PackageLoader

    templates = Environment(
        loader=PackageLoader("releases", ""), trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return templates.get_template("card.md.j2").render(
        yaml=yaml.safe_dump(hub_fields(folder, release, about, manifest), sort_keys=False, allow_unicode=True),
        release=release,
        about=about,
        manifest=manifest,
        report=report,
        terms=licence_text(release.terms).strip(),
        settings={name: _PLACE.sub("…/", str(value)) for name, value in manifest.settings.get("recipe", {}).items()},
        files=list(_files(folder)),
        referenced=any(column.treatment == "referenced" for column in release.treated),
        sources=" ".join(f"--source {source.kind}=FOLDER" for source in manifest.sources),
        read=", ".join(
            f"{source.kind} ({source.shards:,} shards, {source.fingerprint[:12]})" for source in manifest.sources
        ),
    )


def hub_fields(folder: Path, release: Release, about: About, manifest: Manifest) -> dict[str, Any]:
    """What the Hub reads of a card, in the order it writes it."""
    rows = sum(config.rows for config in release.configs)
    fields: dict[str, Any] = {
        "pretty_name": about.title or release.name,
        "language": _languages(release) or list(about.languages),
        **licence_fields(release.terms),
        "annotations_creators": ["machine-generated"],
        "source_datasets": sorted({source.kind for source in manifest.sources}),
        "size_categories": [_size(rows)],
        "task_categories": list(about.tasks),
        "tags": [*about.tags, "medmill"],
        "configs": [
            _config(config.name, config.splits, first=config.name == _shown_first(release, about))
            for config in release.configs
        ],
        "dataset_info": [_info(folder, config.name, config.splits) for config in release.configs],
    }
    return {name: value for name, value in fields.items() if value} | (_gate(release) if release.gated else {})


def _languages(release: Release) -> list[str]:
    """Those that a corpus is cut into: its splits are named by their codes."""
    names = {split for config in release.configs for split in config.splits}
    return sorted(name for name in names if _CODE.fullmatch(name))


def _shown_first(release: Release, about: About) -> str:
    names = [config.name for config in release.configs]
    return next((name for name in names if name.startswith(about.shown_first)), names[0] if names else "")


def _files(folder: Path) -> Iterator[tuple[str, int, float]]:
    """Name, number and megabytes of the files beside the tables, by kind."""
    for kind in sorted((folder / "files").glob("*")):
        sizes = [path.stat().st_size for path in kind.rglob("*") if path.is_file()]
        yield f"files/{kind.name}", len(sizes), sum(sizes) / 1e6


def _config(name: str, splits: Mapping[str, Any], *, first: bool) -> dict[str, Any]:
    files = [{"split": split, "path": f"{name}/{split}-*.parquet"} for split in splits]
    return {"config_name": name, "data_files": files} | ({"default": True} if first else {})


def _info(folder: Path, name: str, splits: Mapping[str, Any]) -> dict[str, Any]:
    """Features from the files themselves, rows and bytes per split."""
    files = [folder / file.path for record in splits.values() for file in record.files]
    return {
        "config_name": name,
        "features": features(pq.read_schema(files[0])),
        "splits": [
            {
                "name": split,
                "num_bytes": sum(_loaded(folder / f.path) for f in record.files),
                "num_examples": record.rows,
            }
            for split, record in splits.items()
        ],
        "download_size": sum(path.stat().st_size for path in files),
        "dataset_size": sum(_loaded(path) for path in files),
    }


def _loaded(path: Path) -> int:
    """Bytes of a file's columns, not compressed."""
    footer = pq.read_metadata(path)
    return sum(footer.row_group(number).total_byte_size for number in range(footer.num_row_groups))


def _size(rows: int) -> str:
    """`size_categories` as the Hub spells them: `10K<n<100K`."""
    bounds = [10 ** (number + 3) for number in range(len(_SIZES))]
    if rows < bounds[0]:
        return "n<1K"
    place = max(number for number, bound in enumerate(bounds) if rows >= bound)
    return f"n>{_SIZES[place]}" if place == len(_SIZES) - 1 else f"{_SIZES[place]}<n<{_SIZES[place + 1]}"


def _gate(release: Release) -> dict[str, Any]:
    cite = "; ".join(sorted(release.terms.citations))
    asked = "I have access to the sources of this dataset, keep to their terms, and will not try to identify anybody"
    return {
        "extra_gated_heading": "Access is given to people who may use the sources",
        "extra_gated_prompt": f"{licence_text(release.terms).strip()}" if cite else asked,
        "extra_gated_fields": {"Name": "text", "Affiliation": "text", asked: "checkbox"},
    }
