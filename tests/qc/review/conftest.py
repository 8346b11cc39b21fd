"""`medmill review` as a process of its own, asked over real HTTP."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
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

    process: "subprocess.Popen[str]"
    address: str
    items: int
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

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()


Start = Callable[..., Page]


@contextmanager
def starting() -> Iterator[Start]:
    """Starts `medmill review FOLDER --json …`; ends at the end what was started."""
    pytest.importorskip("starlette", reason="needs the extra review")
    pytest.importorskip("uvicorn", reason="needs the extra review")
    running: list[Page] = []

    def begin(folder: Path, *options: str) -> Page:
        command = [sys.executable, "-c", PROGRAM, "review", str(folder), "--json", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout and process.stderr
        line = process.stdout.readline()
        assert line, process.stderr.read()
        told = json.loads(line)
        running.append(Page(process, told["address"], told["items"]))
        return running[-1]

    yield begin
    for page in running:
        page.kill()
        for stream in (page.process.stdout, page.process.stderr):
            if stream:
                stream.close()


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


@pytest.fixture(scope="module")
def untouched(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page that several tests ask, none of which says anything about an item."""
    folder = copytree(pristine, tmp_path_factory.mktemp("untouched") / "build")
    with starting() as begin:
        page = begin(folder, "--sample", "6", "--stratify", "anatomy", "--reviewer", "anna")
        yield page
    assert not (folder / "reviews").exists()


def lines(folder: Path) -> list[dict[str, Any]]:
    """What lies in reviews/, in the order of files and lines."""
    files = sorted((folder / "reviews").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
