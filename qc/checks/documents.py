"""A corpus of documents keeps to its settings: nothing below a threshold, no copies, no questions of benchmarks."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import SHOWN_CASES, Check
from qc.build import Build
from qc.corpora.found import corpora, documents_of
from qc.wording import counted
from schemas.licences import UNKNOWN, normalised
from schemas.quality import Outcome

_GROUP: Final = "Documents"


class DocumentCheck(Check):
    """A check of builds that hold a corpus of documents."""

    group = _GROUP
    fault: str
    advice: str

    def why_not(self, build: Build) -> str:
        """Other builds have no such tables."""
        return "" if corpora(build) else "the build holds no corpus of documents"

    @abstractmethod
    def wrong(self, build: Build) -> pl.LazyFrame:
        """Ids of the documents that should not be there, as `id`."""

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where one is."""
        ids = self.wrong(build).select("id").sort("id").collect(engine="streaming")["id"]
        all_of_them = sum(build.rows(table) for table in corpora(build).values())
        figures = {"documents": all_of_them, "wrong": len(ids)}
        if ids.is_empty():
            return self.outcome("pass", f"none of {counted(all_of_them, 'document')}", figures=figures)
        told = f"{counted(len(ids), 'document')} {self.fault}"
        return self.outcome("fail", told, advice=self.advice, figures=figures, cases=ids.head(SHOWN_CASES).to_list())


class Thresholds(DocumentCheck):
    """Language, its confidence and the classifier's score, against the settings of the build."""

    name = "document_thresholds"
    title = "No document below a threshold"
    fault = "below a threshold, or of another language"
    advice = "Tables of two builds lie together, or were edited: build again."

    def wrong(self, build: Build) -> pl.LazyFrame:
        """Those that the stage `medical` should have rejected."""
        parts = []
        for source, table in corpora(build).items():
            threshold = build.setting(f"medical.{source}", "threshold", None)
            least = build.setting(f"medical.{source}", "min_confidence", 0.0)
            wanted = build.setting(f"medical.{source}", "languages", [])
            below = pl.col("language_confidence") < least
            if threshold is not None:
                below |= (pl.col("medical_score") < threshold).fill_null(value=False)
            rows = build.scan(table, ["id", "language", "language_confidence", "medical_score"])
            parts.append(rows.filter(below | ~pl.col("language").is_in(list(wanted))).select("id"))
        return pl.concat(parts)


class Repeated(DocumentCheck):
    """Texts that are equal but for case, punctuation and blanks; near copies were compared by the build."""

    name = "document_copies"
    title = "No document twice"
    fault = "with the words of another one"
    advice = "Deduplication missed them: report it with the ids, and build again."

    def wrong(self, build: Build) -> pl.LazyFrame:
        """All but the first of every text."""
        words = pl.col("text").str.to_lowercase().str.replace_all(r"[^\pL\pM\pN]+", " ").str.strip_chars()
        rows = documents_of(build, ["id", "text"]).select("id", said=words.hash(seed=1), more=words.hash(seed=2))
        return rows.filter(~pl.struct("said", "more").is_first_distinct())


class Contaminated(DocumentCheck):
    """Documents of the corpus that the table of contamination names."""

    name = "document_contamination"
    title = "No question of a benchmark in any document"
    fault = "with a question of a benchmark"
    advice = "Tables of two builds lie together, or were edited: build again."

    def why_not(self, build: Build) -> str:
        """Without a benchmark nothing is known of it."""
        if why := super().why_not(build):
            return why
        known = {stage.table for stage in build.manifest.stages}
        asked = any(f"contamination.{source}" in known for source in corpora(build))
        return "" if asked else "no benchmark was given: --source benchmark-questions=…"

    def wrong(self, build: Build) -> pl.LazyFrame:
        """Those that stand in both tables of a source."""
        parts = [pl.LazyFrame(schema={"id": pl.String})]
        for source, table in corpora(build).items():
            if build.has(f"contamination.{source}"):
                hit = build.scan(f"contamination.{source}", ["id"]).select("id")
                parts.append(build.scan(table, ["id"]).select("id").join(hit, on="id", how="semi"))
        return pl.concat(parts)


class Licensed(Check):
    """How many documents have no licence that is known; they are in the build and leave in no release."""

    name = "document_licences"
    group = _GROUP
    title = "Documents have a licence"

    def why_not(self, build: Build) -> str:
        """Other builds have no such tables."""
        return "" if corpora(build) else "the build holds no corpus of documents"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where some have none."""
        found = documents_of(build, ["licence"]).group_by("licence").len().collect(engine="streaming")
        none = sum(n for licence, n in found.iter_rows() if normalised(licence) == UNKNOWN)
        whole = int(found["len"].sum())
        figures = {"documents": whole, "without_a_known_licence": none}
        if not none:
            return self.outcome("pass", f"all of {counted(whole, 'document')} have one", figures=figures)
        told = f"{none:,} of {counted(whole, 'document')} have no licence that is known, and stay out of every release"
        advice = (
            "Name the licence of a source that has one for all (--set SOURCE.licence=…), or keep the corpus at home."
        )
        return self.outcome("warn", told, advice=advice, figures=figures)
