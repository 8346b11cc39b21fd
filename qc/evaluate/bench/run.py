"""What a model answered to items of the benchmark: by id, or in the published columns, whose rows name the input."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from qc.evaluate.exam_run import once, read_exam_run, table
from schemas.errors import UsageError

_PUBLISHED: Final = ("task_id", "input", "GT", "output")
_WANTED: Final = "id and output, or the published task_id, input, GT, output"


def read_run(path: Path, items: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """id and output of the items that a file answers, and what to know of it.

    Raises `UsageError` for a file of another form, one that answers none of the items, or one twice and differently.
    """
    rows, notes = table(path, _WANTED), list[str]()
    if set(_PUBLISHED) <= set(rows.columns):
        rows, lost = _with_ids(rows, items)
        notes += [f"{path}: {lost:,} rows ask no item of this dataset and were left out"] if lost else []
    else:
        rows = read_exam_run(path)
    rows, same = once(rows.select("id", "output"), path)
    notes += [f"{path}: {same:,} rows say the same again and count once"] if same else []
    known = rows.join(items, on="id", how="semi", maintain_order="left")
    if not known.height:
        raise UsageError(f"{path}: none of its {rows.height:,} rows answers an item that is scored; an id looks like "
                         f"{items['id'][0]}")  # fmt: skip
    if beyond := rows.height - known.height:
        notes.append(f"{path}: {beyond:,} ids are no item that is scored, and were left out")
    return known, notes


def _with_ids(rows: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Rows of the published form with the id of their item, and how many have none."""
    known = {task: _Asked(own) for task, own in _by_number(items).items()}
    ids: list[str | None] = []
    for number, prompt, truth in rows.select(
        pl.col("task_id", "input", "GT").cast(pl.String).fill_null("")
    ).iter_rows():
        asked = known.get(_digits(number))
        ids.append(asked.id_of(prompt, truth) if asked else None)
    named = rows.with_columns(id=pl.Series(ids, dtype=pl.String), output=pl.col("output").cast(pl.String).fill_null(""))
    found = named.drop_nulls("id")
    return found, named.height - found.height


def _by_number(items: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """Items by the numbers of their task: that of the benchmark, and that of the training set."""
    found: dict[str, pl.DataFrame] = {}
    for column in ("task", "bench_id"):
        found |= {_digits(str(key[0])): own for key, own in items.group_by(column, maintain_order=True) if key[0]}
    return found


def _digits(number: str) -> str:
    """`57` of `task57_MedQA`; a name without a number stays."""
    match = re.search(r"\d+", number)
    return match[0] if match else number.strip()


class _Asked:
    """The items of one task by their inputs. Each is given once, before one of the same input and answer again."""

    def __init__(self, items: pl.DataFrame) -> None:
        self._given = set[str]()
        self._by_input: dict[str, list[tuple[str, list[str]]]] = {}
        for id_, words, outputs in items.sort("id").select("id", "input", "outputs").iter_rows():
            self._by_input.setdefault(_plain(words), []).append((id_, [_plain(one) for one in outputs]))

    def id_of(self, prompt: str, truth: str) -> str | None:
        """The item whose input is the prompt, or stands last in it; None where no input does."""
        alike = self._by_input.get(self._input(_plain(prompt)), [])
        right = [id_ for id_, outputs in alike if _plain(truth) in outputs] or [id_ for id_, _ in alike]
        chosen = next((id_ for id_ in right if id_ not in self._given), right[0] if right else None)
        self._given |= {chosen} if chosen else set()
        return chosen

    def _input(self, prompt: str) -> str:
        """Examples before the question may be inputs of other items: what is asked ends last, and is the longest."""
        if prompt in self._by_input:
            return prompt
        found = self._finder.find_matches_as_indexes(prompt, overlapping=True)
        which = max(found, key=lambda match: (match[2], match[2] - match[1]), default=None)
        return list(self._by_input)[which[0]] if which else ""

    @cached_property
    def _finder(self) -> Any:
        from ahocorasick_rs import AhoCorasick

        return AhoCorasick(list(self._by_input))


def _plain(text: str) -> str:
    return " ".join(text.split())
