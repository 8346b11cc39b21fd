"""`croissant.json`: a release in the vocabulary of ML Commons' Croissant 1.1, with hashes and RAI statements."""

import json
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from releases.about import About
from releases.licence import licence_text
from schemas.manifest import ColumnRecord, Manifest
from schemas.release import Config, Release

_CONFORMS: Final = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
_OURS: Final = (
    "citeAs", "column", "examples", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes",
    "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
    "replace", "separator", "source", "subField", "transform", "containedIn", "samplingRate", "equivalentProperty",
)  # fmt: skip
_PARQUET: Final = "application/x-parquet"
_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{name: f"cr:{name}" for name in _OURS},
}


def croissant(folder: Path, release: Release, about: About, manifest: Manifest) -> str:
    """The file as JSON; the Parquet files of the release lie in `folder`."""
    described = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CONFORMS,
        "name": release.name,
        "description": " ".join([about.summary, *about.paragraphs]),
        "version": release.version,
        "datePublished": release.created[:10],
        "license": sorted(release.terms.licences) or ["terms of the sources, see LICENSE.txt"],
        "url": "./",
        "citeAs": "; ".join(sorted(release.terms.citations)) or release.name,
        "creator": {"@type": "sc:Organization", "name": "The maintainers of this release"},
        "isLiveDataset": False,
        **_responsible(release, manifest),
        "distribution": [part for config in release.configs for part in _files(config)],
        "recordSet": [_records(folder, config) for config in release.configs],
    }
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def _responsible(release: Release, manifest: Manifest) -> dict[str, Any]:
    """What RAI 1.0 asks: where data come from, who labelled, what is personal, what is known to be wrong."""
    sources = ", ".join(sorted({source.kind for source in manifest.sources}))
    kept = ", ".join(f"{column.table}.{column.column}" for column in release.treated) or "nothing"
    return {
        "rai:dataCollection": f"Made by medmill {release.medmill} from {sources}; nothing was collected anew.",
        "rai:dataAnnotationProtocol": "Labels are made by programs named in README.md, with the settings given there.",
        "rai:personalSensitiveInformation": f"Health data. Withheld or replaced: {kept}. {licence_text(release.terms)}",
        "rai:dataLimitations": "; ".join(release.quality.failed) or "See README.md, How good it is.",
        "rai:dataUseCases": "Research. Not for clinical use.",
    }


def _files(config: Config) -> list[dict[str, Any]]:
    """One object a file with its hash, and the set of them that is the table."""
    files = [file for split in config.splits.values() for file in split.files]
    objects = [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": f"{file.bytes} B",
            "encodingFormat": _PARQUET,
            "sha256": file.sha256,
        }
        for file in files
    ]
    return [*objects, _together(config)]


def _together(config: Config) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": _set_of(config.name),
        "name": _set_of(config.name),
        "encodingFormat": _PARQUET,
        "includes": f"{config.name}/*.parquet",
    }


def _set_of(config: str) -> str:
    return f"files-of-{config}"


def _records(folder: Path, config: Config) -> dict[str, Any]:
    """The columns, read from the first file."""
    record = next(iter(config.splits.values()))
    schema = pq.read_schema(folder / record.files[0].path)
    columns = {column.name: column for column in config.columns}
    return {
        "@type": "cr:RecordSet",
        "@id": config.name,
        "name": config.name,
        "key": [{"@id": f"{config.name}/column/{name}"} for name in config.primary_key],
        "field": [_field(config.name, field, columns[field.name]) for field in schema],
    }


def _field(config: str, field: pa.Field, column: ColumnRecord) -> dict[str, Any]:
    unit = f" [{column.unit}]" if column.unit else ""
    made = {
        "@type": "cr:Field",
        "@id": f"{config}/column/{field.name}",
        "name": field.name,
        "description": f"{column.description}{unit}".strip() or field.name,
        "dataType": _kind(field.type),
        "source": {"fileSet": {"@id": _set_of(config)}, "extract": {"column": field.name}},
    }
    return made | ({"repeated": True} if pa.types.is_list(field.type) else {})


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return _kind(kind.value_type)
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    return "sc:Date" if pa.types.is_date(kind) else "sc:Text"
