"""How well a question is answered without looking: published presence questions, and ours, raw and balanced.

    python benchmarks/vqa_shortcut.py

A multinomial naive Bayes over words, pairs and triples of words learns on half of the patients and answers the other
half, both ways. First the presence rows of RadGenome-Chest CT, then questions made of the 800 reports of CT-RATE.
"""

import dataframely as dy
import polars as pl
from labelled_reports import DATA, ct_rate

from annotators.rules import Findings
from builders.stages.asking.entities import KeyedEntities
from builders.stages.balance import Balance
from builders.stages.ground import Ground
from builders.stages.ground_masks import GroundMasks
from builders.stages.place_entities import PlaceEntities
from builders.stages.questions import Questions
from builders.stages.roll_up import RollUp
from qc.shortcut import Figures, shortcut
from schemas.references import passages
from schemas.retrieval import Study
from schemas.volumes import Mask, OpenedVolume


def published() -> None:
    rows = pl.read_csv(DATA / "radgenome_chestct" / "train_vqa_presence.csv.gz")
    leaf = pl.col("Anatomy").str.split("/").list.last()
    text = rows.select(text=pl.format("Is {} present in the {}?", "Finding", leaf))["text"].to_list()
    patients = rows["Volumename"].str.split("_").list.get(1).to_list()
    found = shortcut(text, rows["Presence"].to_list(), [["Yes.", "No."]] * rows.height, patients)
    print(f"published presence: {found.questions:,} questions, {found.bayes:.1%} (majority {found.majority:.1%})")


def ours() -> None:
    rows = questions().filter(pl.col("form") == "closed")
    for name, part in (("raw", rows), ("balanced", rows.filter("balanced"))):
        by_type = {str(kind[0]): _figures(one) for kind, one in part.group_by("type", maintain_order=True)}
        asked = sum(one.questions for one in by_type.values())
        right, often = (sum(one[at] * one.questions for one in by_type.values()) / asked for at in (1, 2))
        print(f"800 reports, {name}: {asked:,} closed questions, {right:.1%} (majority {often:.1%})")
        for kind, one in by_type.items():
            print(f"    {kind}: {one.questions:,} questions, {one.bayes:.1%} (majority {one.majority:.1%})")


def questions() -> pl.DataFrame:
    """Balanced rows of the 800 reports, which have no volumes here."""
    corpus = _corpus(ct_rate().passages)
    entities = Findings().annotate(passages(corpus))
    sentences = Ground()(corpus, entities)
    placed = PlaceEntities()(entities, sentences)
    grounded = GroundMasks()(sentences, _none(OpenedVolume), _none(Mask))
    keys, findings = corpus.select(study="id", split="split"), RollUp("directed", "ct")(corpus, placed)
    frames = (keys, findings, KeyedEntities()(placed), grounded, _none(Mask), _none(OpenedVolume))
    return Balance()(Questions()(*frames))


def _corpus(texts: pl.DataFrame) -> pl.DataFrame:
    """Study rows, one passage each."""
    zero = pl.lit(0, pl.Int32)
    length = pl.col("text").str.len_chars().cast(pl.Int32)
    whole = pl.struct("section", "section_index", start=zero, length=length, file_start=zero)
    rows = texts.select("text", id="report", split=pl.lit("train", Study.split.dtype), passages=pl.concat_list(whole))
    return pl.concat([_none(Study), rows], how="diagonal_relaxed")


def _none(schema: type[dy.Schema]) -> pl.DataFrame:
    return pl.DataFrame(schema={name: column.dtype for name, column in schema.columns().items()})


def _figures(rows: pl.DataFrame) -> Figures:
    texts, answers, choices = (rows[name].to_list() for name in ("question", "answer", "choices"))
    return shortcut(texts, answers, choices, rows["study"].str.split("_").list.get(1).to_list())


if __name__ == "__main__":
    published()
    ours()
