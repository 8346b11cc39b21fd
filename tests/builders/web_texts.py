"""A small web of invented documents with planted copies, a question of a benchmark, and an address of a person.

Medical and general passages are those that the classifier learns from (`annotators/medical_text/passages`): these tests
are about the mill, not about how well it tells the two apart.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from schemas.corpora import LANGUAGES

PASSAGES = Path(__file__).resolve().parents[2] / "annotators" / "medical_text" / "passages"
QUESTION = (
    "A ranger of 47 comes to the valley clinic after three nights without sleep, with a swollen knee that is warm to "
    "the touch and a temperature of 39 degrees. Which of the following is the most useful next step?"
)


@dataclass(frozen=True)
class Web:
    """Where the documents lie, and what is known of them by the number in their address."""

    folder: Path
    medical: frozenset[str]
    general: frozenset[str]
    copies: dict[str, str]
    asked: str
    personal: str

    def sources(self) -> dict[str, str]:
        """As a build takes them."""
        return {"web-jsonl": str(self.folder / "web"), "text-folder": str(self.folder / "texts"),
                "benchmark-questions": str(self.folder / "bench.jsonl")}  # fmt: skip


def passages(language: str, each: int) -> pl.DataFrame:
    """So many documents of each label, of three passages; the general ones are those that name fewest terms."""
    rows = _table(PASSAGES, language)
    terms = _table(PASSAGES.with_name("terms"), language)["term"]
    named = pl.col("text").str.to_lowercase().str.extract_many(terms.to_list()).list.n_unique()
    rows = rows.sort(pl.when(label="general").then(named).otherwise(0), maintain_order=True)
    parts = []
    for label in ("medical", "general"):
        own = rows.filter(label=label).head(3 * each)
        own = own.with_columns(document=pl.int_range(pl.len()) // 3)
        parts.append(own.group_by("label", "document", maintain_order=True).agg(pl.col("text").str.join("\n\n")))
    return pl.concat(parts)


def _table(folder: Path, language: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{language}.tsv", separator="\t", quote_char=None)


def write_web(folder: Path, *, each: int = 6, files: int = 3) -> Web:
    """Write it, its web part in so many files."""
    rows: list[dict[str, str]] = []
    labels: dict[str, list[str]] = {"medical": [], "general": []}
    for language in LANGUAGES:
        for label, number, text in passages(language, each).select("label", "document", "text").iter_rows():
            url = f"https://site-{number % 3}.example/{language}/{label}/{number}"
            labels[label].append(url)
            rows.append({"text": text, "url": url, "language": language, "licence": "CC BY 4.0"})
    first = next(row for row in rows if "/en/medical/" in row["url"])
    asked = "https://quiz.example/en/asked"
    personal = "https://people.example/en/mail"
    more = passages("en", each + 3).filter(label="medical")["text"].to_list()[-3:]
    rows.append({"text": f"{more[0]}\n{QUESTION}", "url": asked, "language": "en", "licence": "CC0"})
    rows.append(
        {"text": f"{more[1]} Write to j.doe@ward.example.org.", "url": personal, "language": "en", "licence": ""}
    )
    copies = {"https://mirror.example/en/copy": first["url"]}
    rows.append({**first, "url": "https://mirror.example/en/copy"})
    _write(folder, rows, files, first["text"])
    medical = frozenset([*labels["medical"], personal])
    return Web(folder, medical, frozenset(labels["general"]), copies, asked, personal)


def _write(folder: Path, rows: list[dict[str, str]], files: int, near: str) -> None:
    (folder / "web").mkdir(parents=True)
    (folder / "texts").mkdir()
    for number in range(files):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows[number::files]]
        (folder / "web" / f"part-{number}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = near.split(" ")
    del words[len(words) // 2]
    (folder / "texts" / "near.txt").write_text(" ".join(words), encoding="utf-8")
    (folder / "bench.jsonl").write_text(json.dumps({"question": QUESTION}) + "\n", encoding="utf-8")
