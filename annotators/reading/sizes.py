"""Sizes in millimetres: axes, ranges, comparators, earlier values; and whether a finding or an organ has them."""

import re
from collections.abc import Sequence
from typing import Final

from annotators.reading.mention import Mention, Size

_NUMBER: Final = r"\d{1,3}(?:[.,]\d{1,2})?"
_SIZE: Final = re.compile(
    rf"(?<![\d.,/a-z])({_NUMBER})(?:\s*(mm|cm|millimeters?|centimeters?))?"
    rf"((?:\s*(?:x|×|\*|by)\s*{_NUMBER}(?:\s*(?:mm|cm))?)*)(?:\s*(-|–|to|and)\s*({_NUMBER}))?"
    r"[\s-]*(mm|cm|millimeters?|millimetres?|centimeters?|centimetres?)\b(?!\s*(?:/|thick\s+section|slice|section))"
)
_VALUES: Final = re.compile(_NUMBER)
_LESS: Final = re.compile(
    r"(?:<|(?:less|smaller|shorter|lower) than|below|under|not exceeding|do(?:es)? not exceed)\s*(?:approximately\s*)?$"
)
_MORE: Final = re.compile(
    r"(?:>|more than|greater than|larger than|exceeding|exceeds?|above|over|bigger than)\s*(?:approximately\s*)?$"
)
_UP_TO: Final = re.compile(
    r"(?:up to|reach(?:ing|es|ed)?|maximum of|as large as|at most)"
    r"(?:\s+(?:approximately|a size of|about|a diameter of))?\s*$"
)
_AXIS: Final = (("short axis", "short"), ("short axes", "short"), ("short diameter", "short"), ("long axis", "long"),
                ("long axes", "long"), ("long diameter", "long"), ("anteroposterior", "ap"), (" ap ", "ap"),
                ("craniocaudal", "craniocaudal"), ("transverse", "transverse"))  # fmt: skip
_EARLIER: Final = r"(?:previous|prior|earlier|before|former|\bold (?:study|exam)|last (?:study|exam))"
_PRIOR: Final = re.compile(_EARLIER)
_PRIOR_BEHIND: Final = re.compile(rf"\s*,?\s*(?:in|on|at)? ?(?:the |an? )?{_EARLIER}\w*(?!\s*(?:\w+ ){{0,2}}[(:]?\d)")
_GREW: Final = re.compile(
    r"(?:increas|decreas|grow|grew|reduc|regress|progress|enlarg|shr[aiu]nk|chang|went)[^.;]{0,40}\bfrom\s*$"
)
_MAXIMUM: Final = re.compile(r"\b(?:largest|larger(?! than)|biggest|bigger(?! than)|greatest)\b[^.;]{0,70}$")
_CALIBRE: Final = frozenset(
    (
        "enlarged",
        "dilatation",
        "aneurysm",
        "tortuous aorta",
        "normal",
        "atherosclerotic calcification",
        "atherosclerosis",
    )
)


def measure(plain: str, mentions: Sequence[Mention], structures: Sequence[Mention]) -> None:
    """Find the sizes of the sentence and give each to its mention: the next one if adjacent, else the last before."""
    for found in _SIZE.finditer(plain):
        owner = _owner(plain, found.start(), found.end(), mentions, structures)
        if owner is not None:
            organ = (
                owner.term.kind in ("anatomy", "normal") and not owner.term.flags
            ) or owner.term.canonical in _CALIBRE
            owner.sizes += _then_and_now(plain, found, _size(plain, found, "calibre" if organ else "finding"))
            owner.group_maximum |= _MAXIMUM.search(plain, 0, found.start()) is not None


def _size(plain: str, found: re.Match[str], owner: str) -> Size:
    first, _, axes, dash, last, unit = found.groups()
    scale = 10.0 if unit[0] == "c" else 1.0
    values = [first, *_VALUES.findall(axes or "")]
    spread = bool(dash and last)
    if last:
        values.append(last)
    before = plain[: found.start()]
    numbers = tuple(round(float(v.replace(",", ".")) * scale, 3) for v in values)
    return Size(numbers, _axis(plain, found), _comparator(before), spread and not axes, _is_prior(plain, found), owner)


def _then_and_now(plain: str, found: re.Match[str], size: Size) -> list[Size]:
    """`increased from 5 to 8 mm` is an earlier value and the present one; anything else is one size."""
    if not size.range or not _GREW.search(plain, 0, found.start()):
        return [size]
    return [
        size._replace(values=(value,), range=False, prior=prior)
        for value, prior in zip(size.values, (True, False), strict=True)
    ]


def _comparator(before: str) -> str:
    if _LESS.search(before):
        return "<"
    if _MORE.search(before):
        return ">"
    return "<=" if _UP_TO.search(before) else "="


def _axis(plain: str, found: re.Match[str]) -> str | None:
    around = plain[max(0, found.start() - 45) : found.end() + 30]
    return next((axis for words, axis in _AXIS if words in around), None)


def _is_prior(plain: str, found: re.Match[str]) -> bool:
    opened = plain.rfind("(", 0, found.start())
    if opened >= 0 and plain.find(")", opened) >= found.end():
        inside = plain[opened : plain.find(")", opened)]
        return bool(_PRIOR.search(inside))
    before = plain[max(0, found.start() - 22) : found.start()]
    if _PRIOR.search(before) and "compared" not in before:
        return True
    return _PRIOR_BEHIND.match(plain, found.end()) is not None


_NEAR: Final = 40


def _owner(
    plain: str, start: int, end: int, mentions: Sequence[Mention], structures: Sequence[Mention]
) -> Mention | None:
    candidates = [m for m in mentions if not m.term.flags or m.term.flags[0] not in ("normal",)]
    following = next((m for m in candidates if m.start >= end), None)
    if following is not None and following.start - end <= _NEAR:
        between = plain[end : following.start]
        if not re.search(r"[,;:(]| and | in | at | with | of | on | is | are ", between + " ") or between.startswith(
            (" in size", " sized", " in diameter", " diameter")
        ):
            return following
    behind = [m for m in candidates if m.end <= start]
    organs = [s for s in structures if s.end <= start]
    if behind and (not organs or not _calibre(plain, behind[-1], organs[-1], start)):
        return behind[-1]
    return organs[-1] if organs else following


def _calibre(plain: str, finding: Mention, organ: Mention, start: int) -> bool:
    """Whether the size is of the organ named last: it opens a statement of its own behind the finding."""
    if organ.start < finding.end:
        return False
    between = plain[finding.end : organ.start]
    return bool(re.search(r"[,;:.]| and ", between)) and not re.search(r"\b(?:in|of|at|within|on) (?:the )?$", between)
