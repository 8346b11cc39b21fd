"""Where a report and the masks of its scan disagree: the cases that a person should look at first."""

from collections.abc import Mapping
from typing import ClassVar, Final

from qc.base import Check
from qc.build import Build
from qc.disagreements import OF_MASKS
from qc.wording import counted
from schemas.quality import Outcome

MANY: Final = 0.05


class ReportMasks(Check):
    """Of the masks that a question can be put to, how many disagree with the report; `medmill review` shows each.

    `most`: the share that may disagree without a warning. `words`: of the summary, with the number that disagree and
    the number asked. `nothing`: why the question is not put where there is no such mask; "": it is put all the same.
    """

    group = "Report and masks"
    most: ClassVar[float] = 0.0
    nothing: ClassVar[str] = ""
    words: ClassVar[str]
    asked: ClassVar[str]
    look: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.reads = OF_MASKS[cls.name][1]

    def why_not(self, build: Build) -> str:
        """Where a table is missing, or no mask could be asked about."""
        missing = super().why_not(build)
        return missing if missing or not self.nothing or OF_MASKS[self.name][0](build).height else self.nothing

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn above `most`."""
        both = OF_MASKS[self.name][0](build)
        apart = both.filter("apart").sort("id")
        share = apart.height / max(both.height, 1)
        cases = [f"{id}: {why}" for id, why in apart.select("id", "why").iter_rows()]
        summary = self.words.format(f"{apart.height:,} of {counted(both.height, self.asked)}")
        summary += f" ({share:.1%})" if both.height else ""
        advice = f"{self.look} Look at each: medmill review --table masks --disagreements."
        figures = {"asked": both.height, "apart": apart.height}
        verdict = "warn" if share > self.most else "pass"
        return self.outcome(verdict, summary, advice=advice, figures=figures, cases=cases)


class RemovedOrgans(ReportMasks):
    """Organs that a report says are gone, and a mask shows."""

    name = "report_removed"
    title = "An organ that is gone has no mask"
    words = "{} reported as gone have a mask"
    asked = "organ"
    look = "A bed of surgery, another organ, or a report of another scan?"


class OutOfView(ReportMasks):
    """Findings in structures that the volume does not show."""

    name = "report_out_of_view"
    title = "What is found lies in the field of view"
    most = MANY
    words = "{} with findings have an empty mask"
    asked = "structure"
    look = "Outside the field of view, not segmented, or another scan's report?"


class ReportSides(ReportMasks):
    """Masks of findings on one side of the patient that the report puts on the other."""

    name = "report_sides"
    title = "Predicted findings lie on the side that the report says"
    words = "{} with a side in the report lie on the other"
    asked = "predicted mask"
    look = "A side that was swapped in the report, a mirrored volume, or a mask of something else?"
    nothing = "no mask of a finding has a side in the report"


class PredictedFindings(ReportMasks):
    """Masks of findings (effusion, nodule) against what the report says of them."""

    name = "report_predicted"
    title = "Predicted findings agree with the report"
    most = 0.5
    words = "{} that mask or report has are in one of them only"
    asked = "finding"
    look = "The mask is a prediction, and the report may speak of another finding."
    nothing = "no task that predicts findings was run, or none found one"
