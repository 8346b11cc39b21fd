"""Which encoding a text is in that does not say so: marks first, then UTF-8, then what the bytes look like."""

import codecs
import re
from collections.abc import Sequence

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 2**16
_KANA = re.compile("[\u3041-\u30ff]")
_WIDE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff61-\uff9f]")
_JAPANESE = ("cp932", "euc_jis_2004")
_LEAST_KANA = 0.2
_WESTERN = re.compile("[\x20-\x7e\r\n\t\xa0áéíóúñüàâäãåçèêëîïôöõùûÿœæßÁÉÍÓÚÑÜÀÂÄÃÅÇÈÊËÎÏÔÖÕÙÛŒÆ¿¡«»ºª°·–—‘’“”•…€§©®]*")
"""What French, Spanish, German and Portuguese are written with; letters of cp1250 are other signs of cp1252."""


_LABELS = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "x-sjis": "cp932", "windows-31j": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "big5": "big5hkscs",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-9": "cp1254",
}  # fmt: skip
"""What labels of the web stand for (encoding.spec.whatwg.org): the larger set that browsers read."""
_MOST_REPLACED = 0.01
_WHOLE_TO_BROKEN = 10


def decoded(body: bytes, *said: str | None, lenient: bool = False) -> str | None:
    """The text; None where no encoding fits. `said`: what headers say, in the order to be believed.

    A mark at the start comes first, then UTF-8 that is more than ASCII, since nothing else looks like it, then what
    is said, then UTF-8 with a few broken letters, which become U+FFFD, then a guess. `lenient`: up to one letter in a
    hundred may be broken in an encoding that is said, or in UTF-8, whatever the others are.
    """
    if (mark := marked(body)) and (text := _strictly(body, mark)) is not None:
        return text
    names = [_LABELS.get(name.strip().lower(), name.strip().lower()) for name in said if name]
    for name in (*names, *_of_ascii(body), "utf-8") if body.isascii() else ("utf-8", *names):
        if (text := _strictly(body, name)) is not None:
            return text
    for name in (*names, "utf-8") if lenient else ():
        if (text := _leniently(body, name)) is not None:
            return text
    if (text := _damaged_utf8(body)) is not None:
        return text
    found = guessed(body)
    return None if found is None else _strictly(body, found)


def _of_ascii(body: bytes) -> Sequence[str]:
    """ISO-2022-JP is written in ASCII; its escapes give it away."""
    return ("iso2022_jp_2", "iso2022_jp_ext") if re.search(rb"\x1b\$[@B(]", body) else ()


def marked(body: bytes) -> str | None:
    """The encoding that the mark at the start of a text tells, or the zeros between letters of UTF-16."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return encoding
    head = body[:SAMPLE]
    if b"\0" not in head:
        return None
    zeros, pairs = head[0::2].count(0), head[1::2].count(0)
    if max(zeros, pairs) * 4 > len(head) and min(zeros, pairs) * 20 < len(head):
        return "utf-16-be" if zeros > pairs else "utf-16-le"
    return None


def guessed(body: bytes) -> str | None:
    """The encoding of a text that is not UTF-8, by charset-normalizer from up to 64 KiB around its first such byte.

    It takes Shift JIS and EUC-JP for Korean now and then, and Spanish for Polish: kana and the letters of western
    languages are looked for first.
    """
    from charset_normalizer import from_bytes

    sample = _sample(body)
    for encoding in _JAPANESE:
        text = _strictly(sample, encoding, cut=True)
        if text and len(_KANA.findall(text)) > _LEAST_KANA * max(len(_WIDE.findall(text)), 1):
            return encoding
    western = _strictly(sample, "cp1252", cut=True)
    if western and _WESTERN.fullmatch(western):
        return "cp1252"
    best = from_bytes(sample).best()
    return None if best is None or best.encoding.startswith("utf_7") else best.encoding


def _sample(body: bytes) -> bytes:
    """From the line that holds the first byte beyond ASCII on."""
    first = re.search(rb"[\x80-\xff]", body)
    start = body.rfind(b"\n", 0, first.start()) + 1 if first else 0
    start = max(start, first.start() - SAMPLE // 2) if first else 0
    return body[start : start + SAMPLE]


def _strictly(body: bytes, encoding: str, *, cut: bool = False) -> str | None:
    """The text, None where a byte does not fit; `cut`: the last letter may be cut off."""
    try:
        return (
            codecs.getincrementaldecoder(encoding)("strict").decode(body, final=False) if cut else body.decode(encoding)
        )
    except (UnicodeError, LookupError, TypeError):  # some codecs of Python are none of texts, or know no pieces
        return None


def _leniently(body: bytes, encoding: str) -> str | None:
    """The text with U+FFFD for what does not fit; None where that is too much."""
    try:
        text = body.decode(encoding, "replace")
    except (UnicodeError, LookupError):
        return None
    return text if text.count("\ufffd") <= _MOST_REPLACED * len(text) else None


def _damaged_utf8(body: bytes) -> str | None:
    """UTF-8 whose letters beyond ASCII are whole but for one in ten: a guess would change all of them."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    return text if whole >= _WHOLE_TO_BROKEN * broken else None
