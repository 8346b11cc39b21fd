"""Which licence a release carries, as the Hub spells it."""

from typing import Any, Final

from schemas.terms import Terms

_ON_THE_HUB: Final = frozenset(
    {"apache-2.0", "cc0-1.0", "odbl"} | {f"cc-by{part}-4.0" for part in ("", "-sa", "-nd", "-nc", "-nc-sa", "-nc-nd")}
)
OTHER: Final = "other"
_LINKS: Final = {
    "physionet-credentialed-health-data-license-1.5.0": ("https://physionet.org/content/mimic-cxr/view-license/2.1.0/"),
}


def licence_of(terms: Terms) -> str:
    """The licence that a share-alike source demands, else the only one there is, else `other`."""
    wanted = sorted(terms.share_alike) or sorted(terms.licences)
    return wanted[0] if len(wanted) == 1 and wanted[0] in _ON_THE_HUB else OTHER


def licence_fields(terms: Terms) -> dict[str, Any]:
    """`license`, and for other than the Hub's own its name and a link, for the YAML of a card."""
    licence = licence_of(terms)
    if licence != OTHER:
        return {"license": licence}
    names = sorted(terms.licences)
    fields = {"license": OTHER, "license_name": " and ".join(names) or "terms-of-the-sources"}
    return fields | {"license_link": _LINKS.get(names[0], "LICENSE.txt") if len(names) == 1 else "LICENSE.txt"}


def licence_text(terms: Terms) -> str:
    """`LICENSE.txt`: what binds whoever holds the release, in our words; the licences themselves are named."""
    lines = ["This dataset carries the terms of the sources that it was made from.", ""]
    lines += [f"Licence: {name} {_LINKS.get(name, '')}".rstrip() for name in sorted(terms.licences)]
    lines += [] if terms.commercial else ["No commercial use."]
    lines += ["Only for people who were granted access to the sources."] if terms.labels_may_leave == "gated" else []
    lines += [f"To be published on {place} only." for place in sorted(terms.places)]
    lines += [] if terms.text_may_leave == "adapted" else ["No text of the sources may be changed and passed on."]
    lines += [] if terms.remote_processing else ["Not to be sent to services outside your own machines."]
    lines += ["Nobody may try to find out who a patient is.", ""]
    lines += [f"Cite: {citation}" for citation in sorted(terms.citations)]
    return "\n".join(lines).rstrip() + "\n"
