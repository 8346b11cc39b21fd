"""Whether text may go where a model is served: a server of this machine or of a private network, or a remote one."""

import ipaddress
import socket
from urllib.parse import urlsplit

from schemas.errors import UsageError
from schemas.terms import Terms


def is_near(url: str) -> bool:
    """Whether every address of the server is loopback, private or link-local; a name nobody knows is not near."""
    host = urlsplit(url).hostname or ""
    try:
        found = socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    addresses = [ipaddress.ip_address(str(where[4][0]).partition("%")[0]) for where in found]
    return bool(addresses) and all(one.is_loopback or one.is_private or one.is_link_local for one in addresses)


def demand_allowed(url: str, terms: Terms, agreement: str = "") -> None:
    """Raise `UsageError` before anything is sent to a remote server that the terms of the sources forbid.

    `agreement`: what allows it after all, in the user's words (a contract for protected health information, say).
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r}: expected the address of a server, like http://127.0.0.1:8000/v1")
    if terms.remote_processing or agreement.strip() or is_near(url):
        return
    raise UsageError(
        f"{parts.hostname} is neither this machine nor of a private network, and the terms of the sources allow no "
        "remote processing; nothing was sent. Serve the model here, or name the agreement that allows it (--agreement)"
    )
