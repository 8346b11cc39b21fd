"""The page of matches as text: its style comes out as it was written."""

import re
from pathlib import Path

from qc.matches import page as of
from tests.qc.test_matches_in_a_browser import MATCHES, PAIRS


def test_the_style_keeps_its_quotation_marks() -> None:
    """Escaped, they named no font, and a browser threw the rule away."""
    made = of.page(PAIRS, MATCHES, 2, "a 'title' & more")
    (style,) = re.findall(r"<style>\n(.*?)\n*</style>", made, re.DOTALL)
    assert style == Path(of.__file__).with_name("page.css").read_text(encoding="utf-8").rstrip("\n")
    assert '"' in style and "&#" not in style
    assert "a &#39;title&#39; &amp; more" in made
