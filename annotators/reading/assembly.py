"""Many passages at once: each different sentence is read once, and its entities go to wherever it stands."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import compress, repeat

import polars as pl

from annotators.reading.antecedents import refer, with_antecedent
from annotators.reading.heads import complete, incomplete
from annotators.reading.matching import hits
from annotators.reading.normal import haystack, plain
from annotators.reading.sentence import Found, read
from annotators.reading.sentences import split
from schemas.radiology import Entity
from schemas.words import ASSERTIONS, CERTAINTIES, CHANGES, LATERALITIES, RATE_TYPES, SEVERITIES

_ENUMS = {
    "type": RATE_TYPES,
    "assertion": ASSERTIONS,
    "certainty": CERTAINTIES,
    "change": CHANGES,
    "laterality": LATERALITIES,
    "severity": SEVERITIES,
}


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles while a batch is read: it makes many small tuples and no cycles (8 % of the time)."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


Told = tuple[str, str]
"""A sentence, and the one before it where it speaks of that, else ""."""


def occurrences(texts: Sequence[str]) -> tuple[pl.DataFrame, list[Told]]:
    """Where each sentence stands (`passage`, `sentence`, `begin`, `which`) and the different sentences themselves."""
    known: dict[str, int] = {}
    passages, numbers, begins, which = [], [], [], []
    for passage, text in enumerate(texts):
        for number, (start, end) in enumerate(split(text)):
            passages.append(passage)
            numbers.append(number)
            begins.append(start)
            which.append(known.setdefault(text[start:end], len(known)))
    told = with_referred(list(known), which, numbers)
    frame = pl.DataFrame(
        {"passage": passages, "sentence": numbers, "begin": begins, "which": which},
        schema={"passage": pl.UInt32, "sentence": pl.Int32, "begin": pl.Int32, "which": pl.UInt32},
    )
    return frame, told


def with_referred(sentences: list[str], which: list[int], numbers: list[int]) -> list[Told]:
    """The sentences, and once more with the one before where they speak of it; `which` is mended in place."""
    referring = set(compress(range(len(sentences)), refer(sentences)))
    if not referring:
        return [(sentence, "") for sentence in sentences]
    known = {(sentence, ""): at for at, sentence in enumerate(sentences)}
    before = ""
    for place in (place for place, at in enumerate(which) if at in referring and numbers[place]):
        previous = which[place - 1]
        before = before if previous >= len(sentences) else sentences[previous]
        which[place] = known.setdefault((sentences[which[place]], before), len(known))
    return list(known)


def entities(sentences: Sequence[Told]) -> pl.DataFrame:
    """The entities of each sentence: `which` it is, offsets within it, surface and everything that was read."""
    plains = [plain(sentence) for sentence, _ in sentences]
    texts = [text for text, _ in plains]
    found = hits([haystack(text) for text in texts])
    for number in compress(range(len(texts)), incomplete(texts)):
        found[number] = complete(texts[number], found[number])
    number_of = {told: number for number, told in enumerate(sentences)} if sentences and sentences[-1][1] else {}
    rows: list[Found] = []
    which: list[int] = []
    surfaces: list[str] = []
    for number, ((sentence, before), (text, origin), words) in enumerate(zip(sentences, plains, found, strict=True)):
        if before:
            at = number_of[before, ""]
            told, known = plains[at][0], found[at]
            words = with_antecedent(text, words, told, known, read(told, known))
        if not words:
            continue
        read_here = read(text, words)
        if origin is not None:
            read_here = [f._replace(start=origin[f.start], end=origin[f.end - 1] + 1) for f in read_here]
        rows += read_here
        which.extend(repeat(number, len(read_here)))
        surfaces += [sentence[f.start : f.end] for f in read_here]
    return _frame(rows, which, surfaces)


def _frame(rows: list[Found], which: list[int], surfaces: list[str]) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * len(Found._fields)
    named = dict(zip(Found._fields, columns, strict=True))
    schema = Entity.create_empty().schema
    data: dict[str, pl.Series] = {"which": pl.Series(which, dtype=pl.UInt32)}
    for name, values in named.items():
        if name in ("anatomy", "flags", "measurements"):
            data[name] = _shared(values, schema[name])
        elif name in _ENUMS:
            data[name] = pl.Series(values, dtype=pl.Enum(_ENUMS[name]))
        else:
            data[name] = pl.Series(values, dtype=pl.Int32 if name in ("start", "end") else pl.String)
    data["text"] = pl.Series(surfaces, dtype=pl.String)
    return pl.DataFrame(data)


def _shared(values: Sequence[tuple], dtype: pl.DataType) -> pl.Series:
    """Nested values, each different one converted once."""
    known: dict[tuple, int] = {}
    places = [known.setdefault(value, len(known)) for value in values]
    different = [
        [v._asdict() | {"values": list(v.values)} if hasattr(v, "_asdict") else v for v in value] for value in known
    ]
    return pl.Series(different, dtype=dtype).gather(places)
