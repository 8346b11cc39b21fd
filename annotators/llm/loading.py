"""A folder becomes an engine of vLLM, or an error that says what the folder or the machine lacks."""

import gc
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from schemas.errors import MedmillError

_ENVIRONMENT: Final = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # its core in this process
    "VLLM_NO_USAGE_STATS": "1",  # it would tell its makers of this machine
    "DO_NOT_TRACK": "1",
    "VLLM_LOGGING_LEVEL": "CRITICAL",  # it dumps pages where it stops
    "VLLM_CONFIGURE_LOGGING": "1",
}
_OURS: Final = {
    "enable_prefix_caching": True,  # all prompts of a task begin alike
    "structured_outputs_config": {"backend": "xgrammar", "disable_any_whitespace": True},
    "disable_log_stats": True,
}
"""Blanks between the tokens of JSON are left out: a small model may go on with blanks until it is cut off."""
_TOKENIZERS: Final = ("tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json", "tiktoken.model")
_WEIGHTS: Final = ("*.safetensors", "*.bin", "*.pt", "*.gguf")
_NO_MEMORY: Final = ("memory", "kv cache", "cache blocks")


def load(folder: Path, options: Mapping[str, Any]) -> tuple[Any, Any, Any, int]:
    """Engine, tokenizer, default sampling, and most tokens of prompt and answer; raises `MedmillError`."""
    demand_model(folder)
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        from vllm import LLM  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise MedmillError(_missing(error)) from error
    try:
        llm = LLM(model=str(folder), **{**_OURS, **options})
    except Exception as error:  # vLLM's, pydantic's, torch's: all say in their own way that it cannot be loaded
        raise MedmillError(f"{folder}: {_why(error)}") from error
    tokenizer = llm.get_tokenizer()
    if not getattr(tokenizer, "chat_template", "there"):
        unload(llm.llm_engine)
        raise MedmillError(
            f"{folder}: its tokenizer has no chat template, so nobody knows how it is asked; copy chat_template.jinja "
            "from where the model came from, or take one that was trained to follow instructions"
        )
    return llm.llm_engine, tokenizer, llm.get_default_sampling_params(), llm.model_config.max_model_len


def demand_model(folder: Path) -> None:
    """Raise `MedmillError` for a folder without configuration, weights or tokenizer; nothing is downloaded."""
    if not (folder / "config.json").is_file():
        there = "holds no config.json" if folder.is_dir() else "is no folder"
        raise MedmillError(
            f"{folder}: {there}; expected one with config.json, weights and tokenizer.json, as the Hub has it"
        )
    if not any(next(folder.glob(pattern), None) for pattern in _WEIGHTS):
        raise MedmillError(f"{folder}: no weights there; expected *.safetensors beside config.json")
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise MedmillError(f"{folder}: no tokenizer there; copy tokenizer.json from where the model came from")


def lacks_memory(error: BaseException) -> bool:
    """Whether it was memory that did not suffice, in vLLM's words or torch's."""
    return type(error).__name__ == "OutOfMemoryError" or any(word in str(error).lower() for word in _NO_MEMORY)


def unload(engine: Any) -> None:
    """Let go of an engine and of its memory."""
    import torch

    engine.engine_core.shutdown()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _missing(error: ImportError) -> str:
    if error.name == "vllm":
        return "vllm is not installed: pip install 'medmill[vllm]' (Linux; a GPU, or the build for CPUs)"
    return (
        f"vllm is installed, but does not start ({error}); repair it (pip install 'medmill[vllm]'), or serve the model"
    )


def _why(error: BaseException) -> str:
    first = next(iter(str(error).splitlines()), "")
    if lacks_memory(error):
        return (
            f"vLLM finds too little memory for it ({first}); give it more of the GPU (gpu_memory_utilization=0.95), a "
            "shorter context (max_model_len=8192), or a smaller or quantised model"
        )
    return f"vLLM cannot load it ({type(error).__name__}: {first})"
