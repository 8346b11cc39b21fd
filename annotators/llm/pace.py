"""Not more than so much a minute, spread evenly: a server's limit is met without a burst at every minute's start."""

import asyncio
import time
from dataclasses import dataclass
from functools import cache

_MINUTE = 60.0


@dataclass
class Pace:
    """`per_minute`: questions or tokens. What is spent first delays what comes after."""

    per_minute: int | None
    _free: float = 0.0
    """When the next may go, by the monotonic clock."""

    async def turn(self) -> None:
        """Wait until what was spent is worked off."""
        while self.per_minute and (wait := self._free - time.monotonic()) > 0:
            await asyncio.sleep(wait)

    def spend(self, amount: int) -> None:
        """Of what a minute has."""
        if self.per_minute:
            self._free = max(self._free, time.monotonic()) + amount * _MINUTE / self.per_minute


@cache
def paces(url: str, per_minute: int | None, tokens_per_minute: int | None) -> tuple[Pace, Pace]:
    """Of questions and of tokens, for one server: all that this process asks it goes by the same."""
    return Pace(per_minute), Pace(tokens_per_minute)
