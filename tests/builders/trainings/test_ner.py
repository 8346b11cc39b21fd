"""`medmill train ner` on sentences of our own: it learns them, the same seed the same way, and fails in one line."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from annotators.tokens.classifier import TokenClassifier
from annotators.tokens.spacy_pipeline import SpacyPipeline
from builders.cli import run
from builders.ner_formats.corpus import read, write
from builders.trainings.entities.corpus import corpus
from builders.trainings.entities.making import made
from builders.trainings.entities.recipe import SMALL
from builders.trainings.entities.small_net import SmallNet
from builders.trainings.entities.spacy_training import SpacyTraining
from builders.trainings.entities.transformer import TransformerTraining
from tests.annotators.tokens.tiny import tiny_classifier
from tests.builders.trainings.sentences import corpus_folder, splits

pytestmark = pytest.mark.heavy
LABELS = {
    f"{mark}-{kind}"
    for kind in ("ABNORMALITY", "ANATOMY", "DISEASE", "NON-ABNORMALITY", "NON-DISEASE")
    for mark in "BI"
}
QUICK = ("--epochs", "5", "--learning-rate", "1e-3", "--quiet")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus_folder(tmp_path_factory.mktemp("corpus") / "data")


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "recogniser"
    assert run(["train", "ner", "--data", str(data), "--out", str(out), *QUICK]) == 0
    return out


def test_a_small_net_learns_the_sentences(trained: Path) -> None:
    told = json.loads((trained / "training.json").read_text())
    assert told["scores"]["test"]["micro"]["f1"] > 0.9
    assert told["data"]["splits"]["train"]["texts"] == 240
    assert not any(path.name.startswith(".") for path in trained.parent.iterdir())


def test_the_folder_is_read_by_our_annotator_with_the_labels_of_rate_ner(trained: Path) -> None:
    classifier = TokenClassifier(str(trained))
    assert set(classifier.labels) == LABELS | {"O"} and classifier.labels[0] == "O"
    text = "There is a nodule in the right lung."
    (found,) = classifier.annotate([text])
    assert [(text[span.start : span.end], span.type) for span in found] == [
        ("nodule", "ABNORMALITY"), ("right lung", "ANATOMY"),
    ]  # fmt: skip
    config = json.loads((trained / "config.json").read_text())
    assert config["label2id"] == {label: int(number) for number, label in config["id2label"].items()}
    assert json.loads((trained / "tokenizer_config.json").read_text())["tokenizer_class"] == "PreTrainedTokenizerFast"


def test_what_a_trained_net_finds_depends_on_no_padding(trained: Path, data: Path) -> None:
    """A convolution may see padding; DeBERTa keeps its own off it."""
    texts = read(data)["test"]["text"].to_list()
    together = TokenClassifier(str(trained)).annotate([*texts, "nodule " * 200])
    assert [TokenClassifier(str(trained), batch_tokens=1).annotate([text])[0] for text in texts[:12]] == together[:12]


def test_scores_are_those_of_seqeval(trained: Path, data: Path) -> None:
    pytest.importorskip("seqeval")
    from seqeval.metrics import classification_report

    from builders.ner_formats.frames import rows
    from builders.ner_formats.tokens import labels, tokens

    given = list(rows(read(data)["test"]))
    found = TokenClassifier(str(trained)).annotate([own.text for own in given])
    loud = [own._replace(entities=[(s, e, kind.upper()) for s, e, kind in own.entities]) for own in given]
    theirs = [own._replace(entities=[tuple(span) for span in spans]) for own, spans in zip(given, found, strict=True)]
    tagged = [[labels(own, tokens(own)) for own in side] for side in (loud, theirs)]
    wanted = classification_report(*tagged, output_dict=True)
    told = json.loads((trained / "training.json").read_text())["scores"]["test"]
    assert told["micro"]["f1"] == pytest.approx(wanted["micro avg"]["f1-score"], abs=1e-4)
    assert told["macro_f1"] == pytest.approx(wanted["macro avg"]["f1-score"], abs=1e-4)
    for kind, own in told["types"].items():
        assert own["recall"] == pytest.approx(wanted[kind]["recall"], abs=1e-4)


def test_the_card_tells_figures_and_no_text(trained: Path, data: Path) -> None:
    card = (trained / "README.md").read_text()
    assert "| all (micro) |" in card and "sha256:" in card and "learning_rate: 0.001" in card
    assert not any(text in card for split in read(data).values() for text in split["text"])
    assert str(data) not in card and str(trained.parent) not in card


def test_the_same_seed_gives_the_same_weights(data: Path, tmp_path: Path) -> None:
    held = corpus(splits(train=40), "made")
    net = SmallNet(words=300, width=32, layers=1)

    def weights(name: str, seed: int) -> str:
        (tmp_path / name).mkdir()
        recipe = SMALL.__class__(**{**vars(SMALL), "epochs": 2})
        TransformerTraining(recipe=recipe, net=net, seed=seed).write(held, tmp_path / name, lambda *_: None)
        return hashlib.sha256((tmp_path / name / "model.safetensors").read_bytes()).hexdigest()

    assert weights("a", 1) == weights("b", 1) != weights("c", 2)
    words = [json.loads((tmp_path / name / "tokenizer.json").read_text()) for name in "ac"]
    assert words[0] == words[1]


def test_a_pretrained_encoder_is_tuned(data: Path, tmp_path: Path) -> None:
    (tmp_path / "bert").mkdir()
    base = tiny_classifier(tmp_path / "bert")
    out = tmp_path / "out"
    asked = ["train", "ner", "--data", str(data), "--base", base, "--out", str(out), "--epochs", "1", "--quiet"]
    assert run(asked) == 0
    assert set(TokenClassifier(str(out)).labels) == LABELS | {"O"}
    assert "from `bert`" in (out / "README.md").read_text()  # the name of a folder, not where it lies


def test_the_tokenizer_of_deberta_v3_is_read(data: Path, tmp_path: Path) -> None:
    """It is published as `spm.model` alone, which needs two packages more."""
    spm = pytest.importorskip("sentencepiece")
    from transformers import DebertaV2Config, DebertaV2Model

    base, out = tmp_path / "base", tmp_path / "out"
    DebertaV2Model(
        DebertaV2Config(
            vocab_size=96, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
            relative_attention=True, position_biased_input=False, pos_att_type=["p2c", "c2p"], type_vocab_size=0,
        )
    ).save_pretrained(base)  # fmt: skip
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(read(data)["train"]["text"].to_list()), model_prefix=str(base / "spm"), vocab_size=80,
        pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]",
        unk_piece="[UNK]", minloglevel=2,
    )  # fmt: skip
    (base / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    asked = ["train", "ner", "--data", str(data), "--base", str(base), "--out", str(out), "--epochs", "1", "--quiet"]
    assert run(asked) == 0
    assert TokenClassifier(str(out)).annotate(["nodule (lung)."]) is not None and (out / "tokenizer.json").exists()


def test_a_spacy_pipeline_learns_them_and_keeps_no_words(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    result = made(SpacyTraining(steps=120, every=60), corpus(splits(), "made"), out, "out", lambda *_: None)
    assert result.scores["test"].micro.f1 > 0.9 and "as a spaCy pipeline" in (out / "README.md").read_text()
    assert not any(b"mediastinum" in path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert str(tmp_path) not in (out / "config.cfg").read_text()
    (found,) = SpacyPipeline(str(out)).annotate(["There is a nodule in the aorta."])
    assert [tuple(span) for span in found] == [(11, 17, "ABNORMALITY"), (25, 30, "ANATOMY")]
    pl.DataFrame({"id": ["7"], "text": ["There is a nodule in the aorta."]}).write_csv(tmp_path / "in.csv")
    asked = ["annotate", "model", "--model", str(out), "--input", str(tmp_path / "in.csv"), "--id", "id", "--text"]
    assert run([*asked, "text", "--out", str(tmp_path / "found.csv")]) == 0
    assert pl.read_csv(tmp_path / "found.csv")["type"].to_list() == ["ABNORMALITY", "ANATOMY"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_training_that_is_killed_leaves_no_folder(data: Path, tmp_path: Path, how: signal.Signals) -> None:
    out = tmp_path / "out"
    program = [sys.executable, "-c", "from builders.cli import main; main()", "train", "ner", "--data", str(data)]
    with subprocess.Popen([*program, "--out", str(out), "--epochs", "500"], stderr=subprocess.PIPE) as running:
        until = time.monotonic() + 120
        while not (tmp_path / ".out.draft").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(running.pid, how)
        assert running.stderr is not None
        told = running.stderr.read().decode()
    assert not out.exists() and "Traceback" not in told
    if how == signal.SIGINT:
        assert running.returncode == 130 and list(tmp_path.iterdir()) == []


def wrong(folder: Path, **gone: bool) -> Path:
    held = {name: split for name, split in splits(train=30, held=5).items() if name not in gone}
    if "entities" in gone:
        empty = pl.lit([], dtype=held["train"].schema["entities"])
        held["train"] = held["train"].with_columns(entities=empty)
    if "most" in gone:
        held["train"] = held["train"].head(5)
    folder.mkdir()
    write("conll", held, folder)
    return folder


@pytest.mark.parametrize(
    ("gone", "more", "told"),
    [
        ("train", (), "no split `train` (to learn from); found validation, test"),
        ("validation", (), "no split `validation` (to know when to stop)"),
        ("entities", (), "no entities in the split `train`"),
        ("most", (), "at least 10 are needed"),
        ("nothing", ("--base", "./no/such"), "--base ./no/such: no encoder there"),
        ("nothing", ("--spacy", "--epochs", "3"), "--spacy goes by spaCy's settings"),
        ("nothing", ("--epochs", "0"), "are greater than 0"),
        ("nothing", ("--device", "cuda"), "sees no GPU here"),
    ],
)
def test_what_cannot_be_trained_says_so_in_one_line(
    gone: str, more: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = wrong(tmp_path / "data", **{gone: True})
    out = tmp_path / "out"
    assert run(["train", "ner", "--data", str(data), "--out", str(out), "--quiet", *more]) in (1, 2)
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1 and not out.exists()
    assert not (tmp_path / ".out.draft").exists()


def test_a_folder_that_is_there_is_left_alone(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    assert run(["train", "ner", "--data", str(data), "--out", str(tmp_path)]) == 2
    assert "is there already; name another --out" in capsys.readouterr().err
    assert (tmp_path / "mine").read_text() == "mine"
