"""What `enlarged` says: a structure is large, a node is pathological, a finding has grown."""

from collections.abc import Iterable
from typing import Final

from annotators.reading.lexicon import Cue, Term
from annotators.reading.matching import Hit

_SUBJECT: Final = frozenset(("side", "place", "sev", "mask", "prep", "verb"))
_SHARED: Final = frozenset(("side", "place", "sev", "mask", "join"))
_SMALL: Final = Cue("smallnode", "")
_ADENOPATHY: Final = Term("term", "lymphadenopathy", "abnormality", "mediastinum", "", ())


def grew(plain: str, hits: list[Hit], index: int) -> bool:
    """`The mass has enlarged`: its subject is a finding; of a structure, or of nodes that are so, it tells the size."""
    begin, _, before = hits[index - 1] if index else (0, 0, None)
    if before is None or before.role not in ("verb", "sev"):
        return False
    for _, _, entry in reversed(hits[:index]):
        if isinstance(entry, Term) and entry.role == "term":
            return entry.kind != "normal" and ("node" not in entry.flags or plain.startswith("ha", begin))
        if entry.role not in _SUBJECT:
            return False
    return False


def with_large_nodes(hits: list[Hit]) -> list[Hit]:
    """The hits, a node that is `enlarged` read as adenopathy, one that is `not enlarged` as a node of normal size."""
    for index, (_, _, entry) in enumerate(hits):
        if isinstance(entry, Term) and entry.flags == ("node",):
            before = _enlarged(reversed(hits[:index]), _SHARED)
            behind = None if before else _enlarged(hits[index + 1 :], _SUBJECT | {"pre"})
            if before or behind:
                return with_large_nodes(_told(hits, index, before, behind))
    return hits


def _told(hits: list[Hit], index: int, before: Hit | None, behind: Hit | None) -> list[Hit]:
    start, end, _ = hits[index]
    denial = next((hit for hit in hits[index + 1 :] if behind and hit < behind and hit[2].role == "pre"), None)
    if denial and behind:
        return [*(hit for hit in hits if hit not in (denial, behind)), (denial[0], behind[1], _SMALL)]
    node = start, end, _ADENOPATHY
    return [node if hit is hits[index] else hit for hit in hits if hit not in (before, behind)]


def _enlarged(hits: Iterable[Hit], between: frozenset[str]) -> Hit | None:
    """The `enlarged` that is reached through hits of these roles alone."""
    for hit in hits:
        if isinstance(hit[2], Term) and hit[2].canonical == "enlarged":
            return hit
        if hit[2].role not in between:
            return None
    return None
