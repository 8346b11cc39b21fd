"""Openi-IR: MIMIC-IR's rankings, mined from the open Indiana University chest X-ray collection.

The stages are those of `mimic-ir`. The collection has no patient ids and no official split: splits are drawn by
duplicate group, so that copies of one text stay together, but two studies of one patient may be apart. Its labels
(13 findings, from human index terms) are used to check the rankings, never to make them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from builders.base import Recipe, Source
from builders.retrieval import RetrievalOptions, retrieval
from builders.stages.corpus import TextChoice

TITLE = "Openi-IR: chest X-ray retrieval by anatomy, mined from reports"
TASKS = ("image-feature-extraction",)
SOURCES = ("openi",)


@dataclass(frozen=True)
class Options(RetrievalOptions):
    """Settings of Openi-IR; findings and impression are both read, since many reports have only one of them."""

    text: TextChoice = "both"


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """Openi-IR from the Indiana University collection."""
    return retrieval("openi-ir", sources, options)
