"""The words of the field as closed lists, and the one table that maps an assertion to a RaTE type."""

from typing import Final

SPLITS: Final = ("train", "validation", "test")
"""Split names used everywhere; sources map theirs (`validate`, `valid`, `val`) at the border."""

RATE_TYPES: Final = ("Anatomy", "Abnormality", "Disease", "Non-Abnormality", "Non-Disease")
"""Entity types of RaTE-NER (arXiv 2406.16845); in them the type is the assertion."""

ASSERTIONS: Final = (
    "present",
    "absent",
    "uncertain",
    "resolved",
    "historical",
    "hypothetical",
    "not_assessed",
)
CERTAINTIES: Final = ("certain", "likely", "possible", "cannot_exclude")
CHANGES: Final = ("new", "worse", "better", "stable", "resolved")
"""Change against a prior study; null where the report says nothing of it."""
LATERALITIES: Final = ("left", "right", "bilateral")
SEVERITIES: Final = ("minimal", "mild", "moderate", "severe")
VIA: Final = ("explicit", "rolled_up", "inherited")
"""How a finding came to an anatomy: said of it, of a part of it (present), or of a whole (absent, normal)."""
POLARITIES: Final = ("abnormal", "normal", "mixed")
STATES: Final = ("present", "absent", "uncertain", "not_mentioned")
"""Values of a label; 0/1 follows by the policy of the label set."""

SCORED_TYPE: Final[dict[tuple[str, str], str]] = {
    ("abnormality", "present"): "Abnormality",
    ("abnormality", "uncertain"): "Abnormality",
    ("abnormality", "absent"): "Non-Abnormality",
    ("abnormality", "resolved"): "Non-Abnormality",
    ("disease", "present"): "Disease",
    ("disease", "uncertain"): "Disease",
    ("disease", "absent"): "Non-Disease",
    ("disease", "resolved"): "Non-Disease",
    ("normal", "present"): "Non-Abnormality",
    ("normal", "uncertain"): "Non-Abnormality",
    ("normal", "absent"): "Abnormality",
    ("normal", "resolved"): "Abnormality",
}
"""(kind of the term, assertion) to RaTE type.

The kind is what the term would be if it stood alone: `abnormality`, `disease` or `normal` ("clear",
"unremarkable"); anatomy is always `Anatomy`. Assertions that are not listed (historical, hypothetical,
not_assessed) keep the type of their present form and are not scored unless a setting says so.
"""

SCORED_ASSERTIONS: Final = ("present", "uncertain", "absent", "resolved")
