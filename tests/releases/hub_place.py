"""A Hub to push to, small releases, and `medmill push` as a process of its own that must never show a secret."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs
from polars.testing import assert_frame_equal

from tests.releases.hub_server import SIGNATURE, HubServer

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "hf_loopback0WriteToken7421"
READER = "hf_loopback0ReadToken1187"
JUDGE = """
import sys
from datasets import load_dataset
repo, to, revision, *configs = sys.argv[1:]
for config in configs:
    read = load_dataset(repo, config, revision=revision, cache_dir=f"{to}/cache")
    for split in read:
        read[split].to_parquet(f"{to}/{config}-{split}.parquet")
"""
SNAPSHOT = """
import sys
from huggingface_hub import snapshot_download
repo, to, *revisions = sys.argv[1:]
for revision in revisions:
    snapshot_download(repo, repo_type="dataset", revision=revision, local_dir=f"{to}/{revision}")
"""

REMOVE = """
import sys
from huggingface_hub import HfApi
HfApi().delete_repo(sys.argv[1], repo_type="dataset", missing_ok=True)
"""


@dataclass
class Place:
    """A dataset on a Hub, by its address, and a home for the client in a folder of the test.

    `server` is the loopback server, None where MEDMILL_HUB_ENDPOINT names another.
    """

    url: str
    repo: str
    home: Path
    server: HubServer | None
    token: str = TOKEN
    said: list[str] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
        theirs = {"HF_ENDPOINT": self.url, "HF_HOME": str(self.home), "HF_TOKEN": self.token}
        return {**kept, **theirs, "PYTHONPATH": str(ROOT), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}

    def push(self, release: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
        """`medmill push`."""
        program = "import sys; from builders.cli import run; sys.exit(run(sys.argv[1:]))"
        words = ["-c", program, "push", str(release), "--repo", self.repo, *options]
        return self._heard(self._start(words, **env))

    def start(self, release: Path, *words: str, **env: str) -> "subprocess.Popen[str]":
        """A push under way, with settings that the command line does not offer (`hub_push.py`)."""
        return self._start(["-m", "tests.releases.hub_push", str(release), self.repo, *words], **env)

    def driven(self, release: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """The same, to its end."""
        return self._heard(self.start(release, *words, **env))

    def _start(self, words: list[str], **env: str) -> "subprocess.Popen[str]":
        pipe, given = subprocess.PIPE, {**self.env, **env}
        return subprocess.Popen([sys.executable, *words], stdout=pipe, stderr=pipe, text=True, env=given, cwd=self.home)

    def _heard(self, process: "subprocess.Popen[str]") -> subprocess.CompletedProcess[str]:
        out, err = process.communicate(timeout=120)
        self.said += [out, err]
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def pushed(self, release: Path, *options: str, **env: str) -> dict[str, Any]:
        """A push that must go well, and what it says in JSON."""
        done = self.push(release, "--json", *options, **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, release: Path, *options: str, code: int = 1, **env: str) -> str:
        """A push that must fail, and the one line it says at last."""
        done = self.push(release, *options, **env)
        assert done.returncode == code, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        last = done.stderr.splitlines()[-1]
        assert last.startswith("medmill: ")
        return last

    def load(self, to: Path, revision: str, *configs: str) -> dict[str, pl.DataFrame]:
        """What `datasets.load_dataset` reads over HTTP: `<config>-<split>` → table."""
        self._judge(JUDGE, str(to), revision, *configs)
        return {path.stem: pl.read_parquet(path) for path in sorted(to.glob("*.parquet"))}

    def snapshots(self, to: Path, *revisions: str) -> dict[str, dict[str, bytes]]:
        """What `snapshot_download` fetches over HTTP: revision → path → content, without `.gitattributes`."""
        self._judge(SNAPSHOT, str(to), *revisions)
        return {revision: _fetched(to / revision) for revision in revisions}

    def remove(self) -> None:
        """Take the dataset away from a server that outlives the test."""
        self._judge(REMOVE)

    def _judge(self, program: str, *words: str) -> str:
        env = {**self.env, "HF_HUB_DISABLE_XET": "1"}
        run = [sys.executable, "-c", program, self.repo, *words]
        done = subprocess.run(run, capture_output=True, text=True, env=env, cwd=self.home)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def keeps_secrets(self) -> None:
        """Neither a token nor a signed address stands in what was said or stored."""
        stored = [path.read_bytes() for path in self.home.rglob("*") if path.is_file()]
        told = "\n".join(self.said).encode() + b"\n".join(stored)
        for secret in (TOKEN, READER, SIGNATURE, self.token):
            assert secret.encode() not in told


def _fetched(folder: Path) -> dict[str, bytes]:
    found = content(folder).items()
    return {path: data for path, data in found if path != ".gitattributes" and not path.startswith(".cache/")}


def release(folder: Path, version: str = "1.0.0", *, rows: int = 40, test: bool = True, shards: int = 2,
            **record: Any) -> Path:  # fmt: skip
    """A small release; train comes in shards of which only the last depends on the version."""
    frames = {f"corpus/train-{n:05}-of-{shards:05}.parquet": frame(n, rows) for n in range(shards - 1)}
    frames[f"corpus/train-{shards - 1:05}-of-{shards:05}.parquet"] = frame(shards, rows, version)
    if test:
        frames["corpus/test-00000-of-00001.parquet"] = frame(99, rows)
    frames["sample/corpus/train-00000-of-00001.parquet"] = frame(7, 2)
    for path, table in frames.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        table.write_parquet(folder / path)
    facts = {"format_version": 1, "dataset": "demo-ir", "version": version, "target": "hub", "gated": False, **record}
    write(folder, "release.json", json.dumps(facts))
    write(folder, "README.md", card(test))
    write(folder, "croissant.json", json.dumps({"name": "demo-ir", "version": version}))
    write(folder, "CHANGELOG.md", f"# {version}\n")
    sums(folder)
    return folder


def frame(seed: int, rows: int, word: str = "same") -> pl.DataFrame:
    ids = [f"s{seed}/{row}" for row in range(rows)]
    return pl.DataFrame({"id": ids, "score": [row / 7 + seed for row in range(rows)], "word": [word] * rows})


def card(test: bool) -> str:
    splits = ["train", *(["test"] if test else [])]
    files = "".join(f"      - split: {split}\n        path: corpus/{split}-*.parquet\n" for split in splits)
    return f"---\nlicense: cc-by-4.0\nconfigs:\n  - config_name: corpus\n    data_files:\n{files}---\n# demo\n"


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).write_text(text, encoding="utf-8")


def sums(folder: Path) -> None:
    """Write SHA256SUMS of what lies in the folder."""
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in content(folder).items() if path != "SHA256SUMS"}
    write(folder, "SHA256SUMS", "".join(f"{digest}  {path}\n" for path, digest in sorted(hashes.items())))


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a release: path → bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tables(folder: Path, *configs: str) -> dict[str, pl.DataFrame]:
    """The tables of a release by `<config>-<split>`, as its Parquet files hold them."""
    names = {(path.parent.name, path.name.split("-")[0]) for config in configs for path in (folder / config).iterdir()}
    return {f"{config}-{split}": _table(folder / config, split) for config, split in sorted(names)}


def _table(folder: Path, split: str) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path) for path in sorted(folder.glob(f"{split}-*.parquet")))


def assert_same(read: dict[str, pl.DataFrame], written: dict[str, pl.DataFrame]) -> None:
    assert read.keys() == written.keys()
    for name, table in written.items():
        assert_frame_equal(read[name], table.with_columns(cs.categorical().cast(pl.String), cs.enum().cast(pl.String)))
