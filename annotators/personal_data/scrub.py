"""Texts without addresses and numbers of persons, and how many of each kind there were."""

from collections import Counter
from dataclasses import dataclass

import polars as pl

from annotators.personal_data.kinds import ANY, SUSPECT, kind_of
from schemas.corpora import PII_KINDS


@dataclass(frozen=True)
class Scrub:
    """Finds mail addresses, phones, IP addresses, cards, IBANs and numbers of identity.

    Patterns find what looks like one; `phonenumbers`, `stdnum` and `ipaddress` say whether it is: a check digit, a
    number of a plan that its country has. Names and street addresses are not looked for: patients and authors are
    named in much of what is published on purpose, and no rule tells one from the other.
    """

    kinds: tuple[str, ...] = PII_KINDS

    def check(self) -> None:
        """Raise where a library is missing."""
        import stdnum  # noqa: F401  # pyright: ignore[reportUnusedImport]

    def annotate(self, texts: pl.Series, languages: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
        """The texts with a mark for each, and a row of counts per text."""
        suspect = texts.str.contains(SUSPECT)
        found = [
            self._scrubbed(text, language) if maybe else (text, Counter[str]())
            for text, language, maybe in zip(texts, languages, suspect, strict=True)
        ]
        counts = {kind: pl.Series([count[kind] for _, count in found], dtype=pl.Int32) for kind in PII_KINDS}
        return pl.Series(texts.name, [text for text, _ in found], dtype=pl.String), pl.DataFrame(counts)

    def _scrubbed(self, text: str, language: str) -> tuple[str, Counter[str]]:
        counts = Counter[str]()

        def mark(match: "object") -> str:
            kind = kind_of(match, language)  # pyright: ignore[reportArgumentType]
            if kind not in self.kinds:
                return match.group()  # pyright: ignore[reportAttributeAccessIssue]
            counts[kind] += 1
            return f"[{kind}]"

        return ANY.sub(mark, text), counts
