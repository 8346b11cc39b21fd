"""Ranges of a file as shards: their names say which bytes, and of which state of the file."""

from builders.base import Shard
from builders.sources.place import digest
from builders.sources.unpacked import part_of
from builders.sources.web_files import WebFile, demand_unchanged, file_labelled, label


def cut(file: WebFile, part_bytes: int) -> list[Shard]:
    """Ranges of about `part_bytes` of text (`news.jsonl.gz:0-4194304:1f0c…`: bytes as they lie there, and a mark)."""
    identity, mark, part = file.identity(), file.mark(), part_of(file.name, part_bytes)
    spans = [(start, min(start + part, file.size)) for start in range(0, file.size, part)]
    return [
        Shard(
            f"{label(file.name)}:{start}-{end}:{mark}",
            digest(identity, f"{start}-{end}"),
            bytes=(end - start) * (part_bytes // part),
        )
        for start, end in spans
    ]


def range_of(location: str, shard: str) -> tuple[WebFile, int, int, str]:
    """File, start, end and mark of a shard; raises `SourceError` where the file is no longer what was listed."""
    said, span, mark = shard.rsplit(":", 2)
    start, end = map(int, span.split("-"))
    file = file_labelled(location, said)
    demand_unchanged(file, mark)
    return file, start, end, mark
