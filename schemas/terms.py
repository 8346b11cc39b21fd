"""What may leave, and where text may go: flags per source, composed along the lineage.

Composition is the intersection of permissions and the union of duties, so it is associative, commutative
and idempotent. Facts and their sources: docs/terms.md.
"""

from dataclasses import dataclass, field
from functools import reduce
from typing import Final, Literal

TextLeave = Literal["no", "verbatim", "adapted"]
LabelLeave = Literal["no", "gated", "open"]
_TEXT: Final[tuple[TextLeave, ...]] = ("no", "verbatim", "adapted")
_LABELS: Final[tuple[LabelLeave, ...]] = ("no", "gated", "open")


class TermsConflictError(ValueError):
    """Two share-alike licences exclude each other, so nothing that mixes them may leave."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of one source, or of what was made from several.

    `text_may_leave` is ordered no < verbatim < adapted, `labels_may_leave` no < gated < open.
    `ids_may_leave`: may ids and paths of the source be published. `remote_processing`: may text be sent to a
    service outside the machine. `places`: required places of publication (empty: any). `licences`: ids of the
    licences of the sources. `share_alike`: those of them that what is made must carry.
    """

    text_may_leave: TextLeave = "adapted"
    labels_may_leave: LabelLeave = "open"
    ids_may_leave: bool = True
    commercial: bool = True
    remote_processing: bool = True
    licences: frozenset[str] = field(default_factory=frozenset)
    share_alike: frozenset[str] = field(default_factory=frozenset)
    places: frozenset[str] = field(default_factory=frozenset)
    citations: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.text_may_leave not in _TEXT or self.labels_may_leave not in _LABELS:
            raise ValueError(f"unknown terms {self.text_may_leave!r}, {self.labels_may_leave!r}")

    def __and__(self, other: "Terms") -> "Terms":
        """The terms of what is made from both; raises `TermsConflictError` on two share-alike licences."""
        share_alike = self.share_alike | other.share_alike
        if len(share_alike) > 1:
            raise TermsConflictError(f"share-alike licences exclude each other: {' and '.join(sorted(share_alike))}")
        return Terms(
            text_may_leave=_TEXT[min(_TEXT.index(self.text_may_leave), _TEXT.index(other.text_may_leave))],
            labels_may_leave=_LABELS[min(_LABELS.index(self.labels_may_leave), _LABELS.index(other.labels_may_leave))],
            ids_may_leave=self.ids_may_leave and other.ids_may_leave,
            commercial=self.commercial and other.commercial,
            remote_processing=self.remote_processing and other.remote_processing,
            licences=self.licences | other.licences,
            share_alike=share_alike,
            places=self.places | other.places,
            citations=self.citations | other.citations,
        )

    def shows_text(self) -> bool:
        """Whether pages, logs and rejected rows made from this may show the source's words."""
        return self.text_may_leave != "no"


OPEN: Final = Terms()


def compose(terms: "list[Terms]") -> Terms:
    """The terms of everything made from all of `terms`; `OPEN` for none."""
    return reduce(Terms.__and__, terms, OPEN)
