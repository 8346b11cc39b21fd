"""Which documents and pages are pictures of text: the published rule of MMedC (arXiv 2402.13963), and ours per page."""

from dataclasses import dataclass

LEAST_SHARE = 0.5
"""Letters and digits among all characters of a text layer; below, it is no text."""
LEAST_LETTERS = 200
"""Letters and digits of a page; below, it may be a picture with a page number on it."""
MOST_OF_THE_PAGE = 0.5
"""Share of a page that is covered by pictures where it is a scan."""
_LONG_DOCUMENT = 100


@dataclass(frozen=True)
class Layer:
    """What a text layer holds: characters, letters and digits (`str.isalnum`), pages."""

    characters: int
    letters: int
    pages: int


def layer_of(text: str) -> Layer:
    """Of one page."""
    return Layer(len(text), sum(map(str.isalnum, text)), 1)


def scanned_document(layer: Layer) -> bool:
    """The published rule: image-based if letters make less than half, or are fewer than 200 a page."""
    return layer.letters < LEAST_SHARE * layer.characters or layer.letters < LEAST_LETTERS * layer.pages


def speaks(layer: Layer) -> bool:
    """Whether a page's text layer is long enough, and text, so that nothing else of the page matters."""
    return not scanned_document(layer)


def scanned_page(layer: Layer, pictures: float, *, drawn: bool) -> bool:
    """Ours: a page on which something is drawn, and whose text layer is empty, no text, or short beside a picture.

    `pictures`: the share of the page that they cover. A short last page of a chapter is no scan.
    """
    if not drawn or speaks(layer):
        return False
    no_text = layer.letters == 0 or layer.letters < LEAST_SHARE * layer.characters
    return no_text or pictures >= MOST_OF_THE_PAGE


def published_pages(pages: int) -> range:
    """The pages (from 0) that the published rule keeps of a text document: from 100 pages on, no front and end matter.

    Kept are indices `> 0.018 N + 3` and `< N - 5`.
    """
    if pages < _LONG_DOCUMENT:
        return range(pages)
    return range(int(0.018 * pages + 3) + 1, pages - 5)
