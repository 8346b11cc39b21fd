"""What a corpus and its tasks are, declared: one TOML file, read strictly.

A file has one table `[corpus]` and a `[[task]]` for each task; docs/instructions.md says what each key means. What is
not known, missing, of another type or there twice is one error that names the file, the task and the key.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from builders.instructions import words
from builders.instructions.fields import checked_fields, checked_options
from builders.instructions.keys import Keys
from builders.instructions.layouts import LAYOUTS
from builders.instructions.shapes import SHAPES
from builders.instructions.task import Corpus, Declaration, Task
from builders.instructions.toml_file import parsed
from schemas.errors import UsageError
from schemas.licences import UNKNOWN, normalised
from schemas.words import SPLITS

SLUG: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
FEWEST_DEFINITIONS: Final = 3
"""Of a task that is ready: with fewer, a model learns the sentence instead of the task."""

_MOST: Final = 1_000_000
"""Numbers of tasks are below."""

_CORPUS: Final = ("name", "title", "licence", "terms", "obtain", "layout", "splits")
_LANGUAGES: Final = ("input_language", "output_language", "instruction_language")
_TASK: Final = ("id", "name", "category", *_LANGUAGES, "domain", "metric", "split", "status", "evidence")
_READY: Final = ("shape", "fields", "definitions")
_MAY: Final = ("bench", "bench_id", "note", "options")


def read(path: Path) -> Declaration:
    """The declaration in a file; raises `UsageError` with the place of whatever is wrong."""
    top = Keys(path, "the file", parsed(path))
    top.only(("corpus", "task"))
    corpus = _corpus(Keys(path, "corpus", top.table("corpus").values))
    tables = top.values["task"]
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise top.wrong("task", "tables of tasks", "begin each task with [[task]]")
    tasks = tuple(_task(_named(path, number, one), corpus) for number, one in enumerate(tables, 1))
    for number, task in enumerate(tasks):
        if task.id in [other.id for other in tasks[:number]]:
            raise UsageError(f"{path}: task {task.id}, key id: expected each id once, got it twice; rename one of them")
    return Declaration(corpus, tasks)


def _named(path: Path, number: int, values: Mapping[str, Any]) -> Keys:
    """The keys of a task, which errors call by its id, or by its place where that is none."""
    id_ = values.get("id")
    is_one = _is_number(id_) or (isinstance(id_, str) and SLUG.fullmatch(id_))
    return Keys(path, f"task {id_}" if is_one else f"task number {number}", values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _MOST


def _slug(keys: Keys, key: str) -> str:
    if not SLUG.fullmatch(value := keys.said(key)):
        raise keys.wrong(key, "a name of small letters, digits and single hyphens", "write it like medical-questions")
    return value


def _corpus(keys: Keys) -> Corpus:
    keys.only(_CORPUS, ("options",))
    layout = keys.one_of("layout", tuple(LAYOUTS))
    licence = keys.said("licence")
    if licence not in words.LICENCE_WORDS and (normalised(licence) != licence or licence == UNKNOWN):
        spelt = normalised(licence)
        advice = f"write {spelt}" if spelt != UNKNOWN else "write unknown, and what is known in terms"
        raise keys.wrong("licence", f"a licence like cc-by-4.0 or mit, or {', '.join(words.LICENCE_WORDS)}", advice)
    return Corpus(
        _slug(keys, "name"), keys.said("title"), licence, keys.said("terms"), keys.said("obtain"), layout,
        checked_options(keys.table("options"), layout), _splits(keys),
    )  # fmt: skip


def _splits(keys: Keys) -> tuple[str, ...]:
    if keys.values["splits"] == "none":
        return ()
    found = keys.texts("splits") if isinstance(keys.values["splits"], list) else ()
    if not found or set(found) - set(SPLITS):
        raise keys.wrong("splits", f'a list of {", ".join(SPLITS)}, or "none"', "name the official splits alone")
    return found


def _task(keys: Keys, corpus: Corpus) -> Task:
    status = keys.one_of("status", words.STATUSES) if "status" in keys.values else ""
    ready = status in words.READY
    keys.only((*_TASK, *_READY) if ready else (*_TASK, "note"), _MAY if ready else (*_MAY, *_READY))
    if not ready:
        keys.said("note")
    shape = keys.one_of("shape", tuple(SHAPES)) if ready or keys.text("shape") else ""
    split = keys.one_of("split", words.SPLIT_RULES)
    if split == "published" and not corpus.splits:
        raise keys.wrong("split", "a rule that fits a corpus without splits", "write nine-to-one or test-only")
    bench = keys.one_of("bench", words.BENCH) if keys.text("bench") else ""
    if "bench_id" in keys.values and not bench:
        raise keys.wrong("bench_id", "a folder of MedS-Bench beside it", "write bench too")
    name = _id(keys, "id")
    return Task(
        name, corpus.name, keys.said("name"), keys.one_of("category", words.CATEGORIES + words.MORE_CATEGORIES),
        shape, checked_fields(keys.table("fields"), shape), _options(keys, corpus),
        _languages(keys, "input_language"), _languages(keys, "output_language"),
        keys.one_of("instruction_language", words.LANGUAGES), keys.one_of("domain", words.DOMAINS),
        keys.one_of("metric", words.METRICS), split, bench,
        (_id(keys, "bench_id") if "bench_id" in keys.values else name) if bench else "",
        status, keys.one_of("evidence", words.EVIDENCE), keys.text("note"), _definitions(keys, ready),
    )  # fmt: skip


def _options(keys: Keys, corpus: Corpus) -> Mapping[str, Any]:
    """Those of the corpus, with those of the task over them."""
    own = keys.table("options")
    return {**corpus.options, **checked_options(own, corpus.layout, whole=False)}


def _id(keys: Keys, key: str) -> str:
    value = keys.values[key]
    if _is_number(value):
        return str(value)
    if isinstance(value, str) and SLUG.fullmatch(value):
        return value
    raise keys.wrong(key, "a number, or a name of small letters and digits", "write it like 12 or my-questions")


def _languages(keys: Keys, key: str) -> str:
    """One language, or several with a slash between."""
    value = keys.said(key)
    if unknown := [one for one in value.split("/") if one not in words.LANGUAGES]:
        raise keys.wrong(key, f"ISO 639-1 ({unknown[0]!r} is none)", "write it like en, or es/ca for two")
    return value


def _definitions(keys: Keys, ready: bool) -> tuple[str, ...]:
    found = keys.texts("definitions")
    if ready and len(found) < FEWEST_DEFINITIONS:
        raise keys.wrong("definitions", f"{FEWEST_DEFINITIONS} at least ({len(found)} are there)", "write more of them")
    return found
