"""Sources behind a URL whose file system has the habits of s3fs. All texts are our own."""

import gzip
import json

import pytest
from fsspec.config import conf

from builders.cli import run
from builders.sources.text_folder import TextFolder
from builders.sources.web_jsonl import WebJsonl
from schemas.errors import SourceError
from tests.builders.sources.bucket import Bucket, NoAnswerError, filled, put
from tests.builders.sources.reading import read_all
from tests.releases.hub_server import HubServer
from tests.releases.hub_state import Blob, Dataset

LINES = b"".join(json.dumps({"text": f"Line {number}: the tea was hot."}).encode() + b"\n" for number in range(60))

SOURCES = ["web-jsonl", "web-parquet", "warc", "text-folder", "pdf-folder", "benchmark-questions", "reports-table"]


@pytest.fixture(autouse=True)
def _anew():
    yield
    filled({})


@pytest.mark.parametrize(("name", "body"), [("a.jsonl", LINES), ("a.jsonl.gz", gzip.compress(LINES))])
def test_a_range_is_asked_for_by_name_since_s3_takes_a_version_second(name, body):
    """Packed lines of S3 were taken for plain ones and rejected as not UTF-8, since their first bytes were not seen."""
    made = read_all(WebJsonl(location=filled({name: body}), part_bytes=400), "documents")
    assert made.frame["text"].to_list() == [json.loads(line)["text"] for line in LINES.splitlines()]
    assert not made.rejected.height


def test_a_file_that_changes_behind_a_url_is_an_error():
    """What the file system remembered of it was taken for its state."""
    source = WebJsonl(location=filled({"a.jsonl": LINES}))
    listed = source.shards("documents")
    put("a.jsonl", LINES[: len(LINES) // 2])
    with pytest.raises(SourceError, match="changed while the build ran; run the same command again"):
        source.read("documents", listed[0].name)


def test_a_text_that_changes_behind_a_url_is_an_error():
    source = TextFolder(location=filled({"a.txt": b"Words."}))
    (listed,) = source.shards("documents")
    put("a.txt", b"Other words.")
    with pytest.raises(SourceError, match="changed while the build ran; run the same command again"):
        source.read("documents", listed.name)


@pytest.mark.extras
def test_a_dataset_of_the_hub_is_read_over_http_as_a_folder_is(tmp_path, monkeypatch):
    """From a Hub on this machine, without a word of it being downloaded first."""
    files = {"deep/a.jsonl": LINES, "b.jsonl.gz": gzip.compress(LINES), ".hidden/c.jsonl": LINES}
    for name, body in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(body)
    dataset = Dataset("lab/web")
    dataset.put("main", {f"web/{name}": Blob(body, large=False) for name, body in files.items()}, "texts")
    with HubServer(datasets={"lab/web": dataset}).running() as hub:
        monkeypatch.setitem(conf, "hf", {"endpoint": hub.url})
        made = read_all(WebJsonl(location="hf://datasets/lab/web/web", part_bytes=400), "documents")
        with pytest.raises(SourceError, match=r"hf://datasets/lab/none: no such folder"):
            WebJsonl(location="hf://datasets/lab/none").shards("documents")
        source = WebJsonl(location="hf://datasets/lab/web/web")
        listed = source.shards("documents")
        dataset.put("main", {"web/b.jsonl.gz": Blob(gzip.compress(LINES * 2), large=False)}, "other texts")
        with pytest.raises(SourceError, match="changed while the build ran"):
            source.read("documents", listed[0].name)
        assert [shard.name.partition(":")[0] for shard in source.shards("documents")] == ["b.jsonl.gz"]
    here = read_all(WebJsonl(location=str(tmp_path), part_bytes=400), "documents")
    assert made.frame.height == 120 and made.frame.equals(here.frame)
    monkeypatch.setitem(conf, "hf", {"endpoint": "http://127.0.0.1:9"})
    with pytest.raises(SourceError, match=r"no answer from this address \(ConnectError: "):
        WebJsonl(location="hf://datasets/lab/web/web").shards("documents")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("refusal", "said"),
    [(NoAnswerError("Unable to locate credentials"), "NoAnswerError: Unable to locate credentials"),
     (PermissionError("Forbidden"), "PermissionError: Forbidden")],
    ids=["no credentials", "wrong credentials"],
)  # fmt: skip
def test_a_store_that_gives_no_answer_is_one_clear_error(source, refusal, said, capsys):
    """Errors of the library that speaks to a store, as `NoCredentialsError`, were an internal error with a trace."""
    place = filled({"a.txt": b"Words."})
    Bucket.refusal = refusal
    assert run(["sources", source, "--check", place]) != 0
    told = "".join(capsys.readouterr())
    assert f"no answer from this address ({said})" in " ".join(told.split())
