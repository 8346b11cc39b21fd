"""TotalSegmentator's own Python interface with three things taken out: processes per image, downloads, and statistics.

Everything else is the package's: which nets a task needs, cropping, resampling, post-processing. The names that are
replaced while it runs are those of one release line, so another one is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, Final

from annotators.segmenting.weights import check_packages

Predict = Callable[..., None]
_HELD: Final = Lock()
_DEPTH: Final[list[int]] = [0]
_BEFORE: Final[list[tuple[Any, str, Any]]] = []


@contextmanager
def in_this_process(predict: Predict, weights: Callable[[int], Path]) -> Iterator[Any]:
    """The function `totalsegmentator.python_api.totalsegmentator`, running nets by `predict`.

    `weights` gives the folder of a net by its number, and raises where it is missing. Several threads may be inside.
    """
    check_packages()
    from totalsegmentator import nnunet, python_api

    said: Mapping[tuple[Any, str], Any] = {
        (nnunet, "nnUNetv2_predict"): predict,
        (nnunet, "nostdout"): lambda verbose=False: nullcontext(),  # theirs swaps sys.stdout, which threads share
        (python_api, "download_pretrained_weights"): weights,
        (python_api, "setup_totalseg"): lambda *_: None,
        (python_api, "setup_nnunet"): lambda *_: None,
        (python_api, "get_config_key"): lambda key: True,
        (python_api, "increase_prediction_counter"): lambda: {},
        (python_api, "send_usage_stats"): lambda *_: None,
    }
    _enter(said)
    try:
        yield python_api.totalsegmentator
    finally:
        _leave()


def _enter(said: Mapping[tuple[Any, str], Any]) -> None:
    with _HELD:
        if not _DEPTH[0]:
            _BEFORE.extend((module, name, getattr(module, name)) for module, name in said)
        for (module, name), instead in said.items():
            setattr(module, name, instead)
        _DEPTH[0] += 1


def _leave() -> None:
    with _HELD:
        _DEPTH[0] -= 1
        if not _DEPTH[0]:
            for module, name, before in _BEFORE:
                setattr(module, name, before)
            _BEFORE.clear()
