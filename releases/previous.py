"""What main of a dataset holds before a push, and whether the release may follow it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from releases.hub import Hub
from releases.outgoing import File, Outgoing, read_record
from releases.remote import Refs, Remote
from releases.sums import SUMS, parsed
from schemas.errors import MedmillError
from schemas.release import RELEASE

MAIN = "main"
HARMLESS = {".gitattributes", ".gitignore", "README.md", "LICENSE", "LICENSE.md"}
"""What a dataset may hold before its first release: files that a Hub or its web page puts there."""


class PushError(MedmillError):
    """A release that may not go where it was sent."""


@dataclass(frozen=True)
class Previous:
    """Main as it was found: commit, files, those that this release no longer has, and whether it is this release."""

    commit: str
    files: Mapping[str, Remote]
    stale: tuple[str, ...] = ()
    is_this: bool = False


def missing(release: Outgoing, there: Mapping[str, Remote]) -> tuple[File, ...]:
    """Files of a release that a commit has not, or has with other content; the list of checksums comes last."""
    left = [file for file in release.files if file.path not in there or not there[file.path].holds(file)]
    return tuple(sorted(left, key=lambda file: (file.path == SUMS, file.path)))


def previous(hub: Hub, refs: Refs, release: Outgoing) -> Previous:
    """Look at main; raises `PushError` where this release may not replace what is there."""
    if MAIN not in refs.branches:
        raise PushError(f"{hub.repo} has no branch main; make a first commit there, such as an empty README.md")
    commit = refs.branches[MAIN]
    there = hub.files(commit)
    if RELEASE not in there or SUMS not in there:
        _check_empty(hub.repo, there)
        return Previous(commit, there)
    record = read_record(hub.text(RELEASE, commit))
    if record["dataset"] != release.dataset:
        raise PushError(f"{hub.repo} holds the dataset {record['dataset']}, not {release.dataset}; name another --repo")
    if record["version"] == release.version:
        refuse_other_content(hub.repo, release, there)
        return Previous(commit, there, is_this=True)
    if _order(record["version"]) > _order(release.version):
        raise PushError(f"{hub.repo} is at version {record['version']}, newer than {release.version}; "
                        "release under a higher version")  # fmt: skip
    sums = parsed(hub.text(SUMS, commit))
    ours = {file.path for file in release.files}
    return Previous(commit, there, tuple(sorted((set(sums) & set(there)) - ours)))


def refuse_other_content(repo: str, release: Outgoing, there: Mapping[str, Remote]) -> None:
    """Raise `PushError` where a commit of this very version has other content."""
    left = missing(release, there)
    if left:
        raise PushError(f"{repo} has version {release.version} with other content ({len(left)} files differ, such as "
                        f"{left[0].path}); a published version stays as it is: release under a new one")  # fmt: skip


def _check_empty(repo: str, there: Mapping[str, Remote]) -> None:
    foreign = sorted(set(there) - HARMLESS)
    if foreign:
        raise PushError(f"{repo} holds files that no release of medmill put there ({len(foreign)}, such as "
                        f"{foreign[0]}); name a --repo that is new or empty, or remove them first")  # fmt: skip


def _order(version: str) -> tuple[int, ...]:
    """`1.10.0` after `1.9.2`; what follows a hyphen does not count."""
    return tuple(int(number) for number in re.findall(r"\d+", version.split("-")[0]))
