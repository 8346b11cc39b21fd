"""The real texts of `web_text` among the samples as JSON lines with their licences, and PDF files of some of them."""

import json
import textwrap
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import polars as pl

from tests.builders.sources.pdf_making import Scan, Text, pdf_of

LICENCES = {
    "MedQuAD": "CC BY 4.0", "TICO-19": "CC0 1.0", "E3C": "CC BY-NC 4.0", "Chinese dialogues": "MIT",
    "CMMLU": "CC BY-NC-SA 4.0", "XQuAD": "CC BY-SA 4.0", "JSQuAD": "CC BY-SA 4.0", "GSD": "CC BY-SA 4.0",
    "PUD": "CC BY-SA 3.0", "Common Crawl": "",
}  # fmt: skip
"""Beginnings of names of sources, and what their SOURCE.md says; pages of Common Crawl have none of their own."""
EACH = 30
"""Documents of a language and label."""


@dataclass(frozen=True)
class RealWeb:
    """Where they lie; `documents`: those of the lines, with `url`, `language`, `medical` and `licence`."""

    folder: Path
    documents: pl.DataFrame

    def sources(self) -> dict[str, str]:
        """As a build takes them."""
        return {"web-jsonl": str(self.folder / "web"), "pdf-folder": str(self.folder / "books")}


def write_real_web(samples: Path, folder: Path, readers: ModuleType) -> RealWeb:
    """Write them; `readers` is `benchmarks/medical_filter_texts.py`."""
    known = pl.col("source").str.extract(f"^({'|'.join(LICENCES)})")
    found = readers.all_documents(samples).with_columns(known=known).drop_nulls("known")
    found = found.sort(found.hash_rows(seed=7)).unique("text", keep="first", maintain_order=True)
    chosen = found.group_by("language", "medical", maintain_order=True).head(EACH + 2)
    rows = chosen.with_columns(
        nth=pl.int_range(pl.len()).over("language", "medical"),
        url=pl.lit("https://sample.example/") + pl.col("id"),
        licence=pl.col("known").replace_strict(LICENCES),
    )
    documents = rows.filter(pl.col("nth") < EACH)
    (folder / "web").mkdir(parents=True)
    for (language,), part in documents.group_by("language", maintain_order=True):
        lines = part.select("text", "url", "language", "licence").iter_rows(named=True)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines)
        (folder / "web" / f"{language}.jsonl").write_text(text, encoding="utf-8")
    english = rows.filter(pl.col("medical"), language="en")["text"].to_list()
    _write_books(folder / "books", english[EACH], english[EACH + 1], english[0])
    return RealWeb(folder, documents)


def _write_books(folder: Path, text: str, scan: str, twin: str) -> None:
    """A text, a scan, whose licence nobody names, and what stands among the lines too."""
    folder.mkdir()
    (folder / "text.pdf").write_bytes(pdf_of([Text(text)]))
    (folder / "twin.pdf").write_bytes(pdf_of([Text(twin)]))
    lines = textwrap.wrap(scan, 70)
    (folder / "scan.pdf").write_bytes(pdf_of([Scan("\n".join(lines[at : at + 40])) for at in range(0, len(lines), 40)]))
    (folder / "LICENCES.tsv").write_text("file\tlicence\ntext.pdf\tCC BY 4.0\ntwin.pdf\tCC BY 4.0\n")
