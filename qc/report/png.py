"""Pictures of 256 colours as PNG inside a page."""

import struct
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_LEVEL = 9


def data_uri(pixels: "np.ndarray", palette: "np.ndarray") -> str:
    """`pixels`: uint8 [row, column], numbers of colours; `palette`: uint8 [number, 3], red, green, blue."""
    return "data:image/png;base64," + b64encode(png(pixels, palette)).decode()


def png(pixels: "np.ndarray", palette: "np.ndarray") -> bytes:
    """The file; see `data_uri`. After the PNG specification (ISO 15948), colour type 3, no filters."""
    import numpy as np

    rows, columns = pixels.shape
    lines = np.zeros((rows, columns + 1), np.uint8)  # in front of every line stands the number of its filter, 0
    lines[:, 1:] = pixels
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0),
        b"PLTE": palette.astype(np.uint8).tobytes(),
        b"IDAT": zlib.compress(lines.tobytes(), _LEVEL),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts.items())


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
