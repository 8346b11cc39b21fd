"""What a model is, told by its files: so that what it found can be kept, and is not taken for another's."""

import hashlib
import os
from pathlib import Path
from typing import Final

from schemas.errors import MedmillError

_WHOLE: Final = 64 << 20
"""Bytes up to which a file is read whole; of larger ones size, time, head and tail, as shards of sources are told."""
_END: Final = 1 << 20


def identity(model: str, revision: str = "main") -> str:
    """A hash of the files of a folder, or the commit of a model on the Hub; raises `MedmillError` where it is neither.

    A weight file above 64 MiB that is copied elsewhere with a new time counts as another: it is asked again.
    """
    folder = Path(model)
    if not folder.is_dir():
        return f"{model}@{_commit(model, revision)}"
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(_content(path))
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    size = path.stat().st_size
    if size <= _WHOLE:
        return hashlib.sha256(path.read_bytes()).digest()
    with path.open("rb") as file:
        head = file.read(_END)
        file.seek(-_END, os.SEEK_END)
        return hashlib.sha256(head + file.read() + str(path.stat().st_mtime_ns).encode()).digest()


def _commit(model: str, revision: str) -> str:
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(model, revision=revision)
    except (OSError, ValueError) as error:
        raise MedmillError(
            f"{model}: no model there ({type(error).__name__}); expected a folder with config.json, weights and "
            "tokenizer, or the id of a model on the Hub that this machine can reach"
        ) from error
    return getattr(config, "_commit_hash", None) or revision
