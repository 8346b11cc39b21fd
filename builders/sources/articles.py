"""Encyclopaedic articles of radiology as JSON lines, one article a line, as an export of an encyclopaedia has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.sources.reports_table import ReportsTable
from schemas.exams import Exam
from schemas.radiology import Report


@dataclass(frozen=True)
class Articles(ReportsTable):
    """A `.jsonl` file (CSV and Parquet too), or a folder of them, with columns `id` and `text`.

    Settings are those of `reports-table`: `--set articles.exam=title` where titles name what is examined. An article
    has no patient. You need a right to the text: nothing of it leaves unless `text_may_leave` says otherwise.
    """

    name: ClassVar[str] = "articles"
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "exams": Exam}


SOURCE = Articles
