"""TotalSegmentator's own interface on some volumes, as a process of its own: JSON of cases on standard input.

A case is {"given": file, "made": file, "task": name, "speed": name}. Looking up a host is forbidden and told of.
Its processes are forked: new ones would import torch and nnU-Net again, two for each net. It takes as many threads as
the machine has cores, whatever it is told; here it sees one, since other tests run beside.
"""

import json
import multiprocessing
import socket
import sys
from pathlib import Path


def main() -> None:
    asked: list[str] = []

    def refused(host: str, *_: object, **__: object) -> None:
        asked.append(str(host))
        raise OSError("no lookups here")

    socket.getaddrinfo = refused  # pyright: ignore[reportAttributeAccessIssue]
    forking = multiprocessing.get_context("fork")
    multiprocessing.get_context = lambda method=None: forking  # pyright: ignore[reportAttributeAccessIssue]
    multiprocessing.cpu_count = lambda: 1  # pyright: ignore[reportAttributeAccessIssue]
    from totalsegmentator.python_api import totalsegmentator

    for case in json.load(sys.stdin):
        totalsegmentator(
            Path(case["given"]), Path(case["made"]), task=case["task"], ml=True, device="cpu", nr_thr_resamp=1,
            nr_thr_saving=1, quiet=True, fast=case["speed"] == "fast", fastest=case["speed"] == "fastest",
        )  # fmt: skip
    print("lookups:", json.dumps(asked))


if __name__ == "__main__":
    main()
