"""Tesseract through pytesseract: one process of one thread per reading; pages that lie on a side are turned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from annotators.ocr.installed import installed
from annotators.ocr.program import Look, look_at, words_of
from annotators.ocr.reader import PageRead
from annotators.ocr.scripts import by_script
from schemas.errors import UsageError

PACKS: Final[Mapping[str, str]] = {
    "en": "eng", "zh": "chi_sim", "ja": "jpn", "fr": "fra", "ru": "rus", "es": "spa", "de": "deu", "it": "ita",
    "pt": "por", "ko": "kor", "ar": "ara",
}  # fmt: skip
"""ISO 639-1 to the names of Tesseract's packs; any other word is taken for the name of a pack (`chi_tra`)."""
SURE: Final = 0.8
"""Mean confidence from which nothing else is tried: upright pages in the right script have 0.85 and more, pages on a
side mostly 0.45 and less, now and then 0.72."""


@dataclass(frozen=True)
class Tesseract:
    """`languages`: ISO 639-1 or names of Tesseract's packs.

    A page is read with the packs of one script: where there are several, Tesseract says first which it is, and how the
    page lies. Where a reading is not sure, the page is turned, other scripts are tried, and the surest reading stays.
    """

    languages: tuple[str, ...] = ("en",)

    @property
    def packs(self) -> tuple[str, ...]:
        """Names of the packs, each once, in the order given."""
        return tuple(dict.fromkeys(PACKS.get(language, language) for language in self.languages))

    @property
    def fingerprint(self) -> str:
        """Version of the program, and of each pack its hash."""
        self.check()
        here = installed()
        return f"tesseract {here.version} " + " ".join(f"{pack}={here.hash_of(pack)}" for pack in (*self.packs, "osd"))

    def check(self) -> None:
        """Raise `UsageError` where the program or a pack is missing."""
        if not self.packs:
            raise UsageError("languages: name at least one, as in languages=en,fr")
        wanted = [*self.packs, *(["osd"] if len(by_script(self.packs)) > 1 else [])]
        if missing := [pack for pack in wanted if pack not in installed().packs]:
            names = " ".join(f"tesseract-ocr-{pack.lower().replace('_', '-')}" for pack in missing)
            raise UsageError(
                f"tesseract has no language pack {', '.join(missing)}; it has {', '.join(sorted(installed().packs))}. "
                f"Install {names} (apt), name fewer languages as in languages=en, or read text layers alone: ocr=never"
            )

    def read(self, picture: np.ndarray, dpi: int) -> PageRead:
        """Words in Tesseract's order of blocks; raises `PageUnreadError`."""
        best = PageRead("", None)
        for turned, packs in self._ways(picture, dpi):
            read = words_of(turned, packs, dpi)
            if read.confidence is None:
                return best if best.confidence is not None else read
            if best.confidence is None or read.confidence > best.confidence:
                best = read
            if read.confidence >= SURE:
                break
        return best

    def _ways(self, picture: np.ndarray, dpi: int) -> Iterator[tuple[np.ndarray, tuple[str, ...]]]:
        """Pictures and packs to try, the likeliest first."""
        groups = by_script(self.packs)
        seen = look_at(picture, dpi) if len(groups) > 1 else Look("", 0)
        likely = groups.get(seen.script, self.packs)
        if seen.clockwise:
            yield _turned(picture, seen), likely
        yield picture, likely
        if len(groups) == 1 and "osd" in installed().packs and (seen := look_at(picture, dpi)).clockwise:
            yield _turned(picture, seen), likely
        yield from ((_turned(picture, seen), packs) for packs in groups.values() if packs != likely)


def _turned(picture: np.ndarray, seen: Look) -> np.ndarray:
    return np.ascontiguousarray(np.rot90(picture, -seen.clockwise // 90))
