"""What the loopback Hub remembers: datasets with commits, branches and tags, and the large files beside them."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

FIRST = {".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"}


class RefusedError(Exception):
    """What the server answers instead: a status, one of the Hub's error codes, and words."""

    def __init__(self, status: int, code: str = "", message: str = "") -> None:
        super().__init__(message or code)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Blob:
    """The content of a file, in git itself or as a large file."""

    data: bytes
    large: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def git(self) -> str:
        """The name git gives to what it stores: the content, or for a large file the pointer to it."""
        return git_hash(self.pointer if self.large else self.data)

    @property
    def pointer(self) -> bytes:
        return b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n" % (
            self.sha256.encode(),
            len(self.data),
        )

    @property
    def etag(self) -> str:
        return self.sha256 if self.large else self.git


Tree = dict[str, Blob]


def git_hash(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@dataclass
class Dataset:
    """One dataset; `past` holds every tree that main ever had, in order."""

    name: str
    private: bool = False
    gated: str | bool = False
    commits: dict[str, Tree] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    past: list[Tree] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.put("main", {path: Blob(data, large=False) for path, data in FIRST.items()}, "initial commit")

    def put(self, branch: str, tree: Tree, message: str) -> str:
        """Make a commit the head of a branch."""
        facts = [self.branches.get(branch), len(self.commits), message, {path: blob.git for path, blob in tree.items()}]
        commit = hashlib.sha1(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        self.commits[commit] = tree
        self.branches[branch] = commit
        if branch == "main":
            self.past.append(tree)
        return commit

    def find(self, revision: str) -> str:
        """The commit that a branch, a tag or a commit names."""
        commit = self.branches.get(revision) or self.tags.get(revision) or revision
        if commit not in self.commits:
            raise RefusedError(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return commit

    def commit(self, branch: str, lines: list[dict[str, Any]]) -> str:
        """Carry out the lines of a commit, all or none."""
        if branch not in self.branches:
            raise RefusedError(404, "RevisionNotFound", f"Invalid rev id: {branch}")
        header = next(line["value"] for line in lines if line["key"] == "header")
        if header.get("parentCommit") not in (None, self.branches[branch]):
            raise RefusedError(412, "", "A commit has happened since. Please refresh and try again.")
        tree = dict(self.commits[self.branches[branch]])
        for line in lines:
            self._change(tree, line["key"], line["value"])
        return self.put(branch, tree, header["summary"])

    def _change(self, tree: Tree, key: str, value: dict[str, Any]) -> None:
        if key == "file":
            tree[value["path"]] = Blob(base64.b64decode(value["content"]), large=False)
        elif key == "lfsFile":
            if value["oid"] not in self.large:
                raise RefusedError(400, "", "Your push was rejected: a pointer names a large file that is not there")
            tree[value["path"]] = Blob(self.large[value["oid"]], large=True)
        elif key == "deletedFile" and tree.pop(value["path"], None) is None:
            raise RefusedError(404, "EntryNotFound", f"A file with this name doesn't exist: {value['path']}")
        elif key not in ("header", "deletedFile"):
            raise RefusedError(400, "", f"unknown operation {key}")
