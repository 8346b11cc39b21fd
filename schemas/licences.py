"""What a licence lets whoever holds a row do with it, for sources whose rows differ in licence (PMC open access).

Facts: the deeds at creativecommons.org. `ND` forbids adapted text, `NC` commercial use, `SA` binds what is made to
the same licence. What is missing or unknown permits nothing.
"""

import re
from typing import Final

from schemas.terms import Terms

UNKNOWN: Final = "unknown"
_KNOWN: Final = re.compile(r"^cc-(?:by(?:-nc)?(?:-sa|-nd)?)-\d\.\d$|^cc0-1\.0$")
_OF_OTHERS: Final = ("mit", "apache-2.0", "odc-by-1.0")
"""Licences of software and of databases that texts carry too: all is allowed that they are named with."""
_DEED: Final = re.compile(
    r"^https?://(?:www\.)?creativecommons\.org/(?:licenses/([a-z\-]+)|publicdomain/(zero))/(\d\.\d)"
)
"""The address of a deed, as pages link to it."""
_LATEST: Final = "4.0"


def normalised(licence: str | None) -> str:
    """A licence as the Hub spells it (`CC BY-NC 4.0` is `cc-by-nc-4.0`), or `unknown`. Without a version: 4.0."""
    if deed := _DEED.match((licence or "").strip().lower()):
        licence = f"cc-{deed[1]}-{deed[3]}" if deed[1] else "cc0-1.0"
    words = re.sub(r"[\s_/]+", "-", (licence or "").strip().lower()).replace("cc-0", "cc0")
    if words in ("cc0", "cc0-1.0", "public-domain"):
        return "cc0-1.0"
    if words in _OF_OTHERS:
        return words
    if not re.search(r"\d", words):
        words = f"{words}-{_LATEST}"
    return words if _KNOWN.match(words) else UNKNOWN


def terms_of(licence: str) -> Terms:
    """The terms of rows under a licence in its normalised spelling."""
    if licence == UNKNOWN:
        return Terms(text_may_leave="no", labels_may_leave="no", ids_may_leave=False, commercial=False)
    parts = licence.split("-")
    return Terms(
        text_may_leave="verbatim" if "nd" in parts else "adapted",
        commercial="nc" not in parts,
        licences=frozenset({licence}),
        share_alike=frozenset({licence}) if "sa" in parts else frozenset(),
    )


def group(licence: str) -> str:
    """The configuration that rows of a licence leave in: what their readers may do is in its name."""
    parts = licence.split("-")
    words = ["noncommercial" if "nc" in parts else "commercial"]
    words += ["sharealike"] if "sa" in parts else []
    words += ["verbatim"] if "nd" in parts else []
    return "-".join(words)
