"""Where a model runs, from one word."""

import pickle
from pathlib import Path

import pytest

from annotators.llm.choose import Wishes, backend, url_of
from annotators.llm.engine import Engine
from annotators.llm.loading import lacks_memory
from annotators.llm.server import Server
from schemas.errors import UsageError


def test_a_server_is_a_model_and_its_address() -> None:
    made = backend("org/my@llm:8b@http://127.0.0.1:8000/v1", Wishes("7", 9, 3.0, 4096, 60, 1000))
    assert isinstance(made, Server)
    assert (made.model, made.url, made.revision) == ("org/my@llm:8b", "http://127.0.0.1:8000/v1", "7")
    assert (made.at_once, made.patience, made.context) == (9, 3.0, 4096)
    assert (made.per_minute, made.tokens_per_minute) == (60, 1000)
    assert url_of("m@https://there/v1") == "https://there/v1"


def test_a_folder_is_an_engine_with_options_of_vllm() -> None:
    made = backend("vllm:/models/my-llm?max_model_len=8192&dtype=bfloat16&enforce_eager=true&revision=5", Wishes())
    assert isinstance(made, Engine) and made.folder == Path("/models/my-llm")
    assert (made.model, made.revision) == ("my-llm", "5")
    assert dict(made.options) == {"max_model_len": 8192, "dtype": "bfloat16", "enforce_eager": True}
    assert url_of("vllm:/models/my@http://llm") is None


@pytest.mark.parametrize("spec", ["my-llm", "", "@http://127.0.0.1/v1", "vllm:", "http://127.0.0.1:8000/v1", "a@b"])
def test_anything_else_is_told_what_there_is(spec: str) -> None:
    with pytest.raises(UsageError, match=r"vllm:FOLDER|names no folder"):
        backend(spec)


@pytest.mark.parametrize("spec", ["m@http://127.0.0.1:8000/v1", "vllm:/models/m?max_model_len=8192"])
def test_a_backend_travels_to_workers(spec: str) -> None:
    made = backend(spec, Wishes("1"))
    assert pickle.loads(pickle.dumps(made)) == made and len({made, backend(spec, Wishes("1"))}) == 1


def test_want_of_memory_is_told_from_other_faults() -> None:
    assert lacks_memory(ValueError("No available memory for the cache blocks."))
    assert lacks_memory(type("OutOfMemoryError", (RuntimeError,), {})("CUDA"))
    assert not lacks_memory(ValueError("Model architectures ['Odd'] are not supported"))
