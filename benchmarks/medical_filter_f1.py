"""The filter for medical text against real texts of both kinds: F1 per language, ours and the published rule.

    python benchmarks/medical_filter_f1.py [--samples ../shared/data] [--published FOLDER] [--languages en zh]

Documents of at least 200 characters; short segments of one source are joined (`medical_filter_texts.py`). Nothing was
learned from any of them. Errors were read of the sources that are called looked at alone; the figures of all were in
view when costs and terms were chosen. `kept` is the share that is called medical: of medical texts it should be 1, of
general ones 0.
"""

import argparse
from pathlib import Path
from typing import Any

import polars as pl
from medical_filter_texts import documents

from annotators.medical_text.medical_text import MedicalText, is_medical
from annotators.medical_text.published import PublishedRule
from schemas.corpora import LANGUAGES

SHARED = Path(__file__).parents[2] / "shared"
WIDE: dict[str, Any] = {"tbl_rows": -1, "tbl_cols": -1, "tbl_width_chars": 200, "float_precision": 3}
WIDE |= {"tbl_hide_dataframe_shape": True, "tbl_hide_column_data_types": True, "fmt_str_lengths": 60}


def f1(kept: pl.Expr) -> pl.Expr:
    """Of medical texts found."""
    return 2 * (kept & pl.col("medical")).sum() / (kept.sum() + pl.col("medical").sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, default=SHARED / "data")
    parser.add_argument("--published", type=Path, default=SHARED / "reference" / "tables")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES))
    parser.add_argument("--looked-at", action="store_true", help="only the sources whose errors were read")
    asked = parser.parse_args()
    texts = pl.concat(documents(asked.samples, language) for language in asked.languages)
    if asked.looked_at:
        texts = texts.filter("looked_at")
    report(decided(texts, asked.published))


def decided(texts: pl.DataFrame, published: Path) -> pl.DataFrame:
    """The texts with `medmill` and `published`, what each says; `gate`: whether the classifier was asked."""
    scores = MedicalText().annotate(texts)
    rule = PublishedRule(str(published)).annotate(texts["text"], texts["language"])
    said = scores.select("medical_score", medmill=is_medical(), gate=pl.col("medical_score").is_not_null())
    return pl.concat([texts, said, rule.select(published="keyword_rule")], how="horizontal")


def report(found: pl.DataFrame) -> None:
    found = found.with_columns(pl.col("source").str.replace(r"#\d+$", ""))
    by = (*("language", "medical"), "looked_at")
    kept = [pl.col(name).mean().alias(f"kept, {name}") for name in ("medmill", "published", "gate")]
    with pl.Config(**WIDE):
        print(found.group_by(*by, "source", maintain_order=True).agg(pl.len().alias("texts"), *kept))
        rests = [
            pl.col("medical").sum().alias("medical texts"),
            pl.col("source").filter("medical").n_unique().alias("medical sources"),
            (~pl.col("medical")).sum().alias("general texts"),
            pl.col("source").filter(~pl.col("medical")).n_unique().alias("general sources"),
        ]
        measures = [f1(pl.col(name)).alias(f"F1, {name}") for name in ("medmill", "published")]
        recall = pl.col("medmill").filter("medical").mean().alias("recall")
        wrong = pl.col("medmill").filter(~pl.col("medical")).mean().alias("general kept")
        gated = pl.col("gate").filter("medical").mean().alias("medical through gate")
        open_gate = pl.col("gate").filter(~pl.col("medical")).mean().alias("general through gate")
        columns = (*measures, recall, wrong, gated, open_gate, *rests)
        print(found.group_by("language", "looked_at", maintain_order=True).agg(*columns))
        print(found.group_by("language", maintain_order=True).agg(*columns))


if __name__ == "__main__":
    main()
