"""The connection to a Hub: it waits for no server for ever, counts what goes out, and leaves retries to `Patience`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from releases.patience import AgainError, wait_asked

TIMEOUT = httpx2.Timeout(120.0, connect=20.0)
"""Seconds without a byte after which a connection counts as dropped; huggingface_hub itself waits for ever."""
BUSY = (408, 429, 500, 502, 503, 504)


@dataclass
class Sent:
    """Bytes that went out so far; those that went over Xet are not seen here."""

    bytes: int = 0


class Client(httpx2.Client):
    """Counts what goes out, and leaves waiting to us: the library's own retries would obey any pause a server names."""

    def __init__(self, sent: Sent) -> None:
        super().__init__(timeout=TIMEOUT, follow_redirects=True)
        self._sent = sent

    def send(self, request: httpx2.Request, **how: Any) -> httpx2.Response:
        """Raises `AgainError` where the connection broke or the server is busy."""
        if request.method == "PUT":
            request.stream = Counted(request.stream, self._sent)
        try:
            answer = super().send(request, **how)
        except httpx2.TransportError as error:
            raise AgainError(broken(error, request.url.host)) from None
        if answer.status_code in BUSY:
            answer.close()
            raise AgainError(f"the server answers {answer.status_code} ({answer.reason_phrase})",
                             wait_asked(answer.headers))  # fmt: skip
        return answer


class Counted(httpx2.SyncByteStream):
    """What is sent, counted as it goes."""

    def __init__(self, stream: Any, sent: Sent) -> None:
        self._stream, self._sent = stream, sent

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            yield piece
            self._sent.bytes += len(piece)


def broken(error: BaseException, server: str) -> str:
    """A broken connection, in words."""
    return f"the connection to {server} failed ({str(error) or type(error).__name__})"
