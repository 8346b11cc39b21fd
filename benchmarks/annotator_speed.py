"""Reports per second of the rules annotator: one process, one thread, everything on.

    taskset -c 0 python benchmarks/annotator_speed.py [--runs 5]

Every run is a process of its own that passes over each corpus once, so nothing is known of the texts; processor time,
the lexicon loaded. spaCy's tokeniser and sentencizer over the same texts stand beside it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from labelled_reports import ct_rate, openi

THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def rate(read: Callable[[], object], count: int) -> float:
    start = time.process_time()
    read()
    return count / (time.process_time() - start)


def once() -> dict[str, list[float]]:
    """Reports/s of the annotator, and of spaCy's two steps, per corpus."""
    import spacy

    from annotators.rules import Findings

    annotator, peer = Findings(), spacy.blank("en")
    peer.add_pipe("sentencizer")
    corpora = {"CT-RATE": ct_rate(), "Open-i": openi()}
    annotator.annotate(corpora["CT-RATE"].passages.head(0))
    found = {}
    for name, corpus in corpora.items():
        texts, count = corpus.texts, len(corpus.texts)
        ours = rate(lambda passages=corpus.passages: annotator.annotate(passages), count)
        found[name] = [ours, rate(lambda texts=texts: [len(doc) for doc in peer.pipe(texts)], count)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", action="store_true", help="one pass, as JSON")
    args = parser.parse_args()
    if args.once:
        print(json.dumps(once()))
        return
    env = {**os.environ, **dict.fromkeys(THREADS, "1")}
    command = [sys.executable, __file__, "--once"]
    runs = [
        json.loads(subprocess.run(command, env=env, check=True, capture_output=True).stdout) for _ in range(args.runs)
    ]
    for name in runs[0]:
        ours, peer = (statistics.median(run[name][which] for run in runs) for which in (0, 1))
        print(f"{name}: {ours:,.0f} reports/s (median of {args.runs}); spaCy's tokeniser and sentencizer {peer:,.0f}")


if __name__ == "__main__":
    main()
