"""RaTEScore against the public package: the same entities and embeddings into both, differences and pairs per second.

    python -m venv peer && peer/bin/pip install "torch==2.13.0" uv
    echo "spacy>=3.8,<3.9" > override.txt
    peer/bin/uv pip install -p peer/bin/python --override override.txt \\
        RaTEScore==0.6.0 medspacy pandas transformers torch==2.13.0
    python benchmarks/ratescore_vs_package.py --peer peer/bin/python [--pairs 2000]

The package gets every pair's entities and vectors through its own scoring function (`RaTEScore.utils.compute`, with its
own weights), so only scoring is compared, not its entity recogniser. Ours scores all pairs of the same sets with the
kernel that builds rankings. Sets are drawn from the canonical terms of our lexicon with lexical vectors, and from
random vectors of 768 dimensions. In the last run a set may hold one term both present and absent: which of the two the
package matches then is up to the last bit of its product.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

TYPES = ("Anatomy", "Abnormality", "Disease", "Non-Abnormality", "Non-Disease")


def in_the_package(folder: Path) -> None:
    """Runs in the peer's environment: scores the pairs of `folder/given.npz` with both matrices."""
    import torch
    from RaTEScore.scorer import DEFAULT_MATRIX_LONG, DEFAULT_MATRIX_SHORT
    from RaTEScore.utils import compute

    given = np.load(folder / "given.npz")
    vectors, start, ids, kinds, pairs = (given[name] for name in ("vectors", "start", "ids", "kinds", "pairs"))
    sets = [(torch.from_numpy(vectors[ids[a:b]]), [TYPES[k].upper() for k in kinds[a:b]]) for a, b in pairwise(start)]
    said: dict[str, Any] = {}
    for name, matrix in (("long", DEFAULT_MATRIX_LONG), ("short", DEFAULT_MATRIX_SHORT)):
        weights = {tuple(key.upper().split("_")): value for key, value in matrix.items()}
        begin, scores = time.perf_counter(), []
        for i, j in pairs:
            (a, types_a), (b, types_b) = sets[i], sets[j]
            p, r = compute(a, b, types_a, types_b, weights), compute(b, a, types_b, types_a, weights)
            scores.append(2 * p * r / (p + r) if p + r else 0.0)
        said[name] = {"scores": scores, "seconds": time.perf_counter() - begin}
    (folder / "said.json").write_text(json.dumps(said))


def draw(rng: np.random.Generator, words: int, n_sets: int, twins: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`n_sets` sets of 1-12 entities: (start, word, type)."""
    start, ids, kinds = [0], [], []
    kind_of = rng.integers(0, len(TYPES), words)
    for size in rng.integers(1, 13, n_sets):
        drawn = rng.integers(0, words, size)
        ids += drawn.tolist()
        kinds += (rng.integers(0, len(TYPES), size) if twins else kind_of[drawn]).tolist()
        start.append(len(ids))
    return np.array(start), np.array(ids), np.array(kinds)


def ours(
    vectors: np.ndarray, start: np.ndarray, ids: np.ndarray, kinds: np.ndarray, name: Any
) -> tuple[np.ndarray, float]:
    """Scores of all pairs of sets, and seconds; the kernel is compiled beforehand."""
    from annotators.ratescore.all_pairs import all_pairs
    from annotators.ratescore.cosine import write_cosine

    with tempfile.TemporaryDirectory() as folder:
        write_cosine(Path(folder) / "cosine.npy", vectors)
        cosine = np.load(Path(folder) / "cosine.npy")
    all_pairs(cosine, ids[: start[2]], kinds[: start[2]], start[:3], name)
    begin = time.perf_counter()
    scores = all_pairs(cosine, ids, kinds, start, name)
    return scores, time.perf_counter() - begin


def compare(peer: str, vectors: np.ndarray, sets: tuple[np.ndarray, np.ndarray, np.ndarray], pairs: np.ndarray) -> None:
    """Print the differences and both rates."""
    start, ids, kinds = sets
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "given.npz", vectors=vectors, start=start, ids=ids, kinds=kinds, pairs=pairs)
        subprocess.run([peer, __file__, "--in-the-package", name], check=True, capture_output=True)
        said = json.loads((folder / "said.json").read_text())
    for matrix, theirs in said.items():
        scores, seconds = ours(vectors, *sets, matrix)
        gap = np.abs(scores[pairs[:, 0], pairs[:, 1]] - np.array(theirs["scores"]))
        rate = len(pairs) / theirs["seconds"]
        own = scores.size / 2 / seconds
        print(
            f"  {matrix:5}: largest difference {gap.max():.1e}, {int((gap > 1e-5).sum())} of {len(pairs)} above 1e-5; "
            f"package {rate:,.0f} pairs/s, ours {own:,.0f} pairs/s ({own / rate:,.0f} x)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="peer/bin/python", help="Python that has the package")
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--in-the-package", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.in_the_package:
        return in_the_package(asked.in_the_package)
    from annotators.ratescore.lexical import Lexical, lexicon_terms

    rng = np.random.default_rng(11)
    lexical = Lexical().embed(lexicon_terms())
    random = rng.standard_normal((3000, 768)).astype(np.float32)
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    runs = {"lexical vectors": (lexical, False), "random vectors": (random, False), "with twins": (lexical, True)}
    for name, (vectors, twins) in runs.items():
        print(f"{name}, {asked.pairs} pairs of 4,000 sets over {len(vectors):,} terms")
        sets = draw(rng, len(vectors), 4000, twins)
        compare(asked.peer, vectors, sets, rng.integers(0, 4000, (asked.pairs, 2)))


if __name__ == "__main__":
    sys.exit(main())
