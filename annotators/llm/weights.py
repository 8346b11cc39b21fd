"""Which weights lie in a folder: a hash that other weights do not have, and that every copy of the folder has."""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

_DECIDES: Final = ("*.json", "*.jinja", "*.model", "*.txt", "*.safetensors", "*.bin", "*.gguf")
"""Configuration, tokenizer, weights."""
_WHOLE: Final = 64 << 20
_PIECES, _PIECE = 32, 1 << 20
"""A larger file is known by its size and so many pieces, of so many bytes, spread over it: training changes weights
everywhere, and reading 140 GB takes minutes."""


@cache
def identity(folder: Path) -> str:
    """16 hexadecimal digits of the names and bytes of what decides an answer; neither path nor time of change."""
    total = blake2b(digest_size=8)
    for path in sorted({path for pattern in _DECIDES for path in folder.glob(pattern)}):
        total.update(f"{path.name}:{path.stat().st_size};".encode())
        for piece in _pieces(path):
            total.update(piece)
    return total.hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _WHOLE:
            yield file.read()
            return
        for number in range(_PIECES):
            file.seek((size - _PIECE) * number // (_PIECES - 1))
            yield file.read(_PIECE)
