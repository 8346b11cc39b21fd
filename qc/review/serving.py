"""The review page on this machine alone: a port of 127.0.0.1, and an address with a token."""

import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette

from qc.review.addresses import Site
from qc.review.desk import Desk
from qc.review.guard import Guard
from schemas.errors import MedmillError


def serve(desk: Desk, *, reviewer: str = "", port: int = 0, ready: Callable[[str], Any]) -> None:
    """Serve until Ctrl-C; `ready` gets the address, whose token no other user of the machine knows."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError as error:
            raise MedmillError(f"--port {port}: {error.strerror}; leave it out, and a free one is taken") from error
        token, number = secrets.token_urlsafe(24), door.getsockname()[1]
        site = Site(desk, token, reviewer)
        guard = Guard(Starlette(routes=[site.routes()]), number, token)
        quiet: dict[str, Any] = {
            "access_log": False,
            "log_config": None,
            "log_level": "critical",
            "timeout_graceful_shutdown": 2,
        }
        config = uvicorn.Config(guard, lifespan="off", ws="none", server_header=False, **quiet)
        door.listen()
        ready(f"http://127.0.0.1:{number}{site.base}")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[door])
        desk.close()
