"""Which columns may leave, in which form, and why: decided by tag and terms, never by name."""

from dataclasses import dataclass
from typing import Final

from schemas.manifest import ColumnRecord
from schemas.release import Target, Treatment
from schemas.terms import Terms

PHYSIONET: Final = "physionet"
_KEY = "opens the hashes that stand for text"
_TEXT = "the terms of the source keep its text at home; medmill rehydrate brings it back from your own copy"
_ADAPTED = "text written from the source's text: its terms allow none"
_GROUP = "a hash of a short text is found with a dictionary"
_IDS = "ids and paths of this source may not be published"
_PERSON = "may identify together with other columns"
_LABELS = "the terms of the source let labels leave only behind a gate"
_NEVER = "the terms of the source let no labels leave"


@dataclass(frozen=True)
class Decision:
    """What becomes of a column; `why` is empty where it leaves as it is."""

    treatment: Treatment = "kept"
    why: str = ""


KEPT: Final = Decision()


def decide(column: ColumnRecord, terms: Terms, target: Target, *, gated: bool) -> Decision:
    """What becomes of one column of a table under its terms; `gated`: readers are asked for consent first."""
    if column.tag == "text_key":
        return Decision("withheld", _KEY)
    if column.tag in ("source_text", "adapted_text", "text_group"):
        return _text(column, terms)
    if column.tag in ("id", "path", "file", "licence") and not terms.ids_may_leave:
        return Decision("withheld", _IDS)
    if column.tag in ("quasi_identifier", "path") and not _may_identify(terms, target):
        return Decision("withheld", _PERSON)
    if terms.labels_may_leave == "no":
        return Decision("withheld", _NEVER)
    if terms.labels_may_leave == "gated" and not gated and column.tag != "id":
        return Decision("withheld", _LABELS)
    return KEPT


def _text(column: ColumnRecord, terms: Terms) -> Decision:
    if column.tag == "adapted_text":
        return KEPT if terms.text_may_leave == "adapted" else Decision("withheld", _ADAPTED)
    if terms.text_may_leave != "no":
        return KEPT
    if column.tag == "text_group":
        return Decision("numbered", _GROUP)
    return Decision("referenced" if column.cut_from else "withheld", _TEXT)


def _may_identify(terms: Terms, target: Target) -> bool:
    """Where the readers are bound by the agreement of the source itself, or everybody may read the source.

    Paths count too: those of MIMIC-CXR hold the subject.
    """
    return terms.ids_may_leave and (target == PHYSIONET or terms.text_may_leave != "no")


def default_target(terms: Terms) -> Target:
    """Where a release goes unless somebody says otherwise: to the place its sources demand, else into a folder."""
    return PHYSIONET if PHYSIONET in terms.places else "local"


def is_gated(terms: Terms, target: Target) -> bool:
    """Whether readers are asked for consent first."""
    return target == PHYSIONET or terms.labels_may_leave == "gated"
