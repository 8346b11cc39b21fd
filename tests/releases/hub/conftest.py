"""A Hub for every test that asks for one: the loopback server, or the one that MEDMILL_HUB_ENDPOINT names."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.releases.hub_place import READER, TOKEN, Place
from tests.releases.hub_server import HubServer


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty place on a Hub; whatever was said and stored there must not hold a secret."""
    home = tmp_path / "home"
    home.mkdir()
    other = os.environ.get("MEDMILL_HUB_ENDPOINT")
    if other:
        repo = f"{os.environ['MEDMILL_HUB_ORG']}/push-{uuid.uuid4().hex[:12]}"
        at = Place(other.rstrip("/"), repo, home, None, os.environ["MEDMILL_HUB_TOKEN"])
        yield at
        at.keeps_secrets()
        at.remove()
        return
    with HubServer(tokens={TOKEN: "write", READER: "read"}).running() as server:
        at = Place(server.url, "lab/demo-ir", home, server)
        yield at
        at.keeps_secrets()


@pytest.fixture
def hub(place: Place) -> HubServer:
    """The loopback server itself, for tests that make it fail or count what it was asked."""
    if place.server is None:
        pytest.skip("needs the loopback server: a Hub of your own does not fail on demand, nor count")
    return place.server
