"""`medmill sources`: what each source is, its terms, how to get it, and whether a folder is complete."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from builders.sources.inspection import Seen
    from schemas.terms import Terms


def sources(
    name: str | None = None,
    *,
    check: str | None = None,
    dataset: str | None = None,
    own: tuple[Path, ...] = (),
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    json: bool = False,
) -> int:
    """What each source is, its licence and terms, how to get it, where to put it; and whether a folder is complete.

    Exit code 1 if the folder lacks what a build needs. Example:

        medmill sources mimic-cxr --check /data/mimic-cxr
        medmill sources --dataset meds-ins

    Args:
        name: Only this source, or this corpus of a dataset.
        check: A folder, file or URL to look into; names what is missing.
        dataset: A dataset whose tasks and their corpora are listed instead: meds-ins.
        own: A TOML file of yours that declares a corpus with its tasks, listed with them; repeatable.
        set_: NAME.KEY=VALUE, a setting of the source to be checked; repeatable.
        json: Print JSON.
    """
    import json as json_module

    from schemas.errors import UsageError

    if dataset is not None or own:
        return _tasks(name, check, dataset, own, as_json=json)
    if check is not None and name is None:
        raise UsageError("--check needs the name of a source, as in `medmill sources openi --check /data/openi`")
    entries = [_entry(one) for one in ([name] if name else _names())]
    seen = _look(name, check, set_) if name and check is not None else []
    if json:
        print(json_module.dumps({"sources": entries, "check": [asdict(line) for line in seen]}, indent=2))
    else:
        _show(entries if check is None else [], seen)
    return 1 if any(line.state in ("missing", "wrong") for line in seen) else 0


def _tasks(corpus: str | None, check: str | None, dataset: str | None, own: Sequence[Path], *, as_json: bool) -> int:
    """The tasks of a dataset, which are declared."""
    from builders.instructions.declared import declared, with_own
    from builders.instructions.listing import shown
    from schemas.errors import UsageError

    if dataset != "meds-ins":
        got = dataset or "none"
        raise UsageError(f"--dataset: expected meds-ins, the one whose tasks are declared, got {got}; write it so")
    if check is not None:
        raise UsageError("--check looks into the folder of a source, and --dataset lists tasks; leave one of them out")
    shown(with_own(own) if own else declared(), corpus, as_json=as_json)
    return 0


def _names() -> list[str]:
    from builders.discovery import names

    return names("source")


def _entry(name: str) -> dict[str, Any]:
    """Everything that is known of one source."""
    from builders.discovery import source_class
    from builders.sources.catalogue import CATALOGUE

    kind = source_class(name)
    about = CATALOGUE.get(name)
    first_line = (kind.__doc__ or "").strip().partition("\n")[0]
    words = asdict(about) if about else {"what": first_line}
    return {"name": name, **words, "terms": _terms(kind.terms), "tables": sorted(kind.tables)}


def _terms(terms: "Terms") -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in asdict(terms).items()}


def _look(name: str, location: str, settings: Sequence[str]) -> "list[Seen]":
    from builders.discovery import source_class
    from builders.settings import for_source, pairs, typed
    from builders.sources.inspection import inspect

    kind: Any = source_class(name)
    return inspect(kind(location=location, **typed(kind, name, for_source(pairs(settings, "--set"), name))))


def _show(entries: Sequence[dict[str, Any]], seen: "Sequence[Seen]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    for entry in entries:
        table = Table(box=None, show_header=False, pad_edge=False, title=Text(entry["name"]), title_justify="left")
        for key in ("what", "licence", "obtain", "put"):
            table.add_row(Text(key), Text(entry.get(key, "")))
        for file in entry.get("files", ()):
            table.add_row(Text("file"), Text(file))
        table.add_row(Text("terms"), Text(_in_words(entry["terms"])))
        console.print(table, Text())
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in seen:
        table.add_row(Text(line.state), Text(line.what), Text(line.note))
    console.print(table)


def _in_words(terms: dict[str, Any]) -> str:
    text = {"no": "text stays here", "verbatim": "text leaves verbatim or not at all", "adapted": "text may leave"}
    labels = {"no": "labels stay here", "gated": "labels leave behind a gate", "open": "labels may leave"}
    told = [text[terms["text_may_leave"]], labels[terms["labels_may_leave"]]]
    told.append("commercial use allowed" if terms["commercial"] else "no commercial use")
    told.append("remote services allowed" if terms["remote_processing"] else "no remote services")
    told += [f"to be published on {place}" for place in terms["places"]]
    told += [f"cite {citation}" for citation in terms["citations"]]
    return "; ".join(told)
