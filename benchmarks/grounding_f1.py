"""Grounded sentences against labels of others: of which structures reports speak.

    python benchmarks/grounding_f1.py [--sheet FILE]

1. Sentences of CT-RATE reports labelled by the project: micro F1 of (sentence, node) pairs.
2. The scans that have both a report and published rows of RadGenome-Chest CT: F1 of the heads, and of the nodes below
   them, where something is, beside a rule of keywords for the heads.
3. In how many reports each published node has findings, against the published counts: Spearman's rank correlation, and
   what 800 of the published volumes reach against the others.

`--sheet` writes every difference of 2 with the findings of both sides. It quotes reports: keep it where they may lie.
"""

import argparse
import re
from functools import cache
from pathlib import Path

import polars as pl
from labelled_reports import DATA, ct_rate

from annotators.grounding.ground import Grounding
from annotators.rules import Findings
from schemas import anatomy, regions
from schemas.grounding import NO_NODE

TESTS = Path(__file__).resolve().parents[1] / "tests"
LABELLED = TESTS / "annotators" / "grounding" / "labelled_sentences.tsv"
COUNTED = TESTS / "schemas" / "published_paths.tsv"
TUBES = ("tube", "central venous catheter", "chest tube", "endotracheal tube", "nasogastric tube", "picc")
"""Findings of ours that the published rows never name."""
OFTEN = 10
"""Rows in 2,000 volumes from which on a node's rank means something."""
KEYWORDS = {
    "lung": r"lung|pulmon|parenchym|nodul|atelect|emphysem|consolid|ground.glass|pneumon",
    "mediastinum": "mediast|aort|lymph|atherom",
    "bone": r"bone|vertebr|\brib|stern|scapul|osteo|degenerat|scolio",
    "heart": "heart|cardi|coronary",
    "pleura": "pleura[^a-z]|pleural",
    "abdomen": "abdom|liver|spleen|kidney|renal|gall|adrenal|pancrea|hepat|aort",
    "esophagus": "esophag|hiatal",
    "thyroid": "thyroid",
    "breast": "breast|gynec",
    "trachea and bronchie": "trache|bronchi[^e]|peribronch",
}
DENIED = re.compile(r"\bno\b|\bnot\b|normal|natural|without|\bopen\b|preserved")


@cache
def grounded() -> pl.DataFrame:
    """The rows of the 800 reports."""
    passages = ct_rate().passages
    return Grounding().ground(passages, Findings().annotate(passages))


def labelled(sample: int) -> tuple[set, set]:
    """(report, start, published node) of the labelled sentences: the labels, and what was made of them."""
    labels = pl.read_csv(LABELLED, separator="\t", comment_prefix="#").filter(pl.col("sample") == sample)
    truth = labels.select("report", "start", node=pl.col("nodes").str.split(";")).explode("node")
    names = {name: regions.published(name) for name in anatomy.names()}
    made = (
        grounded()
        .join(labels.select("report", begin="start", stop="end"), left_on="study", right_on="report")
        .filter(pl.col("start") >= pl.col("begin"), pl.col("end") <= pl.col("stop"))
        .with_columns(silent=(pl.col("node") == NO_NODE), node=pl.col("node").replace(names))
        .filter(~pl.col("silent") | pl.col("silent").all().over("study", "begin"))
    )
    return set(truth.rows()), set(made.select("study", "begin", "node").rows())


def f1(truth: set, made: set) -> float:
    return 2 * len(truth & made) / max(len(truth) + len(made), 1)


def findings(rows: pl.DataFrame) -> pl.DataFrame:
    """What is said to be at a node or not, as the published rows have it: variants and small nodes, but no tubes."""
    said = rows.explode("findings").drop_nulls("findings").unnest("findings")
    return said.filter(
        ~pl.col("term").is_in(["normal", "clear", *TUBES]),
        pl.col("assertion").is_in(["present", "uncertain", "absent", "resolved"]),
    )


def there(rows: pl.DataFrame) -> pl.DataFrame:
    """Those that are there."""
    return findings(rows).filter(pl.col("assertion").is_in(["present", "uncertain"]))


def with_wholes(rows: pl.DataFrame) -> pl.DataFrame:
    """(study, path): the paths of the rows and all above them, as the published tables roll up."""
    paths = rows.select("study", path="paths").explode("path").unique(maintain_order=True)
    wholes = {path: list(regions.prefixes(path)) for path in paths["path"].unique().to_list()}
    kind = pl.List(pl.String)
    return paths.with_columns(pl.col("path").replace_strict(wholes, return_dtype=kind)).explode("path").unique()


@cache
def scans() -> pl.DataFrame:
    """study, scan, text of the scans that have a report here and published rows."""
    names = pl.read_csv(DATA / "ct_rate" / "map_train_classifier.csv")
    texts = ct_rate().passages.select(study="report", text="text")
    return (
        names.select(study="AccessionNo", scan="NameinCTRATE")
        .join(texts, on="study", maintain_order="left")
        .join(published("presence"), on="scan", how="semi", maintain_order="left")
    )


@cache
def published(table: str) -> pl.DataFrame:
    rows = pl.read_csv(DATA / "radgenome_chestct" / f"train_vqa_{table}.csv.gz").rename({"Anatomy": "path"})
    return rows.with_columns(scan=pl.col("Volumename").str.replace(r"_\d+\.nii\.gz$", ""))


def heads(frame: pl.DataFrame) -> set:
    return set(frame.select("study", pl.col("path").str.split("/").list.first()).rows())


def nodes(frame: pl.DataFrame) -> set:
    """Below the heads."""
    parts = pl.col("path").str.split("/").list
    return set(frame.filter(parts.len() > 1).select("study", parts.last()).rows())


def present() -> tuple[pl.DataFrame, pl.DataFrame]:
    """(study, path) where something is in the scans that both have: as published, and as made."""
    told = published("location").join(scans(), on="scan").select("study", "path")
    return told, with_wholes(there(grounded())).join(scans(), on="study", how="semi")


def by_keywords() -> set:
    """The heads of which a word stands in a sentence that denies nothing."""
    found = set()
    for study, text in scans().select("study", "text").iter_rows():
        said = [s for s in re.split(r'(?<=[.;"])\s+', text.lower()) if not DENIED.search(s)]
        found |= {(study, head) for head, words in KEYWORDS.items() if any(re.search(words, s) for s in said)}
    return found


def counts() -> pl.DataFrame:
    """Per published node: rows as published (`abnormality`: any finding, `location`: one that is there), and ours."""
    node = pl.col("path").str.split("/").list.last().alias("node")
    told = (
        pl.read_csv(COUNTED, separator="\t", comment_prefix="#").with_columns(node).unique("node", maintain_order=True)
    )
    for name, rows in (("ours", findings(grounded())), ("ours there", there(grounded()))):
        made = with_wholes(rows).with_columns(node).select("study", "node").unique().group_by("node").len(name)
        told = told.join(made, on="node", how="left", maintain_order="left")
    return told.fill_null(0)


def rank_correlation(rows: pl.DataFrame, left: str, right: str, least: int = 0) -> float:
    often = rows.filter(pl.col("abnormality") >= least)
    return often.select(pl.corr(left, right, method="spearman")).item()


def within_published(table: str, least: int) -> float:
    """What counts of 800 published volumes reach against those of the others: more cannot be asked for."""
    volumes = published(table)["Volumename"].unique().sort().sample(800, seed=0)
    mine = published(table).join(volumes.to_frame(), on="Volumename", how="semi").group_by("path").len("some")
    rows = counts().join(mine, on="path", how="left").fill_null(0).with_columns(rest=pl.col(table) - pl.col("some"))
    return rank_correlation(rows, "some", "rest", least)


def write_sheet(file: Path) -> None:
    """study, node, side (`published` or `ours` alone), and what that side says there."""
    told, made = (nodes(frame) | heads(frame) for frame in present())
    leaf = pl.col("path").str.split("/").list
    theirs = published("location").join(scans(), on="scan")
    theirs = pl.concat([theirs.select("study", node=part, said="Abnormality") for part in (leaf.last(), leaf.first())])
    ours = there(grounded()).explode("paths").with_columns(node=pl.col("paths").str.split("/")).explode("node")
    ours = ours.select("study", "node", said=pl.format("{}: {}", "term", "text"))
    rows = []
    for side, alone, said in (("published", told - made, theirs), ("ours", made - told, ours)):
        missing = pl.DataFrame(sorted(alone), ["study", "node"], orient="row").with_columns(side=pl.lit(side))
        rows.append(
            missing.join(said.unique(), on=["study", "node"], how="left").select("study", "node", "side", "said")
        )
    pl.concat(rows).sort("study", "node", "said").write_csv(file, separator="\t")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=Path)
    sheet = parser.parse_args().sheet
    for sample in (1, 2, 3):
        truth, made = labelled(sample)
        both, sentences = len(truth & made), len({pair[:2] for pair in truth})
        told = f"F1 {f1(truth, made):.3f}, precision {both / len(made):.3f}, recall {both / len(truth):.3f}"
        print(f"sample {sample}, {sentences} labelled sentences: {told}")
    told, made = present()
    print(f"{scans().height} scans, heads: F1 {f1(heads(told), heads(made)):.3f}, ", end="")
    print(f"by keywords {f1(heads(told), by_keywords()):.3f}; nodes: F1 {f1(nodes(told), nodes(made)):.3f}")
    rows = counts()
    for left, right in (("abnormality", "ours"), ("location", "ours there")):
        print(f"counts of {left} rows, 800 published volumes against the others in brackets:")
        for least in (OFTEN, 0):
            often = rows.filter(pl.col("abnormality") >= least).height
            ours, theirs = rank_correlation(rows, left, right, least), within_published(left, least)
            print(f"  {often} nodes of at least {least} rows: {ours:.3f} ({theirs:.3f})")
    if sheet:
        write_sheet(sheet)


if __name__ == "__main__":
    main()
