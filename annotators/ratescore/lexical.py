"""Entity vectors without a model: what our lexicon knows of a term first, its letters for the rest."""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from schemas import anatomy

_LEXICON: Final = Path(__file__).parents[1] / "lexicon"
_GRAMS: Final = (3, 4, 5)
_VAGUE: Final = frozenset(
    {
        "acute",
        "area",
        "change",
        "chronic",
        "diffuse",
        "disease",
        "focal",
        "increased",
        "left",
        "lobe",
        "lower",
        "lung",
        "mild",
        "minimal",
        "moderate",
        "multiple",
        "of",
        "pulmonary",
        "right",
        "severe",
        "small",
        "upper",
        "within",
    }
)
"""Words that say where, how much or when; two findings that share only them are not alike."""


@dataclass(frozen=True)
class Lexical:
    """Sums of hashed features, of length 1; no feature is negative, so no cosine is.

    A term of the lexicon has its canonical term (weight `concept`), the family of findings it belongs to
    (`family`) and its default anatomy with what that is part of (`place`); every term has its words (`word`) and
    their letter groups (`letters`), of which vague ones ("mild", "left", "disease") count little.
    """

    dimension: int = 2048
    concept: float = 1.0
    family: float = 0.35
    place: float = 0.1
    word: float = 0.6
    letters: float = 0.45
    faint: float = 0.03
    seed: str = "medmill"

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = (
        "annotators/lexicon/*.tsv",
        "annotators/ratescore/families.tsv",
        "schemas/anatomy.tsv",
    )

    @property
    def fingerprint(self) -> str:
        """Of the settings, the data files and this source."""
        root = Path(__file__).parents[2]
        files = [Path(__file__), *sorted(path for pattern in self.data for path in root.glob(pattern))]
        return sha256(repr(self).encode() + b"".join(path.read_bytes() for path in files)).hexdigest()

    def embed(self, terms: list[str]) -> NDArray[np.float32]:
        """One vector per term, [term, dimension]."""
        out = np.zeros((len(terms), self.dimension), np.float64)
        for row, term in enumerate(terms):
            for feature, weight in self._features(term.lower()).items():
                out[row, self._digest(feature) % self.dimension] += weight
            out[row] += self._own(term)
        return (out / np.linalg.norm(out, axis=1, keepdims=True)).astype(np.float32)

    def _own(self, term: str) -> NDArray[np.float64]:
        """A faint vector of the term alone, so that two unrelated terms are hardly ever exactly as unlike as others."""
        drawn = np.random.default_rng(self._digest(term)).random(self.dimension)
        return drawn * (self.faint / np.linalg.norm(drawn))

    def _digest(self, words: str) -> int:
        return int.from_bytes(blake2b(words.encode(), digest_size=8, key=self.seed.encode()[:64]).digest())

    def _features(self, term: str) -> dict[str, float]:
        """Features of a lower-case term with their weights; the squares of one kind add up to the kind's weight."""
        words = [_stem(word) for word in re.findall(r"[a-z0-9]+", term)] or [term]
        salience = [0.25 if word in _VAGUE else 1.0 for word in words]
        found = _spread("word", dict(zip(words, salience, strict=True)), self.word)
        grams: dict[str, float] = {}
        for word, weight in zip(words, salience, strict=True):
            for gram in _letter_groups(word):
                grams[gram] = grams.get(gram, 0.0) + weight
        found |= _spread("letters", grams, self.letters)
        known = _known().get(term)
        canonical = known.canonical if known else term
        if known:
            found |= _spread("concept", {canonical: 1.0}, self.concept)
            found |= _spread("place", dict.fromkeys(known.places, 1.0), self.place)
        found |= _spread("family", dict.fromkeys(_families().get(canonical, ()), 1.0), self.family)
        return found


@dataclass(frozen=True)
class Known:
    """What the lexicon says of a term."""

    canonical: str
    places: tuple[str, ...]


@cache
def _known() -> dict[str, Known]:
    """Every term of the lexicon, in lower case; where two lines have the same term, the first counts."""
    found: dict[str, Known] = {}
    for path in sorted(_LEXICON.glob("*.tsv")):
        header, *lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
        if not {"term", "canonical"} <= set(header):
            continue
        for line in lines:
            row = dict(zip(header, line, strict=False))
            canonical = row["canonical"].lower()
            known = Known(canonical, _places(row.get("anatomy", "")))
            for term in (row["term"].lower(), canonical):
                found.setdefault(term, known)
    return found


@cache
def _families() -> dict[str, tuple[str, ...]]:
    """The families a canonical term belongs to, from `families.tsv` (family, canonical terms)."""
    found: dict[str, tuple[str, ...]] = {}
    path = Path(__file__).with_name("families.tsv")
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        family, terms = line.split("\t")
        for term in terms.split(";"):
            found[term.strip()] = (*found.get(term.strip(), ()), family)
    return found


def _places(names: str) -> tuple[str, ...]:
    nodes = [name for name in re.split(r"[;|]", names) if name in anatomy.nodes()]
    return tuple(sorted(set(nodes).union(*(anatomy.ancestors(name) for name in nodes))))


def _stem(word: str) -> str:
    """Without the ending of a plural: `nodules`, `opacities`, `masses`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is", "us")) else word


def _letter_groups(word: str) -> list[str]:
    padded = f"<{word}>"
    return [padded[i : i + n] for n in _GRAMS for i in range(len(padded) - n + 1)]


def _spread(kind: str, features: dict[str, float], weight: float) -> dict[str, float]:
    length = sum(value * value for value in features.values()) ** 0.5
    return {f"{kind}:{name}": weight * value / length for name, value in features.items()} if length else {}


def lexicon_terms() -> list[str]:
    """The canonical terms of the lexicon, sorted."""
    return sorted({known.canonical for known in _known().values()})
