"""Who may ask the page for anything: this machine, this page, this user; and headers that keep it to itself."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from secrets import compare_digest
from typing import Any, Final

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # no-referrer would make browsers send `Origin: null` with forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(frozen=True)
class Guard:
    """Lets a request through that names this host and carries the token as the first part of its path.

    Another Host means that a foreign name was made to lead here (DNS rebinding); another Origin that a foreign page
    asks. A link to the page may be followed from anywhere, a terminal in a browser for one. The token keeps out
    other users of the machine, who can reach the port too. Nothing is logged, and an error says its kind alone,
    since its message could quote a report.
    """

    app: App
    port: int
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        if refusal:
            return await _answer(send, *refusal)
        begun = False

        async def dressed(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *ours]
            await send(message)

        try:
            await self.app(scope, receive, dressed)
        except Exception as error:
            if not begun:
                await _answer(send, 500, f"internal error ({type(error).__name__}); go back and try again")

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        hosts = [f"127.0.0.1:{self.port}", f"localhost:{self.port}"]
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in hosts:
            return 421, "this page answers to 127.0.0.1 only"
        if origin is not None and origin != f"http://{host}":
            return 403, "another page asked"
        followed = scope["method"] == "GET" and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not followed:
            return 403, "another page asked"
        first = str(scope["path"]).split("/")[1:2]
        if not first or not compare_digest(first[0].encode(), self.token.encode()):
            return 404, "use the address that medmill review printed"
        return None


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"medmill review: {text}\n".encode()})
