"""A real vLLM on a tiny model, in this process and as a server: what it says is nonsense, and is treated as such."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from annotators.llm.annotator import Llm
from annotators.llm.asking import Failure, Reply, Request, Sampling
from annotators.llm.choose import Wishes, backend
from annotators.llm.engine import Engine, EngineLostError
from annotators.llm.tasks.choose import chosen
from annotators.llm.tasks.findings.task import Answer, FindingsTask
from annotators.llm.weights import identity
from annotators.store import Store
from builders.api import build
from builders.cli import run
from schemas.errors import MedmillError
from schemas.manifest import read_manifest
from tests.annotators.llm.tiny_lm import make, reports
from tests.builders.chaos import ROOT
from tests.builders.instruction_corpora import exam

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore")]
pytest.importorskip("vllm")

SHORT = Sampling(most_tokens=400)
OPTIONS = (("enforce_eager", True), ("max_model_len", 2048), ("max_num_seqs", 16))
TEXTS = reports(12)
CPU = {
    "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind", "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "VLLM_LOGGING_LEVEL": "CRITICAL",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def on_cpu() -> Iterator[None]:
    """vLLM on processors, for these tests alone: the Hub's library reads its variable once, when it is imported."""
    import_module("huggingface_hub.constants")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CPU.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def engine(model: Path) -> Engine:
    return Engine(model, options=OPTIONS)


@pytest.fixture(scope="module")
def first(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Llm, list]:
    """All texts asked once, and what became of them."""
    asking = Llm(FindingsTask(), engine, Store(tmp_path_factory.mktemp("answers")), SHORT, tries=2)
    return asking, asking.annotate(TEXTS)


def request(engine: Engine, question: str, sampling: Sampling = SHORT) -> Request:
    messages = FindingsTask().prompt.messages(question)
    return Request("findings", engine.model, engine.revision, sampling, messages, Answer.model_json_schema())


def asked(engine: Engine, *requests: Request) -> dict[str, Reply | Failure]:
    made: dict[str, Reply | Failure] = {}
    engine.ask(iter(requests), lambda one, said: made.__setitem__(one.key, said))
    return made


def test_every_stored_answer_fits_the_schema_or_was_cut_off(first: tuple[Llm, list]) -> None:
    asking, made = first
    assert asking.told["asked"] >= len(TEXTS) == len(made)
    answers = [asking.store.get(key) for key in asking.store]
    assert answers and all(answer is not None for answer in answers)
    for answer in filter(None, answers):
        Answer.model_validate_json(answer["text"])
        assert answer["finish"] == "stop" and answer["prompt_tokens"] > 500 and answer["output_tokens"] > 5
    reasons = ("cut_off", "quote_not_in_source", "no_such_sentence")
    assert sum(asking.told[reason] for reason in reasons) >= sum(isinstance(one, Failure) for one in made)
    assert len(answers) + asking.told["cut_off"] == asking.told["asked"]


def test_what_is_accepted_stands_in_the_text_and_the_rest_has_a_reason(first: tuple[Llm, list]) -> None:
    for text, rows in zip(TEXTS, first[1], strict=True):
        if isinstance(rows, Failure):
            assert rows.reason in ("cut_off", "quote_not_in_source", "no_such_sentence") and rows.detail
        else:
            assert all(text[row["start"] : row["end"]] == row["text"] for row in rows)


def test_a_second_run_asks_nothing_that_was_stored(engine: Engine, first: tuple[Llm, list]) -> None:
    asking, made = first
    again = Llm(FindingsTask(), engine, Store(asking.store.folder), SHORT, tries=2)
    assert again.annotate(TEXTS) == made
    assert again.told["asked"] == asking.told["cut_off"]  # failures are not stored


def test_an_answer_that_is_cut_off_says_so(engine: Engine) -> None:
    (said,) = asked(engine, request(engine, "[1] Heart size is normal.", Sampling(most_tokens=2))).values()
    assert isinstance(said, Reply) and (said.finish, said.output_tokens) == ("length", 2)


def test_a_prompt_longer_than_the_context_fails_alone(engine: Engine) -> None:
    long = request(engine, "[1] " + "Heart size is normal. " * 1000)
    fine = request(engine, "[1] Heart size is normal.", Sampling(most_tokens=2))
    made = asked(engine, long, fine)
    assert isinstance(made[long.key], Failure) and made[long.key].reason == "too_long"  # pyright: ignore
    assert isinstance(made[fine.key], Reply)
    assert (engine.fits(long), engine.fits(fine)) == (False, True)


def test_a_long_text_is_read_in_parts(engine: Engine, tmp_path: Path) -> None:
    text = " ".join(f"Nodule number {number} of the left lung is stable." for number in range(200))
    rejecting = Llm(FindingsTask(), engine, Store(tmp_path), Sampling(most_tokens=64), tries=1)
    (rejected,) = rejecting.annotate([text])
    assert isinstance(rejected, Failure) and rejected.reason == "too_long" and "--too-long split" in rejected.detail
    assert rejecting.told["asked"] == 0
    splitting = Llm(FindingsTask(), engine, Store(tmp_path), Sampling(most_tokens=64), tries=1, too_long="split")
    (made,) = splitting.annotate([text])
    assert splitting.told["asked"] >= 2
    assert not isinstance(made, Failure) or made.reason != "too_long"


@pytest.mark.parametrize(("name", "given"), [
    ("exam-rationale", (("answer", "B"), ("language", "English"))),
    ("choice-rationale", (("answer", "B | C"), ("language", "English"))),
    ("definition", (("language", "English"), ("number", "4"), ("keep", "yes | no"))),
])  # fmt: skip
def test_reasons_and_definitions_are_rows_or_have_a_reason_and_none_is_lost(
    name: str, given: tuple[tuple[str, str], ...], engine: Engine, tmp_path: Path
) -> None:
    task = chosen(name)
    texts = [f"Which sign has disease {number}?\n\nA: cough\n\nB: rash {number}\n\nC: fever" for number in range(6)]
    asking = Llm(task, engine, Store(tmp_path), Sampling(most_tokens=200), tries=1)
    made = asking.annotate(texts, [given] * len(texts))
    assert len(made) == len(texts) == asking.told["asked"]
    assert len(asking.store) + asking.told["cut_off"] == asking.told["asked"]
    for key in asking.store:
        task.answer.model_validate_json((asking.store.get(key) or {})["text"])
    reasons = [one.reason for one in made if isinstance(one, Failure)]
    assert all(asking.told[reason] == reasons.count(reason) for reason in reasons)
    assert all(one.detail for one in made if isinstance(one, Failure))
    for rows in (one for one in made if not isinstance(one, Failure)):
        assert 1 <= len(rows) <= 4 and all(set(row) == set(task.columns) for row in rows)


def test_what_takes_an_answer_may_fail_and_the_engine_goes_on(engine: Engine) -> None:
    """Questions under way are given up then; the next to ask would have met their answers."""

    def full(_: Request, __: Reply | Failure) -> None:
        raise MedmillError("the disk is full")

    sampling = Sampling(most_tokens=3)
    many = [request(engine, f"[1] Nodule {number}.", sampling) for number in range(8)]
    with pytest.raises(MedmillError, match="disk is full"):
        engine.ask(iter(many), full)
    assert len(asked(engine, *many[:3])) == 3


def test_one_engine_serves_all_who_ask_the_same_model(engine: Engine, model: Path) -> None:
    from annotators.llm import engine as module

    before = list(module._KEPT.values())
    other = backend(f"vllm:{model}?enforce_eager=true&max_model_len=2048&max_num_seqs=16&name=other", Wishes("2026"))
    assert isinstance(other, Engine) and (other.model, other.revision) == ("other", "2026")
    assert asked(other, request(other, "[1] Heart.", Sampling(most_tokens=2)))
    assert list(module._KEPT.values()) == before


def test_other_weights_are_another_revision_and_a_copy_is_not(model: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(model, tmp_path / "copy"))
    assert Engine(copy).revision == Engine(model).revision == identity(model)
    other = make(tmp_path / "other", seed=1)
    assert Engine(other).revision != Engine(model).revision


@pytest.mark.parametrize(
    ("lacking", "said"),
    [("config.json", "no config.json"), ("model.safetensors", "no weights"), ("tokenizer.json", "no tokenizer")],
)
def test_a_folder_that_lacks_a_part_is_named(lacking: str, said: str, model: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "model"))
    (folder / lacking).unlink()
    damaged = Engine(folder)
    with pytest.raises(MedmillError, match=said):
        damaged.ask(iter([request(damaged, "[1] Heart.")]), lambda *_: None)


def test_no_folder_is_named(tmp_path: Path) -> None:
    damaged = Engine(tmp_path / "nowhere", weights="1")
    with pytest.raises(MedmillError, match="is no folder"):
        damaged.ask(iter([request(damaged, "[1] Heart.")]), lambda *_: None)


KILLED = """
import sys
from pathlib import Path
from tests.annotators.llm.test_engine import OPTIONS, SHORT
from annotators.llm.annotator import Llm
from annotators.llm.engine import Engine
from annotators.llm.tasks.findings.task import FindingsTask
from annotators.store import Store
from tests.annotators.llm.tiny_lm import reports
if __name__ == "__main__":
    engine = Engine(Path(sys.argv[1]), options=OPTIONS, at_once=8)
    Llm(FindingsTask(), engine, Store(Path(sys.argv[2])), SHORT, 1).annotate(reports(400))
"""


@pytest.mark.chaos
def test_a_kill_loses_only_what_was_under_way(model: Path, tmp_path: Path) -> None:
    environment = {**os.environ, **CPU, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen([sys.executable, "-c", KILLED, str(model), str(tmp_path)], env=environment)
    end = time.monotonic() + 120
    while len(Store(tmp_path)) < 5 and time.monotonic() < end and running.poll() is None:
        time.sleep(0.1)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    stored = Store(tmp_path)
    assert len(stored) >= 5 and stored.damaged == 0
    again = [one.key for one in Llm(FindingsTask(), Engine(model), stored, SHORT).requests(reports(400))]
    assert sum(key in stored for key in again) == len(stored)  # the next run finds them and asks only the others


def test_an_engine_that_runs_out_of_memory_ends_it_and_is_let_go(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test with this engine in the process."""
    import torch

    from annotators.llm import engine as module

    def step() -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    asked(engine, request(engine, "[1] Heart.", Sampling(most_tokens=2)))
    (loaded,) = module._KEPT.values()
    monkeypatch.setattr(loaded.engine, "step", step)
    asking = Llm(FindingsTask(), engine, Store(tmp_path), SHORT, tries=1)
    with pytest.raises(EngineLostError, match=r"memory of the GPU did not suffice.*same command goes on"):
        asking.annotate(reports(4, seed=5))
    assert module._KEPT == {} and len(Store(tmp_path)) == 0


@pytest.fixture(scope="module")
def served(model: Path) -> Iterator[str]:
    """The same model as a server of its own processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--model", str(model), "--served-model-name", "tiny", "--host", "127.0.0.1", "--port", str(port),
        "--enforce-eager", "--max-model-len", "2048", "--max-num-seqs", "16",
        "--structured-outputs-config", json.dumps({"backend": "xgrammar", "disable_any_whitespace": True}),
    ]  # fmt: skip
    program = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", *options]
    server = subprocess.Popen(program, env={**os.environ, **CPU}, start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}/health", server)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 240
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError("vLLM's server did not start")


def test_a_server_of_the_model_shares_answers_with_it_in_process(
    served: str, engine: Engine, first: tuple[Llm, list], tmp_path: Path
) -> None:
    from annotators.llm.server import Server

    asking, _ = first
    server = Server("tiny", served, engine.revision, at_once=8)
    again = Llm(FindingsTask(), server, Store(asking.store.folder), SHORT, tries=2)
    assert {one.key for one in again.requests(TEXTS)} == {one.key for one in asking.requests(TEXTS)}
    stored = len(asking.store)
    again.annotate(TEXTS)
    assert again.told["stored"] >= stored > 0
    assert again.told["asked"] <= 2 * asking.told["cut_off"]  # failures are not stored


def test_a_served_model_is_held_to_the_schema_and_refuses_what_is_too_long(served: str, tmp_path: Path) -> None:
    from annotators.llm.server import Server

    server = Server("tiny", served, at_once=8)
    asking = Llm(FindingsTask(), server, Store(tmp_path), SHORT, tries=1)
    texts = [*TEXTS[:6], " ".join(f"Nodule {number} is stable." for number in range(1000))]
    made = asking.annotate(texts)
    assert isinstance(made[-1], Failure) and made[-1].reason == "too_long"
    assert asking.told["asked"] == len(texts) and asking.told["too_long"] == 1
    for key in asking.store:
        Answer.model_validate_json((asking.store.get(key) or {})["text"])
    assert len(asking.store) == 6 - asking.told["cut_off"]


def test_a_served_model_is_asked_and_scored_on_the_benchmark(
    served: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Random weights say nothing that can be read as an option, or a wrong one; a second run asks nothing."""
    own = exam(tmp_path)
    sources, settings = {"exam": str(tmp_path / "exam")}, {"own": str(own), "tasks": "exam-choice", "shots": "1"}
    build("meds-bench", sources=sources, settings=settings, out=tmp_path / "bench", workers=0)
    command = ["evaluate", "meds-bench", "--dataset", str(tmp_path / "bench"), "--model", f"tiny@{served}", "--json"]
    assert run([*command, "--out", str(tmp_path / "read.csv")]) == 0
    told = json.loads(capsys.readouterr().out)
    (task,) = [line for line in told["lines"] if line["of"] == "task"]
    assert (task["items"], task["missing"]) == (20, 0)
    assert task["score"]["value"] <= 0.6 and pl.read_csv(tmp_path / "read.csv").height == 20
    stored = sorted(path.name for path in (tmp_path / "bench-answers").rglob("*") if path.is_file())
    assert stored and run(command) == 0
    assert json.loads(capsys.readouterr().out)["lines"] == told["lines"]
    assert sorted(path.name for path in (tmp_path / "bench-answers").rglob("*") if path.is_file()) == stored


def test_a_recipe_votes_by_the_engine_on_its_own_worker(model: Path, tmp_path: Path) -> None:
    """Under Dask: loaded once by the worker, whose partitions share it; a second build asks nothing."""
    settings = {
        "annotators": f"rules,vllm:{model}?enforce_eager=true&max_model_len=2048", "device": "cpu",
        "answers": str(tmp_path / "answers"), "llm.most_tokens": 96, "reports": 4,
    }  # fmt: skip
    for out in ("first", "second"):
        build("rate-ner", sources={"synthetic": "10"}, out=tmp_path / out, workers=1, settings=settings)
    sentences = pl.read_parquet(tmp_path / "first" / "sentences" / "*.parquet")
    said = pl.read_parquet(tmp_path / "first" / "votes" / "*.parquet").filter(annotator="llm")
    stage = read_manifest(tmp_path / "first").stage("votes.llm")
    assert stage.ids_in == sentences.height > 10 and stage.ids_passed == said.height
    runs = Store(tmp_path / "answers").runs()
    half = len(runs) // 2
    assert sum(run.get("asked", 0) for run in runs[:half]) >= sentences["text"].n_unique()
    assert sum(run.get("asked", 0) for run in runs[half:]) == sum(run.get("cut_off", 0) for run in runs[half:])
