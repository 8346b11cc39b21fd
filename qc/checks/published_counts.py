"""Questions of examinations, counted beside the published table."""

from collections.abc import Mapping
from typing import Any, Final

from qc.base import Check
from qc.build import Build
from schemas.published_exams import PUBLISHED
from schemas.quality import Outcome

_LEFT_OUT: Final = {
    "left_out_for_image": "need a picture",
    "in_test": "in test too",
    "duplicates": "twice",
    "near_duplicates": "nearly twice",
}


class PublishedCounts(Check):
    """What was read agrees with the published counts, but for records without a sound id; what is kept is less."""

    name = "published_counts"
    group = "Questions"
    title = "Counts agree with the published table"
    reads = ("exam_counts", "exam_questions")

    def why_not(self, build: Build) -> str:
        """Part of a source has other counts by intent."""
        return super().why_not(build) or (
            "the build holds a part (--limit)" if build.manifest.limit is not None else ""
        )

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where counts are not those of the rows; warn where a source has other counts than published."""
        counts = build.scan("exam_counts").sort("language", "source", "split").collect().to_dicts()
        told, rows = sum(row["kept"] for row in counts), build.rows("exam_questions")
        if told != rows:
            why = f"the table of counts keeps {told:,} questions, the table of questions has {rows:,}"
            return self.outcome("fail", why, advice="Rows were lost or added: build it again.")
        known = [row for row in counts if row["published"] is not None]
        off = [row for row in known if not _explained(build, row)]
        cases = [_line(row) for row in known]
        figures = {f"{row['source']}_{row['split']}_{what}": int(row[what]) for row in known for what in _FIGURES}
        if not known:
            return self.outcome("pass", "no source of the published table", figures=figures)
        left = sum(row[name] for row in known for name in _LEFT_OUT)
        marked = sum(row["needs_image"] for row in known)
        summary = (
            f"{len(known) - len(off)} of {len(known)} counts agree with the published table before {left:,} questions "
            f"were left out; {marked:,} of those kept need a picture and say so"
        )
        advice = "Another version of the source, part of it, or damaged files: compare with `published_exams`."
        return self.outcome("warn" if off else "pass", summary, advice=advice, figures=figures, cases=cases)


_FIGURES: Final = ("read", "kept", "published")


def _explained(build: Build, row: Mapping[str, Any]) -> bool:
    """Equal, or short of no more than the records that were no question with an id of their own."""
    missing = row["published"] - row["read"]
    return missing == 0 or 0 < missing <= _twice(build, row["source"])


def _twice(build: Build, source: str) -> int:
    """Records whose id stands twice: the published set counts them twice."""
    name = f"questions.{source}"
    stages = [stage for stage in build.manifest.stages if stage.table == name]
    return sum(stage.rejected.get("duplicate_id", 0) for stage in stages)


def _line(row: Mapping[str, Any]) -> str:
    language = PUBLISHED[row["language"]].name if row["language"] in PUBLISHED else row["language"]
    left = ", ".join(f"{row[name]:,} {why}" for name, why in _LEFT_OUT.items() if row[name])
    told = f"{language} {row['split']}: {row['kept']:,} kept of {row['read']:,} read, published {row['published']:,}"
    return f"{told} ({left})" if left else told
