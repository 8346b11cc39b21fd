"""A server of chat completions on the loopback that says what a script says; it counts what it was asked."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Asked = list[dict[str, str]]
Said = str | tuple[int, dict[str, str]]
"""The text of an answer, or a status with headers."""


def first_words(messages: Asked) -> str:
    """An answer that is true: the first word of every sentence of the question, wherever it stands first."""
    question = next(m["content"] for m in reversed(messages) if re.match(r"\[1\] ", m["content"]))
    sentences = re.findall(r"^\[(\d+)\] (.*)$", question, re.MULTILINE)
    entities = [
        {"sentence": int(number), "quote": re.findall(r"\w+", line)[0], "occurrence": 1, "type": "Anatomy",
         "assertion": "present", "anatomy": ""}
        for number, line in sentences if re.search(r"\w", line)
    ]  # fmt: skip
    return json.dumps({"entities": entities})


@dataclass
class Scripted:
    """`say` makes the answer of what was asked.

    `finish`: its reason to end; `delay` in seconds; `refusal`: the words beside a status.
    """

    say: Callable[[Asked], Said] = first_words
    finish: str = "stop"
    delay: float = 0.0
    refusal: str = "scripted"
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    @property
    def questions(self) -> list[str]:
        """The last message of each request that was answered or refused, in the order of their coming."""
        return [body["messages"][-1]["content"] for body in self.asked]

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]]:
        self.asked.append(body)
        time.sleep(self.delay)
        said = self.say(body["messages"])
        if not isinstance(said, str):
            return *said, {"error": {"message": self.refusal}}
        choice = {"index": 0, "finish_reason": self.finish, "message": {"role": "assistant", "content": said}}
        usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        made = {"id": "1", "object": "chat.completion", "created": 0, "model": body["model"]}
        return 200, {}, {**made, "choices": [choice], "usage": usage}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked is gone: killed, for the sake of a test."""


@contextmanager
def serving(script: Scripted, port: int = 0) -> Iterator[Scripted]:
    """The script behind an address, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, told = script.answer(body)
            raw = json.dumps(told).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(raw))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = _Server(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)  # ends within 0.01 s
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
