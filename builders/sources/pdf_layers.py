"""The text layer of a whole PDF in three numbers."""

from functools import lru_cache

from builders.sources.pdf_files import BadPdfError, opened
from builders.sources.pdf_pages import opened_page, text_of
from builders.sources.place import Place
from builders.sources.scanned import Layer, layer_of


def document_layer(place: Place, name: str) -> Layer:
    """Of all pages; those that cannot be opened count as empty. Remembered: each run of pages of a file asks for it."""
    info = place.fs.info(place.full(name))
    return _layer(place, name, f"{info.get('size')}:{info.get('mtime')}:{info.get('ETag')}")


@lru_cache(maxsize=1000)
def _layer(place: Place, name: str, state: str) -> Layer:
    """`state` changes with the file."""
    characters = letters = 0
    with opened(place, name) as pdf:
        for index in range(len(pdf)):
            try:
                with opened_page(pdf, index) as page:
                    layer = layer_of(text_of(page))
            except BadPdfError:
                continue
            characters, letters = characters + layer.characters, letters + layer.letters
        return Layer(characters, letters, len(pdf))
