"""Grounded sentences against labels of others: which structures reports speak of.

    python benchmarks/grounding_f1.py [--sheet FILE]

1. 200 sentences of CT-RATE reports labelled by the project: micro F1 of (sentence, node) pairs.
2. The scans that have both a report and published rows of RadGenome-Chest CT: F1 of the heads and nodes with a positive
   finding, beside a keyword rule. `--sheet` writes what differs (it names findings of reports: keep it at home).
3. In how many reports each node stands, against the published counts: Spearman's rank correlation.
"""

import argparse
import re
from pathlib import Path

import polars as pl
from labelled_reports import DATA, ct_rate

from annotators.grounding.ground import Grounding
from annotators.rules import Findings
from schemas import regions
from schemas.grounding import NO_NODE

LABELLED = Path(__file__).resolve().parents[1] / "tests" / "annotators" / "grounding" / "labelled_sentences.tsv"
COUNTED = Path(__file__).resolve().parents[1] / "tests" / "schemas" / "published_paths.tsv"
KEYWORDS = {
    "lung": r"lung|pulmon|parenchym|nodul|atelect|emphysem|consolid|ground.glass|pneumon",
    "mediastinum": r"mediast|aort|lymph|atherom",
    "bone": r"bone|vertebr|\brib|stern|scapul|osteo|degenerat|scolio",
    "heart": r"heart|cardi|coronary",
    "pleura": r"pleura[^a-z]|pleural",
    "abdomen": r"abdom|liver|spleen|kidney|renal|gall|adrenal|pancrea|hepat|aort",
    "esophagus": r"esophag|hiatal",
    "thyroid": "thyroid",
    "breast": "breast|gynec",
    "trachea and bronchie": r"trache|bronchi[^e]|peribronch",
}
TUBES = ["central venous catheter", "chest tube", "endotracheal tube", "nasogastric tube", "picc", "tracheostomy", "tube"]
DENIED = re.compile(r"\bno\b|\bnot\b|normal|natural|without|\bopen\b|preserved")


def grounded() -> pl.DataFrame:
    """The rows of the 800 reports."""
    passages = ct_rate().passages
    return Grounding().ground(passages, Findings().annotate(passages))


def nodes_of_labelled(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(report, start, node) pairs of the labelled sentences: the labels, and what was made. Nodes by published names."""
    labels = pl.read_csv(LABELLED, separator="\t", comment_prefix="#")
    truth = labels.select("report", "start", node=pl.col("nodes").str.split(";")).explode("node")
    names = pl.struct("report", "start", "node")
    found = rows.join(labels.select("report", begin="start", stop="end"), left_on="study", right_on="report")
    found = found.filter(pl.col("start") >= pl.col("begin"), pl.col("end") <= pl.col("stop"))
    made = found.select("study", "begin", node=published(pl.col("node")), silent=pl.col("node") == NO_NODE)
    alone = made.with_columns(alone=pl.col("silent").all().over("study", "begin")).filter(
        ~pl.col("silent") | pl.col("alone")
    )
    return truth, alone.select(report="study", start="begin", node="node").unique(maintain_order=True)


def published(node: pl.Expr) -> pl.Expr:
    """Names as RadGenome has them."""
    from schemas import anatomy

    return node.replace({name: regions.published(name) for name in anatomy.names()})


def f1(truth: set, made: set) -> float:
    return 2 * len(truth & made) / max(len(truth) + len(made), 1)


def present(rows: pl.DataFrame) -> pl.DataFrame:
    """(study, path): all paths, and those above them, of the nodes where something is."""
    there = findings(rows).filter(pl.col("assertion").is_in(["present", "uncertain"]))
    return above(there.select("study", path="paths").explode("path"))


def findings(rows: pl.DataFrame) -> pl.DataFrame:
    """What a sentence says of a node, as the published rows have it: variants and small nodes, but no lines and tubes."""
    said = rows.explode("findings").drop_nulls("findings").unnest("findings")
    return said.filter(
        ~pl.col("term").is_in(["normal", "clear", *TUBES]),
        pl.col("assertion").is_in(["present", "uncertain", "absent", "resolved"]),
    )


def above(paths: pl.DataFrame) -> pl.DataFrame:
    prefixes = {path: list(regions.prefixes(path)) for path in paths["path"].unique().to_list()}
    told = pl.DataFrame({"path": list(prefixes), "all": list(prefixes.values())}, {"path": pl.String, "all": pl.List(pl.String)})
    joined = paths.join(told, on="path", maintain_order="left").select("study", path="all").explode("path")
    return joined.unique(maintain_order=True)


def both() -> pl.DataFrame:
    """study, scan, text of the scans that have a report here and published rows."""
    names = pl.read_csv(DATA / "ct_rate" / "map_train_classifier.csv").rename({"AccessionNo": "study", "NameinCTRATE": "scan"})
    texts = ct_rate().passages.select(study="report", text="text")
    return names.join(texts, on="study", maintain_order="left").join(rows_of("presence").select("scan").unique(), on="scan", how="semi")


def rows_of(table: str) -> pl.DataFrame:
    rows = pl.read_csv(DATA / "radgenome_chestct" / f"train_vqa_{table}.csv.gz")
    return rows.with_columns(scan=pl.col("Volumename").str.replace(r"_\d+\.nii\.gz$", ""))


def by_keywords(text: str) -> set[str]:
    """The heads of which a word stands in a sentence that denies nothing."""
    sentences = [s for s in re.split(r'(?<=[.;"])\s+', text.lower()) if not DENIED.search(s)]
    return {head for head, words in KEYWORDS.items() if any(re.search(words, s) for s in sentences)}


def pairs(frame: pl.DataFrame, depth: int) -> set[tuple[str, str]]:
    """(study, head), or (study, node) below the heads."""
    parts = pl.col("path").str.split("/")
    if depth == 1:
        return set(frame.select("study", parts.list.first()).iter_rows())
    below = frame.filter(parts.list.len() > 1)
    return set(below.select("study", parts.list.last()).iter_rows())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=Path)
    sheet = parser.parse_args().sheet
    rows = grounded()
    truth, made = nodes_of_labelled(rows)
    t, m = set(truth.iter_rows()), set(made.iter_rows())
    print(f"200 sentences: F1 {f1(t, m):.3f}  precision {len(t & m) / len(m):.3f}  recall {len(t & m) / len(t):.3f}")
    scans = both()
    told = rows_of("location").join(scans, on="scan").select("study", path="Anatomy")
    mine = present(rows).join(scans.select("study"), on="study", how="semi")
    rule = {(study, head) for study, _, text in scans.iter_rows() for head in by_keywords(text)}
    print(f"{scans.height} scans, heads: F1 {f1(pairs(told, 1), pairs(mine, 1)):.3f}  keyword rule {f1(pairs(told, 1), rule):.3f}")
    print(f"{scans.height} scans, nodes: F1 {f1(pairs(told, 2), pairs(mine, 2)):.3f}")
    if sheet:
        write_sheet(sheet, told, mine, rows)


if __name__ == "__main__":
    main()
