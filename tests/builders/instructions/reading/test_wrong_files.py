"""Every declared corpus, of whose files another one lies in the folder: one line that says so, or rejected rows."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from builders.instructions.corpus_files import CorpusFiles
from builders.instructions.declared import declared
from schemas.errors import MedmillError

KNOWN = declared()
READY = sorted({task.corpus for task in KNOWN.tasks.values() if task.ready})
BODIES = {
    "empty": b"",
    "a page": b"<html><body>Please log in</body></html>\n",
    "noise": bytes(range(256)) * 20,
    "a list": b'[{"a": [1, {"b": 2}]}]',
}


def source(name: str, folder: Path) -> CorpusFiles:
    return CorpusFiles(str(folder), KNOWN.corpora[name], tuple(task for task in KNOWN.of(name) if task.ready))


def names(name: str) -> Iterator[str]:
    """A name of a file for every pattern of a corpus."""
    for task in KNOWN.of(name):
        for held in (task.options.get("files", {}), task.options.get("beside", {}).get("files", {})):
            for pattern in (one for patterns in held.values() for one in patterns):
                bare = re.sub(r"[*?]", "x", pattern.removeprefix("**/").replace("**/", "x/"))
                yield re.sub(r"\[(.)[^\]]*\]", r"\1", re.sub(r"\{([^,}]*)[^}]*\}", r"\1", bare))


def told(name: str, folder: Path) -> str:
    """The one line of a corpus that cannot be read; empty where its rows are rejected."""
    made = source(name, folder)
    try:
        held = [made.read("instances", shard.name) for shard in made.shards("instances")]
    except MedmillError as error:
        assert "\n" not in str(error) and str(folder) in str(error)
        return str(error)
    rejected = pl.concat([one.rejected for one in held])
    assert sum(one.frame.height for one in held) + rejected.height > 0
    assert (rejected["detail"] != "").all()
    return ""


@pytest.mark.parametrize("name", READY)
def test_an_empty_folder_is_one_line_that_says_what_is_looked_for(tmp_path: Path, name: str):
    assert re.search(r"no file|no \S+ here|no [\w -]+ reports here|expected", told(name, tmp_path))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_other_files_under_the_names_of_a_corpus_are_told_or_rejected(tmp_path: Path, body: bytes):
    for name in READY:
        for one in names(name):
            path = tmp_path / name / one
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(body) if one.endswith(".gz") else body)
        (tmp_path / name).mkdir(exist_ok=True)
        told(name, tmp_path / name)
