"""Elements of XML one after the other, each let go behind it; entities stay unread and nothing is fetched."""

import io
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any, Final

from schemas.errors import SourceError

_INNER: Final = re.compile(rb"<!DOCTYPE[^>\[]*\[(.*?)\]\s*>", re.DOTALL)
_PROLOG: Final = 2**20
_NAMED: Final = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_OF_XML: Final = (b"amp", b"lt", b"gt", b"quot", b"apos")


class BrokenXmlError(Exception):
    """XML that breaks off; says in which line."""


def elements(path: str, body: bytes, tag: str) -> Iterator[Any]:
    """Every element of a name, whatever its namespace, without namespaces within; empty behind its turn.

    Raises `SourceError` for a file that declares entities of its own (which may grow without end, or name files), and
    `BrokenXmlError` where it is no XML.
    """
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    inner = _INNER.search(body[:_PROLOG])
    if inner and b"<!ENTITY" in inner[1]:
        raise SourceError(
            f"{path}: declares entities of its own, which are not read; replace them by what they stand for"
        )
    body = _NAMED.sub(_numbered, body)
    settings = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": len(body) > 10**7}
    try:
        for _, element in etree.iterparse(io.BytesIO(body), events=("end",), tag=f"{{*}}{tag}", **settings):
            if not any(above.tag == element.tag for above in element.iterancestors()):
                _without_namespaces(element)
                yield element
                _let_go(element)
    except etree.XMLSyntaxError as error:
        raise BrokenXmlError(f"no whole XML: it breaks in line {error.lineno}") from None


def _numbered(entity: re.Match[bytes]) -> bytes:
    """A named letter of HTML, which XML does not know without its DTD, by its number."""
    letters = html5.get(entity[1].decode() + ";", "") if entity[1] not in _OF_XML else ""
    return "".join(f"&#{ord(letter)};" for letter in letters).encode() or entity[0]


def _without_namespaces(element: Any) -> None:
    for one in element.iter("{*}*"):
        if one.tag.startswith("{"):
            one.tag = one.tag.rpartition("}")[2]


def _let_go(element: Any) -> None:
    element.clear(keep_tail=False)
    while element.getprevious() is not None and element.getparent() is not None:
        del element.getparent()[0]


def said(element: Any) -> str:
    """All words of an element, comments and the like apart, without blanks at the ends."""
    return "".join(element.itertext("*")).strip()
