"""Which Hub a release goes to, and whether files travel there over Xet or over LFS."""

import os
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from schemas.errors import UsageError

PUBLIC = "https://huggingface.co"
WITH_XET = {"huggingface.co", "hf.co", "hub-ci.huggingface.co"}
PATIENCE = 20.0
"""Seconds to wait for the answer that tells whether a server speaks Xet."""


@dataclass(frozen=True)
class Endpoint:
    """A Hub: its address, and how files are stored there."""

    url: str
    xet: bool

    def page(self, repo: str) -> str:
        """The address of a dataset."""
        return f"{self.url}/datasets/{repo}"


def endpoint(repo: str) -> Endpoint:
    """The Hub that `HF_ENDPOINT` names, else the public one.

    Call it before `releases.hub` is imported: huggingface_hub reads `HF_ENDPOINT` and `HF_HUB_DISABLE_XET` when it is
    imported, and since 2.0 it fails on a server without Xet instead of falling back to LFS.
    """
    url = os.environ.get("HF_ENDPOINT", PUBLIC).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UsageError("HF_ENDPOINT: expected the address of a Hub, such as https://hub.example.org, without a user")
    switched_off = os.environ.get("HF_HUB_DISABLE_XET", "").upper() in ("1", "ON", "YES", "TRUE")
    xet = not switched_off and (parts.hostname in WITH_XET or _speaks_xet(url, repo))
    if not xet:
        os.environ["HF_HUB_DISABLE_XET"] = "1"
    return Endpoint(url, xet)


def _speaks_xet(url: str, repo: str) -> bool:
    """Whether a self-hosted server hands out tokens for Xet; LFS, which all of them speak, where it does not say."""
    token = os.environ.get("HF_TOKEN", "").strip()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{url}/api/datasets/{repo}/xet-write-token/main", headers=headers)
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE) as answer:
            return answer.status == 200
    except (HTTPException, OSError, ValueError):  # also a token that no header may hold; the push tells it
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the token goes to the server the user named, and to no other."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """No request to another address."""
