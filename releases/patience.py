"""How long a push bears a server that is busy or away: a few tries, each after a longer pause."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from schemas.errors import MedmillError

Result = TypeVar("Result")
GOES_ON = "the same command goes on where this one stopped"


class HubError(MedmillError):
    """What a Hub answered, or that it did not; in one line, without the token."""


class AgainError(HubError):
    """May go well when tried again, after `wait` seconds where the server named a time."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class Patience:
    """Pauses between tries, and the longest that a server may ask for, in seconds."""

    pauses: tuple[float, ...] = (1, 2, 4, 8, 16)
    longest: float = 120.0

    def until(self, step: Callable[[], Result], tell: Callable[[str], None]) -> Result:
        """The result of a step, which may be repeated: it looks first what is done already."""
        for pause in self.pauses:
            try:
                return step()
            except AgainError as error:
                self._rest(error, pause, tell)
        try:
            return step()
        except AgainError as error:
            raise HubError(f"{error}, {len(self.pauses) + 1} times in a row; {GOES_ON}") from None

    def _rest(self, error: AgainError, pause: float, tell: Callable[[str], None]) -> None:
        if error.wait > self.longest:
            raise HubError(f"{error} and asks for a pause of {error.wait:.0f} s; after that {GOES_ON}") from None
        wait = max(pause, error.wait)
        tell(f"{error}; trying again in {wait:.0f} s")
        time.sleep(wait)


def wait_asked(headers: Mapping[str, str]) -> float:
    """Seconds that an answer asks to wait: `Retry-After` as seconds or as a date, or a used-up `ratelimit`; else 0."""
    after = headers.get("retry-after", "").strip()
    if after.isdigit():
        return float(after)
    if after:
        return _until(after)
    used_up = re.search(r"\br=0\s*;\s*t=(\d+)", headers.get("ratelimit", ""))
    return float(used_up[1]) if used_up else 0.0


def _until(date: str) -> float:
    try:
        return max(0.0, (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
