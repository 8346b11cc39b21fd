"""NIfTI files read to their end, so that the checksum of the compressed ones is compared."""

import gzip
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_AT_ONCE: Final = 1 << 20
"""Bytes of what is left behind the voxels that are read at once."""
_SECOND: Final = 540
"""Bytes of the header of NIfTI-2, which are its first four; that of NIfTI-1 has 348."""


@contextmanager
def whole_nifti(path: Path) -> Iterator[Any]:
    """The image of a file; read its voxels within, for a compressed file is closed behind it.

    nibabel stops behind the last voxel, before the checksum at the end of a gzip file: flipped bits would be read as
    other voxels. So the rest is read too. Raises what nibabel and gzip raise; for a wrong checksum `zlib.error`.
    """
    import nibabel as nib

    if not path.name.lower().endswith(".gz"):
        yield nib.load(path)  # pyright: ignore[reportPrivateImportUsage]
        return
    with gzip.open(path, "rb") as file:
        image = _image(file)
        try:
            yield image
            while file.read(_AT_ONCE):
                pass
        except gzip.BadGzipFile as error:
            raise zlib.error(str(error)) from None


def _image(file: Any) -> Any:
    import nibabel as nib
    from nibabel.filebasedimages import ImageFileError
    from nibabel.spatialimages import HeaderDataError
    from nibabel.wrapstruct import WrapStructError

    head = file.read(4)
    file.seek(0)
    second = len(head) == 4 and _SECOND in (struct.unpack(f"{order}i", head)[0] for order in "<>")
    try:
        return (nib.Nifti2Image if second else nib.Nifti1Image).from_stream(file)  # pyright: ignore
    except (HeaderDataError, WrapStructError) as error:
        raise ImageFileError(str(error)) from None
