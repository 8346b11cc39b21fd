"""Sizes in millimetres: axes, ranges, comparators, earlier values; and whether a finding or an organ has them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from annotators.reading.mention import Mention, Size

_SPELT: Final = {
    "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0,
    "ten": 10.0,
}  # fmt: skip
_DIGITS: Final = r"\d{1,3}(?:[.,]\d{1,2})?"
_UNIT: Final = r"(?:mm|cm|millimet(?:er|re)s?|centimet(?:er|re)s?)"


def _pattern(number: str) -> re.Pattern[str]:
    """Group 1 holds all axes, 2 and 3 what joins another number, 4 the unit."""
    return re.compile(
        rf"(?<![\d.,/a-z])({number}(?:\s*{_UNIT})?(?:\s*(?:x|×|\*|by)\s*{number}(?:\s*{_UNIT})?)*)"
        rf"(?:\s*(-|–|to|and)\s*({number}))?[\s-]*({_UNIT})\b(?!\s*(?:/|thick\s+section|slice|section))"
    )


_SIZE: Final = _pattern(_DIGITS)
_SPELT_SIZE: Final = _pattern(rf"(?:{_DIGITS}|{'|'.join(_SPELT)})")
_VALUE: Final = re.compile(rf"({_DIGITS}|{'|'.join(_SPELT)})\s*(mm|cm|milli|centi)?")
_FILLING: Final = r"(?: (?:of|approximately|about|around|an?|the|size|diameter|thickness|length|depth)\b)*\s*$"
_COMPARATORS: Final = tuple(
    (re.compile(rf"(?:{words}){_FILLING}"), sign)
    for sign, words in (
        ("<=", r"≤|<=|up to|reach(?:ing|es|ed)?|maximum|as (?:large|big|long|thick) as|at most|"
               r"no(?:t|ne)? (?:\w+ )?(?:larger|bigger|greater|more|longer|thicker) than|"
               r"(?:not|without|none) exceed(?:ing|s)?"),
        (">=", r"≥|>=|at least|minimum|no(?:t|ne)? (?:less|smaller) than"),
        ("<", r"<|(?:less|smaller|shorter|lower) than|below|under"),
        (">", r">|(?:more|greater|larger|bigger) than|exceed(?:ing|s)?|above|over"),
    )
)  # fmt: skip
_COMPARES: Final = (
    "<",
    ">",
    "≤",
    "≥",
    " than",
    "reach",
    "exceed",
    "up to",
    "mum",
    " as ",
    "t least",
    "t most",
    "below",
    "under",
    "above",
    "over",
)
_AXIS: Final = re.compile(
    r"\b(?:(short)(?: ax[ie]s| diameter)|(long)(?: ax[ie]s| diameter)|(ap\b|antero ?-?posterior|anterior ?-?posterior)|"
    r"(cranio ?-?caudal)|(transverse))"
)
_AXIS_HINTS: Final = ("short ", "long ", "terior", "caudal", "transverse", " ap")
_AXES: Final = ("short", "long", "ap", "craniocaudal", "transverse")
_EARLIER: Final = r"(?:previous|prior|earlier|before|former|\bold (?:study|exam)|last (?:study|exam))"
_PRIOR: Final = re.compile(_EARLIER)
_PRESENT: Final = re.compile(r"\b(?:now|current|today|present)")
_PRESENT_BEHIND: Final = re.compile(
    r"\s*,?\s*(?:in|on|at)? ?(?:the |this |an? )?(?:now|current|today|present)\w*(?!\s*(?:\w+ ){0,2}[(:]?\d)"
)
_NOW: Final = re.compile(r"\b(?:now|currently|today)\b[^.;]{0,30}\d ?[mc]m")
_WAS: Final = re.compile(r"\b(?:was|were|had been|measured)(?: measured| about| approximately)?(?: as)? $")
_COMPARED: Final = re.compile(r"\b(?:compared (?:to|with)|versus|vs) $")
_YEAR: Final = re.compile(r"\s*(?:in|on|at) (?:\w+ ){0,2}(?:19|20)\d\d\b")
_PRIOR_BEHIND: Final = re.compile(
    rf"\s*,?\s*(?:in|on|at)? ?(?:the |an? )?{_EARLIER}\w*(?!\s*(?:(?!and )\w+ ){{0,2}}[(:]?\d)"
)
_PRIOR_CLAUSE: Final = re.compile(
    rf"\b(?:in|on) (?:the |an? )?{_EARLIER}[^.;]{{0,50}}\b(?:was|were|measured|had)\b[^.;,]{{0,25}}$"
)
_PRIOR_ASIDE: Final = re.compile(
    rf"\(\s*(?:it )?(?:was|were|had been)\b|{_EARLIER}|\b(?:in|on) (?:\w+ ){{0,2}}(?:19|20)\d\d\b|"
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}"
)
_DATED: Final = (
    "(", "was ", "were ", "measured ", "prev", "prior", "earlier", "before", "former", "old ", "last ", "compared",
    "versus", "vs ", "19", "20",
)  # fmt: skip
_GREW: Final = re.compile(
    r"(?:increas|decreas|grow|grew|reduc|regress|progress|enlarg|shr[aiu]nk|chang|went)[^.;]{0,40}\bfrom\s*$"
)
_TO_SIZE: Final = re.compile(r"\s*to\s+\d")
_MAXIMUM: Final = re.compile(r"\b(?:largest|larger(?! than)|biggest|bigger(?! than)|greatest)\b[^.;]*$")
_DISTANCE: Final = re.compile(
    r"\s*(?:above|below|beneath|away|beyond|short of|from (?:the|its)|(?:proxim|dist|crani|caud|later|medi)al to|"
    r"(?:sup|inf)erior to)\b"
)
_APART: Final = re.compile(r"\bdistance\b[^.;,]{0,30}$")
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


class _Found(NamedTuple):
    """A size at `start:end`: one value, an axis each, or the two ends of a range."""

    start: int
    end: int
    values: tuple[float, ...]
    range: bool
    axis: str | None = None


def measure(plain: str, mentions: Sequence[Mention], structures: Sequence[Mention]) -> None:
    """Find the sizes of the sentence and give each to its mention: the next one if adjacent, else the last before."""
    sizes = _with_axes(plain, list(_sizes(plain)))
    dated = bool(sizes) and any(word in plain for word in _DATED)
    for number, found in enumerate(sizes):
        owner = _each(plain, sizes, number, structures) if len(sizes) > 1 else None
        owner = owner or _owner(plain, found, mentions, structures)
        if owner is None or _DISTANCE.match(plain, found.end):
            continue
        organ = (owner.term.kind in ("anatomy", "normal") and not owner.term.flags) or owner.term.canonical in _CALIBRE
        owner.sizes += _then_and_now(
            plain,
            found,
            _size(plain, found, "calibre" if organ else "finding", dated and _is_prior(plain, found, number > 0)),
        )
        if "est" in plain or "larger" in plain or "bigger" in plain:
            owner.group_maximum |= _MAXIMUM.search(plain, 0, found.start) is not None


def _sizes(plain: str) -> Iterator[_Found]:
    spelt = "limet" in plain or "timet" in plain
    for found in (_SPELT_SIZE if spelt else _SIZE).finditer(plain):
        axes, joint, last, unit = found.groups()
        values = _values(axes, unit)
        if last is None:
            yield _Found(*found.span(), values, False)
        elif joint == "and" and not plain.endswith("between ", 0, found.start()):
            yield _Found(found.start(), found.end(1), values, False)
            yield _Found(found.start(3), found.end(), _values(last, unit), False)
        else:
            yield _Found(*found.span(), values + _values(last, unit), len(values) == 1)


def _values(words: str, unit: str) -> tuple[float, ...]:
    """In millimetres; a number without a unit has that of the next one, the last that of the whole."""
    if words.isdigit():
        return (float(words) * (10.0 if unit[0] == "c" else 1.0),)
    values: list[float] = []
    for number, own in reversed(_VALUE.findall(words)):
        unit = own or unit
        value = _SPELT.get(number) or float(number.replace(",", "."))
        values.append(round(value * (10.0 if unit[0] == "c" else 1.0), 3))
    return tuple(reversed(values))


def _with_axes(plain: str, sizes: list[_Found]) -> list[_Found]:
    """Every size with the nearest axis that is not named nearer to another; else the last one named before it."""
    if not sizes or not any(word in plain for word in _AXIS_HINTS):
        return sizes
    named = [(m.start(), m.end(), _AXES[(m.lastindex or 1) - 1]) for m in _AXIS.finditer(plain)]
    return [found._replace(axis=_axis(found, sizes, named)) for found in sizes]


def _axis(found: _Found, sizes: Sequence[_Found], named: Sequence[tuple[int, int, str]]) -> str | None:
    near: list[tuple[int, str]] = []
    for start, end, axis in named:
        gap = found.start - end if end <= found.start else start - found.end
        rivals = (other for other in sizes if other is not found)
        if gap > (45 if end <= found.start else 30) or any(_nearer(start, end, found, r, gap) for r in rivals):
            continue
        near.append((gap, axis))
    return min(near)[1] if near else None


def _nearer(start: int, end: int, found: _Found, rival: _Found, gap: int) -> bool:
    """Whether the axis stands between the two sizes and closer to the other."""
    if found.end <= start and end <= rival.start:
        return rival.start - end < gap
    return rival.end <= start and end <= found.start and start - rival.end < gap


def _size(plain: str, found: _Found, owner: str, prior: bool) -> Size:
    return Size(found.values, found.axis, _comparator(plain, found), found.range, prior, owner)


def _then_and_now(plain: str, found: _Found, size: Size) -> list[Size]:
    """`increased from 5 to 8 mm` is an earlier value and the present one; anything else is one size."""
    if not plain.endswith("from ", 0, found.start) or not _GREW.search(plain, 0, found.start):
        return [size]
    if not size.range:
        return [size._replace(prior=True)] if _TO_SIZE.match(plain, found.end) else [size]
    return [
        size._replace(values=(value,), range=False, prior=prior)
        for value, prior in zip(size.values, (True, False), strict=True)
    ]


def _comparator(plain: str, found: _Found) -> str:
    before = plain[max(0, found.start - 50) : found.start]
    if not any(word in before for word in _COMPARES):
        return "="
    return next((sign for pattern, sign in _COMPARATORS if pattern.search(before)), "=")


def _is_prior(plain: str, found: _Found, second: bool) -> bool:
    opened = plain.rfind("(", 0, found.start)
    closed = plain.find(")", opened)
    if opened >= 0 and closed >= found.end:
        aside = plain[opened:closed]
        return bool((_PRIOR_ASIDE if second else _PRIOR).search(aside))
    if _PRESENT_BEHIND.match(plain, found.end):
        return False
    before = plain[max(0, found.start - 22) : found.start]
    if second and (_COMPARED.search(before) or _YEAR.match(plain, found.end)):
        return True
    if _WAS.search(before) and _NOW.search(plain, found.end):
        return True
    if (earlier := _PRIOR.search(before)) and "compared" not in before:
        return _PRESENT.search(before, earlier.end()) is None
    return bool(_PRIOR_BEHIND.match(plain, found.end) or _PRIOR_CLAUSE.search(plain, 0, found.start))


_NEAR: Final = 40
_MEASURES: Final = re.compile(r" (?:of|measur(?:es|ed|ing)(?: up to)?)(?: about| approximately)? ")
_ADJECTIVE: Final = re.compile(r"(?:ed|ic|ous)$")
_AND: Final = re.compile(r" and (?:the )?|, (?:the )?")
_NO_NEIGHBOUR: Final = re.compile(r"[,;:(]| and | in | at | with | of | on | is | are ")
_DIMENSION: Final = (" in size", " sized", " in diameter", " diameter")


def _owner(plain: str, found: _Found, mentions: Sequence[Mention], structures: Sequence[Mention]) -> Mention | None:
    start, end = found.start, found.end
    candidates = [m for m in mentions if not m.term.flags or m.term.flags[0] != "normal"]
    before = next((m for m in reversed(candidates) if m.end <= start), None)
    if before is not None and _MEASURES.fullmatch(plain, before.end, start):
        return before
    following = next((m for m in candidates if m.start >= end), None)
    if following is not None and following.start - end <= _NEAR:
        between = plain[end : following.start]
        if not _NO_NEIGHBOUR.search(between + " ") or between.startswith(_DIMENSION):
            return following
    behind = _nouns(plain, start, [m for m in candidates if m.end <= start])
    organs = [s for s in structures if s.end <= start]
    if behind and _APART.search(plain, 0, start):
        return None if "device" in behind[-1].term.flags else behind[-1]
    if behind and (not organs or not _calibre(plain, behind[-1], organs[-1], start)):
        return behind[-1]
    return organs[-1] if organs else following


def _nouns(plain: str, start: int, behind: list[Mention]) -> list[Mention]:
    """Without what only stands in brackets before, or describes the finding before it (`a nodule, calcified, 8 mm`)."""
    if len(behind) > 1 and "(" in plain:
        closed = plain.rfind(")", 0, start)
        opened = plain.rfind("(", 0, closed + 1)
        behind = [m for m in behind if not opened < m.start < closed] or behind
    while len(behind) > 1 and behind[-1].clause == behind[-2].clause and behind[-1].places == behind[-2].places:
        if not _ADJECTIVE.search(plain, behind[-1].start, behind[-1].end):
            break
        behind = behind[:-1]
    return behind


def _each(plain: str, sizes: Sequence[_Found], number: int, structures: Sequence[Mention]) -> Mention | None:
    """`The ascending and descending aorta are 38 and 26 mm`: as many sizes as structures, one each."""
    pair = [s for s in sizes[max(0, number - 1) : number + 2] if s is not sizes[number]]
    for other in pair:
        first, second = sorted((other, sizes[number]))
        organs = [s for s in structures if s.end <= first.start][-2:]
        if (
            _AND.fullmatch(plain, first.end, second.start)
            and len(organs) == 2
            and _AND.fullmatch(plain, organs[0].end, organs[1].start)
            and not re.search(r"[;:,]", plain[organs[1].end : first.start])
        ):
            return organs[0 if sizes[number] is first else 1]
    return None


def _calibre(plain: str, finding: Mention, organ: Mention, start: int) -> bool:
    """Whether the size is of the organ named last: it opens a statement of its own behind the finding."""
    if organ.start < finding.end:
        return False
    between = plain[finding.end : organ.start]
    if between == ": ":  # an item of a form
        return False
    return bool(re.search(r"[,;:.]| and ", between)) and not re.search(r"\b(?:in|of|at|within|on) (?:the )?$", between)
