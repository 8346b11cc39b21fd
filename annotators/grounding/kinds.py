"""How a finding lies in its structure: in one place, in several, all over, or as the whole; or nothing is wrong."""

import re
from collections.abc import Sequence
from typing import Final

from annotators.grounding.cutting import Said
from annotators.grounding.tables import spread, words

_PLURAL: Final = re.compile(r"[a-z]{3}(?<![su])(?<!si)(?<!xi)s$")


def kind_of(findings: Sequence[Said], text: str) -> str:
    """One of `schemas.grounding.GROUNDING_KINDS` for what a part (in lower case) says of one structure."""
    abnormal = [one for one in findings if not one.type.startswith("Non-") and one.assertion != "not_assessed"]
    if not abnormal:
        return "organ_normal" if findings else "whole_organ"
    told = {spread().get(one.term, "") for one in abnormal}
    if "whole_organ" in told:
        return "whole_organ"
    if "diffuse" in told or words("diffuse").search(text):
        return "diffuse"
    if "multifocal" in told or words("multifocal").search(text) or any(_several(one) for one in abnormal):
        return "multifocal"
    return "focal"


def _several(finding: Said) -> bool:
    return finding.side == "bilateral" or _PLURAL.search(finding.text.lower()) is not None


def silence(text: str) -> str:
    """Why a part (in lower case) speaks of no structure, as a rule: `none:technique` …, or `none`."""
    reasons = ("recommendation", "history", "technique")
    return next((f"none:{reason}" for reason in reasons if words(reason).search(text)), "none")
