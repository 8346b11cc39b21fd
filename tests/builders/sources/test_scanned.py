"""The published rules of MMedC, held to a plain restatement of the published words; and ours per page."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders.sources.scanned import Layer, layer_of, published_pages, scanned_document, scanned_page

PAGES = st.lists(st.text(st.sampled_from("aZ9é汉ん٣ .,-\n\x00\ufffd"), max_size=600), min_size=1, max_size=4)


def plainly(pages: list[str]) -> bool:
    """Image-based if alnum/total < 0.5 or alnum characters < 200 x pages."""
    text = "".join(pages)
    alnum = len([letter for letter in text if letter.isalnum()])
    return not text or alnum / len(text) < 0.5 or alnum < 200 * len(pages)


@given(PAGES)
@example(["a" * 200])
@example(["a" * 199])
@example(["a" * 200 + "." * 200])
@example(["a" * 200 + "." * 201])
@example(["a" * 400, ""])
def test_documents_are_scanned_as_published(pages: list[str]) -> None:
    layers = [layer_of(page) for page in pages]
    whole = Layer(sum(one.characters for one in layers), sum(one.letters for one in layers), len(pages))
    assert scanned_document(whole) == plainly(pages)


@given(st.integers(1, 5000))
@example(99)
@example(100)
@example(500)
@example(1500)
def test_pages_are_kept_as_published(count: int) -> None:
    kept = [index for index in range(count) if count < 100 or (index > 0.018 * count + 3 and index < count - 5)]
    assert list(published_pages(count)) == kept


@pytest.mark.parametrize(
    ("text", "pictures", "drawn", "scanned"),
    [
        ("", 1.0, True, True),
        ("", 0.0, True, True),  # letters drawn as curves
        ("", 0.0, False, False),  # a blank page
        ("17", 0.95, True, True),  # a page number over a scan
        ("The end of a chapter.", 0.0, True, False),
        ("Figure 3. A map of the pier.", 0.3, True, False),
        ("\ufffd" * 500, 0.0, True, True),  # glyphs without letters
        ("word " * 200, 1.0, True, False),  # a scan that somebody has read already
    ],
)
def test_a_page_is_judged_by_itself(text: str, pictures: float, drawn: bool, scanned: bool) -> None:
    assert scanned_page(layer_of(text), pictures, drawn=drawn) == scanned
