"""`medmill score`: how alike generated reports are to those of radiologists."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import polars as pl
from cyclopts import App, Parameter

from builders.commands.annotate import Progress, text_columns
from schemas.errors import UsageError

if TYPE_CHECKING:
    from annotators.ratescore.metric import RateScore
    from builders.scoring import Tally

_OTHERS = "baselines: BLEU, ROUGE and BERTScore of the same pairs."
score = App(name="score", help=f"Score reports against others, pair by pair.\n\n{_OTHERS}")
score.command("builders.commands.score_baselines:baselines", name="baselines")


@dataclass(frozen=True)
class Files:
    """What is written; None for what is not."""

    out: Path | None
    explain: Path | None
    rejected: Path | None
    page: Path | None


@score.command
def ratescore(
    *,
    candidates: Path,
    references: Path,
    id_: Annotated[str, Parameter(name="--id")],
    text: str,
    reference_id: str | None = None,
    reference_text: str | None = None,
    recognizer: str = "rules",
    decoder: Literal["words", "published"] = "words",
    embedder: str = "lexical",
    weights: Literal["long", "short"] = "long",
    empty: float | None = None,
    out: Path | None = None,
    explain: Path | None = None,
    rejected: Path | None = None,
    html: Path | None = None,
    html_pairs: int = 200,
    cache: Path | None = None,
    device: str = "auto",
    limit: int | None = None,
    quiet: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """RaTEScore of generated reports against references: entities, compared by meaning, type and polarity.

    Rows of both files are joined by id. Printed are the mean with its 95 % interval and the seconds of each step;
    written, where asked: a row per pair (id, score, precision, recall, entities of either side), and a row per entity
    that says what it was matched with, at which cosine, weight and penalty. A report without entities has no score.
    For example:

        medmill score ratescore --candidates generated.csv --references reports.csv --id study_id --text findings \\
            --out scores.parquet --explain explain.parquet --html worst.html

    Without downloads, by our rules and vectors of words: such figures do not compare with published ones. With the
    published models: --recognizer transformers:Angelakeke/RaTE-NER-Deberta --embedder
    transformers:FremyCompany/BioLORD-2023-C, and --decoder published --empty 0.5 to repeat the package.

    Args:
        candidates: generated reports, a .csv, .parquet or .jsonl file, .gz too.
        references: the reports they are held to; a row without partner is rejected, with the reason.
        id_: the column with the id of a report, each once.
        text: the column with the text; several, with commas between them, are read as sections of one report.
        reference_id: the id column of --references, where it is called otherwise.
        reference_text: the text columns of --references, where they are called otherwise.
        recognizer: who finds entities: rules, transformers:FOLDER (or an id of the Hub), spacy:FOLDER.
        decoder: words keeps whole words and all neighbours; published repeats the package's decoder with its losses.
        embedder: who compares them: lexical, transformers:FOLDER (or an id of the Hub).
        weights: long was searched on whole reports, short on sentences.
        empty: the score of a pair where a side has no entity, otherwise none; the package gives 0.5.
        out: scores, one row per pair; the name says the format (.csv, .parquet, .jsonl, .gz too).
        explain: matches, one row per entity.
        rejected: rows without a partner, with the reason; by default beside --out.
        html: the worst pairs as a page to read; it shows the text and falls under its terms.
        html_pairs: how many pairs the page shows.
        cache: a folder where entities and vectors are kept for the next run; it quotes the text.
        device: of the recognizer: auto, cpu, cuda, cuda:1.
        limit: only the first so many pairs.
        quiet: no progress.
        as_json: print one JSON object.
    """
    from annotators.ratescore.embedders import embedder as embedder_of
    from annotators.ratescore.metric import RateScore
    from annotators.ratescore.recognizers import recognizer as recognizer_of
    from builders.report_pairs import Side, paired
    from builders.scoring import MATCHES, SCORES, Tally

    texts = text_columns(text, id_, ())
    theirs = text_columns(reference_text, reference_id or id_, ()) if reference_text else texts
    if rejected is None and out is not None:
        rejected = out.with_name(f"{out.name.partition('.')[0]}.rejected.jsonl")
    files = Files(out, explain, rejected, html)
    _demand_apart(candidates, references, files)
    if html_pairs < 1 or (limit is not None and limit < 1):
        raise UsageError("--html-pairs and --limit are at least 1")
    if id_ in (*SCORES, *MATCHES):
        raise UsageError(f"--id {id_}: the output has a column of that name; rename the id column of the input")
    metric = RateScore(recognizer_of(recognizer, device, decoder), embedder_of(embedder), weights, empty, cache)
    pairs, lost = paired(Side(candidates, id_, texts), Side(references, reference_id or id_, theirs))
    pairs = pairs if limit is None else pairs.head(limit)
    tally = Tally(html_pairs if html else 0)
    _score(pairs, metric, tally, files, id_, Progress(quiet))
    _write_rejected(lost, files.rejected, id_)
    if html:
        _write_page(html, tally, pairs.height, f"{candidates.name} against {references.name}")
    _tell(metric, tally, lost, files, as_json)
    return 0


def _demand_apart(candidates: Path, references: Path, files: Files) -> None:
    """Raise `UsageError` for a format that cannot be told, and for a file that is named twice."""
    from builders.streams import kind

    tables = [path for path in (candidates, references, files.out, files.explain, files.rejected) if path]
    for path in tables:
        kind(path)
    written = [path.absolute() for path in (*tables[2:], files.page) if path]
    if len({candidates.absolute(), references.absolute(), *written}) < len(written) + 2 - (candidates == references):
        raise UsageError("--candidates, --references and the files to write are to be different files")


def _score(
    pairs: pl.DataFrame, metric: "RateScore", tally: "Tally", files: Files, id_: str, progress: Progress
) -> None:
    """Score all pairs; matches are written block by block, scores at the end."""
    from builders.scoring import scored
    from builders.streams import write

    def matches() -> Iterator[pl.DataFrame]:
        for scores, own in scored(pairs, metric, tally, files.explain is not None):
            progress.add(len(scores))
            yield pl.DataFrame() if own is None else own.rename({"id": id_})

    if files.explain:
        write(files.explain, matches())
    else:
        for _ in matches():
            pass
    if files.out:
        write(files.out, (scores.rename({"id": id_}) for scores in tally.scores))


def _write_rejected(lost: pl.DataFrame, path: Path | None, id_: str) -> None:
    from builders.streams import write

    if path and (lost.height or path.exists()):  # that of an earlier run would be taken for this one's
        write(path, iter([lost.rename({"id": id_})]))


def _write_page(path: Path, tally: "Tally", pairs: int, title: str) -> None:
    from builders.store import write_bytes
    from qc.matches.page import page

    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder; make it, or name another --html")
    assert tally.shown is not None and tally.shown_matches is not None  # there is at least one pair
    write_bytes(path, page(tally.shown, tally.shown_matches, pairs, title).encode())


def _tell(metric: "RateScore", tally: "Tally", lost: pl.DataFrame, files: Files, as_json: bool) -> None:
    from builders.scoring import summary

    reasons = dict(lost["reason"].value_counts(sort=True).iter_rows()) if lost.height else {}
    found = summary(pl.concat(tally.scores)["score"])
    seconds = {step: round(taken, 3) for step, taken in tally.seconds.items()}
    anew = {"sentences_recognised": metric.entities.asked, "strings_embedded": metric.vectors.asked}
    if as_json:
        print(json.dumps({**found, **anew, "rejected": reasons, "seconds": seconds}, indent=2))
        return
    print(_in_words(found))
    steps = ", ".join(f"{step} {taken:.2f} s" for step, taken in seconds.items())
    print(f"{steps}; {anew['sentences_recognised']:,} sentences read and {anew['strings_embedded']:,} strings embedded")
    if reasons:
        counted = ", ".join(f"{number:,} {reason}" for reason, number in reasons.items())
        print(
            f"{lost.height:,} rows rejected ({counted}){f': {files.rejected}' if files.rejected else ''}",
            file=sys.stderr,
        )


def _in_words(found: dict[str, Any]) -> str:
    none = found["pairs"] - found["scored"]
    rest = f"; {none:,} have none, as a side has no entity" if none else ""
    if found["mean"] is None:
        return f"no mean: {found['pairs']:,} pairs{rest}"
    interval = f" (95 % interval {found['low']:.4f} to {found['high']:.4f})" if found["low"] is not None else ""
    return f"RaTEScore {found['mean']:.4f}{interval}, {found['scored']:,} of {found['pairs']:,} pairs{rest}"
