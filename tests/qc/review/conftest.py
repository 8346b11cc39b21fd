"""`medmill review`, in a thread of the tests or as a process of its own, asked over real HTTP."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from queue import Queue
from shutil import copytree
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

PROGRAM = "import sys; from builders.cli import run; sys.exit(run(sys.argv[1:]))"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in the page"
        return found[1]


@dataclass
class Page:
    """One running `medmill review`."""

    address: str
    items: int
    end: Callable[[], object]
    process: "subprocess.Popen[str] | None" = None
    cookie: str = field(default="")

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def base(self) -> str:
        return urlsplit(self.address).path

    def ask(
        self, path: str = "", form: dict[str, str] | None = None, base: str | None = None, **headers: str
    ) -> Answer:
        """GET, or POST where there is a form; redirects are not followed."""
        sent = {"Host": self.host, "Cookie": self.cookie} | {k.replace("_", "-"): v for k, v in headers.items()}
        body = None if form is None else urlencode(form)
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection(self.host, timeout=20)
        line.putrequest("GET" if form is None else "POST", (self.base if base is None else base) + path, skip_host=True)
        for name, value in sent.items():
            if value:
                line.putheader(name, value)
        if body is not None:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body.encode() if body is not None else None)
        got = line.getresponse()
        answer = Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read().decode())
        line.close()
        return answer

    def judge(self, place: int, decision: str, **more: str) -> Answer:
        shown = self.ask(f"item/{place}")
        form = {"id": shown.field("id"), "version": shown.field("version"), "decision": decision} | more
        return self.ask(f"item/{place}", form)


Start = Callable[..., Page]


@contextmanager
def starting(begin: Start | None = None) -> Iterator[Start]:
    """Starts `medmill review FOLDER --json …`, in a thread unless told otherwise; ends at the end what was started."""
    pytest.importorskip("starlette", reason="needs the extra review")
    pytest.importorskip("uvicorn", reason="needs the extra review")
    running: list[Page] = []

    def started(folder: Path, *options: str) -> Page:
        running.append((begin or _in_a_thread)("review", str(folder), "--json", *options))
        return running[-1]

    yield started
    for page in running:
        page.end()


def _apart(*command: str) -> Page:
    """A process of its own; `end` is kill -9."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stderr
    out, err = process.stdout, process.stderr
    line = out.readline()
    assert line, err.read()
    told = json.loads(line)

    def end() -> None:
        process.kill()
        process.wait()
        out.close()
        err.close()

    return Page(told["address"], told["items"], end, process)


def _in_a_thread(*command: str) -> Page:
    """The same command without a second to start Python."""
    import uvicorn

    from builders.cli import run
    from qc.review import serving

    servers: list[uvicorn.Server] = []
    told: Queue[Page | int] = Queue()
    served, made = serving.serve, uvicorn.Server

    def server(config: uvicorn.Config) -> uvicorn.Server:
        servers.append(made(config))
        return servers[-1]

    def serve(desk: Any, *, ready: object, **how: Any) -> None:
        served(desk, ready=lambda address: told.put(Page(address, desk.keys.height, end)), **how)

    def end() -> None:
        servers[0].should_exit = servers[0].force_exit = True
        thread.join(20)
        assert not thread.is_alive()

    thread = Thread(target=lambda: told.put(run(list(command))), daemon=True)
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(StringIO()) as err:
        patch.setattr(serving, "serve", serve)
        patch.setattr(uvicorn, "Server", server)
        thread.start()
        page = told.get(timeout=60)
        assert isinstance(page, Page), err.getvalue()
        while not servers:
            sleep(0.001)
    return page


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


@pytest.fixture
def start_apart() -> Iterator[Start]:
    """Each a process of its own."""
    with starting(_apart) as begin:
        yield begin


@pytest.fixture(scope="module")
def untouched(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page that several tests ask, none of which says anything about an item."""
    folder = copytree(pristine, tmp_path_factory.mktemp("untouched") / "build")
    with starting(_apart) as begin:
        page = begin(folder, "--sample", "6", "--stratify", "anatomy", "--reviewer", "anna")
        yield page
    assert not (folder / "reviews").exists()


def lines(folder: Path) -> list[dict[str, Any]]:
    """What lies in reviews/, in the order of files and lines."""
    files = sorted((folder / "reviews").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
