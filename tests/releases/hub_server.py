"""A Hub on 127.0.0.1, over real HTTP: the endpoints that huggingface_hub calls, and faults on demand.

It is written from what the client calls, so it proves the client side only.
"""

import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

import yaml

from tests.releases.hub_state import Blob, Dataset, RefusedError

SIGNATURE = "signed-4f1c9b7e2d"
"""Stands in the addresses that large files are put to; whoever has it may write, so it is never to be shown."""


@dataclass
class Fault:
    """What befalls the next `times` requests that match, after `skip` of them went well.

    `drop`: the connection closes before the request is read; `lost`: it is carried out, and closes without an answer;
    `refuse`: an answer with this status; `before`, `after`: something else happens before or after it is carried out.
    """

    what: Literal["drop", "lost", "refuse", "before", "after"]
    method: str
    path: str
    status: int = 503
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    call: Callable[[], None] = lambda: None
    times: int = 1
    skip: int = 0
    agent: str = ""
    """A pattern of the client's name, for faults that befall one of several clients."""


@dataclass
class HubServer:
    """The server, its datasets and tokens, and what was asked of it."""

    page: int = 1000
    xet: bool = False
    gates: bool = True
    part: int | None = None
    ignored: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    url: str = ""

    @contextmanager
    def running(self) -> Iterator["HubServer"]:
        handler = type("Handler", (_Handler,), {"hub": self})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            server.daemon_threads = True
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            yield self
            server.shutdown()
            thread.join()

    def count(self, method: str, path: str) -> int:
        """Requests so far whose address matches."""
        return sum(method == asked and bool(re.search(path, at)) for asked, at in self.asked)

    def fault(self, method: str, path: str, agent: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                named = fault.method in ("*", method) and re.search(fault.path, path) and re.search(fault.agent, agent)
                if fault.times and named:
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
        return None


Answer = tuple[int, Any, dict[str, str]]


def _json(value: Any, status: int = 200, **headers: str) -> Answer:
    return status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers}


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Silent."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):  # the client was killed
            self.close_connection = True

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        with self.hub.lock:
            self.hub.asked.append((self.command, unquote(parts.path)))
        fault = self.hub.fault(self.command, unquote(parts.path), self.headers.get("User-Agent", ""))
        if fault and fault.what == "drop":
            return self._hang_up()
        body = self._body()
        if fault and fault.what == "before":
            fault.call()
        if fault and fault.what == "refuse":
            return self._send(_json({"error": fault.message}, fault.status, **fault.headers))
        try:
            with self.hub.lock:
                answer = self._answer(parts.path, parse_qs(parts.query), body)
        except RefusedError as error:
            headers = {"X-Error-Code": error.code} if error.code else {}
            answer = _json({"error": str(error)}, error.status, **headers, **{"X-Error-Message": str(error)})
        if fault and fault.what == "after":
            fault.call()
        if fault and fault.what == "lost":
            return self._hang_up()
        return self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _send(self, answer: Answer) -> None:
        status, data, headers = answer
        self.send_response(status)
        for key, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _answer(self, path: str, query: dict[str, list[str]], body: bytes) -> Answer:
        for method, pattern, answer in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and self.command in method:
                return answer(self, query, body, *(unquote(part or "") for part in found.groups()))
        raise RefusedError(404, "", f"no such address: {self.command} {path}")

    def _role(self) -> str:
        """`write`, `read`, or nothing for a reader without a token."""
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if given and given not in self.hub.tokens:
            raise RefusedError(401, "", "Invalid credentials in Authorization header")
        return self.hub.tokens.get(given, "")

    def _may_write(self) -> None:
        role = self._role()
        if role != "write":
            raise RefusedError(403 if role else 401, "", "You don't have the rights to do this")

    def _dataset(self, name: str, *, writing: bool = False) -> Dataset:
        role = self._role()
        dataset = self.hub.datasets.get(name)
        if dataset is None or (dataset.private and not role):
            raise RefusedError(404 if role else 401, "RepoNotFound", "Repository not found")
        if writing:
            self._may_write()
        return dataset

    def whoami(self, _query: Any, _body: bytes) -> Answer:
        role = self._role()
        if not role:
            raise RefusedError(401, "", "Invalid username or password.")
        return _json({"type": "user", "name": "lab", "orgs": [], "auth": {"accessToken": {"role": role}}})

    def create(self, _query: Any, body: bytes) -> Answer:
        self._may_write()
        asked = json.loads(body)
        name = f"{asked['organization']}/{asked['name']}"
        url = f"{self.hub.url}/datasets/{name}"
        if name in self.hub.datasets:
            return _json({"error": "You already created this dataset repo", "url": url}, 409)
        private = bool(asked.get("private")) or asked.get("visibility") == "private"
        self.hub.datasets[name] = Dataset(name, private=private)
        return _json({"url": url, "name": name, "id": name})

    def delete(self, _query: Any, body: bytes) -> Answer:
        asked = json.loads(body)
        self._dataset(name := f"{asked['organization']}/{asked['name']}", writing=True)
        del self.hub.datasets[name]
        return _json({})

    def validate_yaml(self, _query: Any, body: bytes) -> Answer:
        found = re.match(r"---\n(.*?)\n---", json.loads(body)["content"], re.DOTALL)
        try:
            yaml.safe_load(found[1] if found else "")
        except yaml.YAMLError as error:
            return _json({"errors": [{"message": str(error)}], "warnings": []}, 400)
        return _json({"errors": [], "warnings": []})

    def info(self, _query: Any, _body: bytes, name: str, revision: str = "") -> Answer:
        dataset = self._dataset(name)
        commit = dataset.find(revision or "main")
        facts = {"id": name, "sha": commit, "private": dataset.private, "gated": dataset.gated, "disabled": False}
        counts = {"downloads": 0, "likes": 0, "tags": [], "lastModified": "2026-01-01T00:00:00.000Z"}
        return _json({**facts, **counts, "siblings": [{"rfilename": path} for path in sorted(dataset.commits[commit])]})

    def preupload(self, _query: Any, body: bytes, name: str, revision: str) -> Answer:
        dataset = self._dataset(name, writing=True)
        tree = dataset.commits[dataset.find(revision)]
        return _json({"files": [self._mode(tree.get(file["path"]), file) for file in json.loads(body)["files"]]})

    def _mode(self, held: Blob | None, file: dict[str, Any]) -> dict[str, Any]:
        large = file["path"].endswith(".parquet") or file["size"] > 10 * 2**20
        ignored = file["path"] in self.hub.ignored
        mode = "lfs" if large else "regular"
        return {"path": file["path"], "uploadMode": mode, "shouldIgnore": ignored, "oid": held and held.etag}

    def commit(self, _query: Any, body: bytes, name: str, branch: str) -> Answer:
        dataset = self._dataset(name, writing=True)
        commit = dataset.commit(branch, [json.loads(line) for line in body.splitlines()])
        return _json(
            {"success": True, "commitOid": commit, "commitUrl": f"{self.hub.url}/datasets/{name}/commit/{commit}"}
        )

    def tree(self, query: dict[str, list[str]], _body: bytes, name: str, revision: str, under: str = "") -> Answer:
        dataset = self._dataset(name)
        prefix = f"{under}/" if under else ""
        files = {
            path: blob for path, blob in dataset.commits[dataset.find(revision)].items() if path.startswith(prefix)
        }
        if under and not files:
            raise RefusedError(404, "EntryNotFound", f"{under} does not exist on {revision}")
        entries = _entries(files, prefix, recursive=query.get("recursive", ["false"])[0].lower() in ("true", "1"))
        start = int(query.get("cursor", ["0"])[0])
        rest = {key: values[0] for key, values in query.items() if key != "cursor"}
        following = "&".join(
            f"{key}={quote(value)}" for key, value in {**rest, "cursor": str(start + self.hub.page)}.items()
        )
        more = start + self.hub.page < len(entries)
        link = {"Link": f'<{self.hub.url}{urlsplit(self.path).path}?{following}>; rel="next"'} if more else {}
        return _json(entries[start : start + self.hub.page], **link)

    def paths_info(self, _query: Any, body: bytes, name: str, revision: str) -> Answer:
        dataset = self._dataset(name)
        tree = dataset.commits[dataset.find(revision)]
        wanted = parse_qs(body.decode()).get("paths", [])
        return _json([_entry(path, tree[path]) for path in wanted if path in tree])

    def refs(self, _query: Any, _body: bytes, name: str) -> Answer:
        dataset = self._dataset(name)
        branches = [_ref(key, f"refs/heads/{key}", commit) for key, commit in dataset.branches.items()]
        tags = [_ref(key, f"refs/tags/{key}", commit) for key, commit in dataset.tags.items()]
        return _json({"branches": branches, "converts": [], "tags": tags})

    def add_branch(self, _query: Any, body: bytes, name: str, branch: str) -> Answer:
        dataset = self._dataset(name, writing=True)
        if branch in dataset.branches:
            raise RefusedError(409, "", f"Reference already exists: {branch}")
        dataset.branches[branch] = dataset.find(json.loads(body or b"{}").get("startingPoint", "main"))
        return _json({})

    def drop_branch(self, _query: Any, _body: bytes, name: str, branch: str) -> Answer:
        dataset = self._dataset(name, writing=True)
        if branch == "main":
            raise RefusedError(403, "", "Cannot delete refs/heads/main")
        if dataset.branches.pop(branch, None) is None:
            raise RefusedError(404, "RevisionNotFound", f"no branch {branch}")
        return _json({})

    def add_tag(self, _query: Any, body: bytes, name: str, revision: str) -> Answer:
        dataset = self._dataset(name, writing=True)
        tag = json.loads(body)["tag"]
        if tag in dataset.tags:
            raise RefusedError(409, "", f"Tag reference exists already: {tag}")
        dataset.tags[tag] = dataset.find(revision)
        return _json({})

    def settings(self, _query: Any, body: bytes, name: str) -> Answer:
        dataset = self._dataset(name, writing=True)
        asked = json.loads(body)
        if self.hub.gates and "gated" in asked:
            dataset.gated = asked["gated"]
        return _json({"gated": dataset.gated, "private": dataset.private})

    def xet_token(self, _query: Any, _body: bytes, name: str, _revision: str) -> Answer:
        if not self.hub.xet:
            raise RefusedError(404, "", "no such address")
        self._dataset(name, writing=True)
        return _json({"accessToken": SIGNATURE, "exp": 0, "casUrl": self.hub.url})

    def batch(self, _query: Any, body: bytes, name: str) -> Answer:
        dataset = self._dataset(name, writing=True)
        return _json(
            {"transfer": "basic", "objects": [self._object(dataset, item) for item in json.loads(body)["objects"]]}
        )

    def _object(self, dataset: Dataset, item: dict[str, Any]) -> dict[str, Any]:
        if item["oid"] in dataset.large:
            return item
        at, size = f"{self.hub.url}/lfs/{dataset.name}/{item['oid']}", self.hub.part
        upload: dict[str, Any] = {"href": f"{at}?{SIGNATURE}", "header": {}}
        if size and item["size"] > size:  # in parts: one address each, and a last word at the first address
            numbers = range(1, -(-item["size"] // size) + 1)
            upload["header"] = {"chunk_size": str(size)} | {f"{n:05}": f"{at}/{n}?{SIGNATURE}" for n in numbers}
        return {**item, "actions": {"upload": upload, "verify": {"href": f"{at}/verify"}}}

    def put_part(self, _query: Any, body: bytes, _name: str, oid: str, number: str) -> Answer:
        self._signed()
        self.hub.parts.setdefault(oid, {})[int(number)] = body
        self.hub.puts.append(f"{oid}/{number}")
        return 200, b"", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}

    def join(self, _query: Any, body: bytes, name: str, oid: str) -> Answer:
        self._signed()
        pieces = self.hub.parts.pop(oid)
        return self._keep(name, oid, b"".join(pieces[part["partNumber"]] for part in json.loads(body)["parts"]))

    def put(self, _query: Any, body: bytes, name: str, oid: str) -> Answer:
        self._signed()
        answer = self._keep(name, oid, body)
        self.hub.puts.append(oid)
        return answer

    def _keep(self, name: str, oid: str, data: bytes) -> Answer:
        if hashlib.sha256(data).hexdigest() != oid:
            raise RefusedError(400, "", "the content is not that of its SHA-256")
        self.hub.datasets[name].large[oid] = data
        return 200, b"", {}

    def _signed(self) -> None:
        if urlsplit(self.path).query != SIGNATURE:
            raise RefusedError(403, "", "SignatureDoesNotMatch")

    def verify(self, _query: Any, body: bytes, name: str, oid: str) -> Answer:
        held = self._dataset(name, writing=True).large.get(oid)
        return (
            _json({}) if held is not None and len(held) == json.loads(body)["size"] else _json({"error": "lost"}, 404)
        )

    def resolve(self, _query: Any, _body: bytes, name: str, revision: str, path: str) -> Answer:
        dataset = self._dataset(name)
        role = self._role()
        if dataset.gated and role != "write":
            raise RefusedError(403 if role else 401, "GatedRepo", "Access to this dataset is restricted")
        commit = dataset.find(revision)
        blob = dataset.commits[commit].get(path)
        if blob is None:
            raise RefusedError(404, "EntryNotFound", "Entry not found")
        headers = {"ETag": f'"{blob.etag}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if blob.large:
            headers |= {"X-Linked-ETag": f'"{blob.etag}"', "X-Linked-Size": str(len(blob.data))}
        return self._ranged(blob.data, headers)

    def _ranged(self, data: bytes, headers: dict[str, str]) -> Answer:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted:
            return 200, data, headers
        first, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
        return 206, data[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{len(data)}"}


def _entry(path: str, blob: Blob) -> dict[str, Any]:
    large = (
        {"lfs": {"oid": blob.sha256, "size": len(blob.data), "pointerSize": len(blob.pointer)}} if blob.large else {}
    )
    return {"type": "file", "path": path, "size": len(blob.data), "oid": blob.git, **large}


def _entries(files: dict[str, Blob], prefix: str, *, recursive: bool) -> list[dict[str, Any]]:
    """Files and folders under a prefix; folders are listed too, as the Hub does."""
    inside = [path[len(prefix) :].split("/") for path in files]
    depths = {"/".join(parts[:depth]) for parts in inside for depth in range(1, len(parts))}
    folders = sorted(folder for folder in depths if recursive or "/" not in folder)
    shown = {path: blob for path, blob in sorted(files.items()) if recursive or "/" not in path[len(prefix) :]}
    listed = [{"type": "directory", "path": prefix + folder, "size": 0,
               "oid": hashlib.sha1(folder.encode()).hexdigest()} for folder in folders]  # fmt: skip
    return [*listed, *(_entry(path, blob) for path, blob in shown.items())]


def _ref(name: str, ref: str, commit: str) -> dict[str, str]:
    return {"name": name, "ref": ref, "targetCommit": commit}


DATASET = "([^/]+/[^/]+)"
API = f"/api/datasets/{DATASET}"
LFS = f"/lfs/{DATASET}/([0-9a-f]{{64}})"
ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("GET", "/api/whoami-v2", _Handler.whoami),
    ("POST", "/api/repos/create", _Handler.create),
    ("DELETE", "/api/repos/delete", _Handler.delete),
    ("POST", "/api/validate-yaml", _Handler.validate_yaml),
    ("GET", API, _Handler.info),
    ("GET", f"{API}/revision/([^/]+)", _Handler.info),
    ("POST", f"{API}/preupload/([^/]+)", _Handler.preupload),
    ("POST", f"{API}/commit/([^/]+)", _Handler.commit),
    ("GET", f"{API}/tree/([^/]+)(?:/(.+))?", _Handler.tree),
    ("POST", f"{API}/paths-info/([^/]+)", _Handler.paths_info),
    ("GET", f"{API}/refs", _Handler.refs),
    ("POST", f"{API}/branch/([^/]+)", _Handler.add_branch),
    ("DELETE", f"{API}/branch/([^/]+)", _Handler.drop_branch),
    ("POST", f"{API}/tag/([^/]+)", _Handler.add_tag),
    ("PUT", f"{API}/settings", _Handler.settings),
    ("GET", f"{API}/xet-write-token/([^/]+)", _Handler.xet_token),
    ("POST", rf"/datasets/{DATASET}\.git/info/lfs/objects/batch", _Handler.batch),
    ("PUT", LFS, _Handler.put),
    ("PUT", f"{LFS}/([0-9]+)", _Handler.put_part),
    ("POST", LFS, _Handler.join),
    ("POST", f"{LFS}/verify", _Handler.verify),
    ("GET HEAD", f"/datasets/{DATASET}/resolve/([^/]+)/(.+)", _Handler.resolve),
]
