"""The guard by itself: an error that quotes a report is not passed on."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from qc.review.guard import HEADERS, Guard

SCOPE = {"type": "http", "method": "GET", "path": "/t/", "headers": [(b"host", b"127.0.0.1:1")]}


def answers(app: Any, scope: dict[str, Any]) -> list[MutableMapping[str, Any]]:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    asyncio.run(Guard(app, 1, "t")(scope, receive, send))
    return sent


async def fails(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError("words of a report")


def test_an_error_says_its_kind_alone() -> None:
    start, body = answers(fails, SCOPE)
    assert start["status"] == 500
    assert {name.decode() for name, _ in start["headers"]} >= set(HEADERS)
    assert b"ValueError" in body["body"] and b"words" not in body["body"]


def test_an_error_in_the_middle_of_an_answer_ends_it() -> None:
    async def begins(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        raise ValueError("words of a report")

    (start,) = answers(begins, SCOPE)
    assert start["status"] == 200


def test_other_kinds_of_connections_get_no_answer() -> None:
    assert answers(fails, {"type": "websocket"}) == []
