"""The published rule of MMedC in plain Python, written down from its description: what ours is compared with."""

from collections.abc import Sequence


class PlainRule:
    """U different keywords, and D of all characters.

    Long keywords (more than ten characters, or more than five and several words) are looked for anywhere in the
    lower-cased text, short ones among its tokens; in Chinese and Japanese all are looked for anywhere.
    """

    def __init__(self, language: str, keywords: Sequence[str], min_hits: int, min_density: float) -> None:
        self.min_hits, self.min_density = min_hits, min_density
        unspaced = language in ("zh", "ja")
        self.long = [k for k in keywords if unspaced or len(k) > 10 or (len(k) > 5 and len(k.split()) > 1)]
        self.short = [keyword for keyword in keywords if keyword not in self.long]

    def is_medical(self, text: str) -> bool:
        """The decision, with its early end, as the published filter takes it."""
        hits, letters = 0, 0
        lower = text.lower()
        for keyword in self.long:
            count = lower.count(keyword)
            if count > 0:
                hits += 1
                letters += count * len(keyword)
        if self._passes(text, hits, letters):
            return True
        if self.short:
            tokens = lower.split()
            for keyword in self.short:
                count = tokens.count(keyword)
                if count > 0:
                    hits += 1
                    letters += count * len(keyword)
        return self._passes(text, hits, letters)

    def measures(self, text: str) -> tuple[int, float]:
        """Different keywords, and density, of all keywords: no early end."""
        lower, tokens = text.lower(), text.lower().split()
        counts = {keyword: lower.count(keyword) for keyword in self.long}
        counts |= {keyword: tokens.count(keyword) for keyword in self.short}
        letters = sum(count * len(keyword) for keyword, count in counts.items())
        return sum(count > 0 for count in counts.values()), letters / len(text) if text else 0.0

    def _passes(self, text: str, hits: int, letters: int) -> bool:
        return len(text) > 0 and hits >= self.min_hits and letters / len(text) >= self.min_density
