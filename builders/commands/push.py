"""`medmill push`: publish a release on a Hub."""

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from builders.steps import Steps, steps
from schemas.errors import UsageError

if TYPE_CHECKING:
    from releases.outgoing import File
    from releases.pushing import Outcome, Push

Flag = Annotated[bool, Parameter(negative="")]
Gate = Literal["manual", "auto"]


def push(
    release: Path,
    *,
    repo: str,
    private: Flag = False,
    branch: str | None = None,
    gate: Gate = "manual",
    dry_run: Flag = False,
    quiet: Flag = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Publish a release on the Hugging Face Hub, or on the Hub that HF_ENDPOINT names.

    Everything is uploaded to a branch and verified there by its hash, then moved to main in one commit; the tag
    `v<version>` comes last, so that readers see whole releases only. After an interruption the same command goes on;
    what the Hub holds is not sent again. A published version is never changed. The token is that of `hf auth login`,
    or of the environment variable HF_TOKEN. Examples:

        medmill push release/openi-ir --repo my-lab/openi-ir --dry-run

        medmill push release/openi-ir --repo my-lab/openi-ir --private

    Args:
        release: the folder that `medmill release` wrote.
        repo: the dataset on the Hub, as ORG/NAME; made where it is not there.
        private: only you, or your organisation, may read it.
        branch: the branch to upload to; `medmill-<version>`, which is removed at the end, unless you name one.
        gate: who lets readers in where the terms ask for a gate: you (manual), or whoever consents (auto).
        dry_run: only show what would be uploaded.
        quiet: no progress.
        as_json: print one JSON object.
    """
    _check(repo, branch)
    started = time.monotonic()
    with steps(quiet=quiet) as told:
        pushing = _prepared(release, repo, branch, private, gate, told)
        outcome = pushing.plan() if dry_run else pushing.run()
    if as_json:
        print(json.dumps({**_facts(pushing, outcome), "seconds": round(time.monotonic() - started, 3)}, indent=2))
    else:
        print("\n".join(_lines(pushing, outcome)))
    return 0


def _check(repo: str, branch: str | None) -> None:
    if not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", repo):
        raise UsageError(f"--repo {repo}: expected ORG/NAME, such as my-lab/openi-ir")
    if branch == "main" or not re.fullmatch(r"\w[\w.-]*", branch or "none"):
        raise UsageError(f"--branch {branch}: expected letters, digits, dots and hyphens, and another branch than main")


def _prepared(release: Path, repo: str, branch: str | None, private: bool, gate: Gate, told: Steps) -> "Push":
    from releases.endpoint import endpoint
    from releases.outgoing import outgoing

    folder = outgoing(release, lambda path: told.now(f"checking {path}"))
    if folder.strangers:
        named = ", ".join(folder.strangers[:5])
        told.tell(f"{len(folder.strangers)} files stay at home, as SHA256SUMS does not list them, such as {named}")
    told.now("asking the server")
    place = endpoint(repo)  # before huggingface_hub is imported, which asks its settings only then
    from releases.hub import Hub
    from releases.pushing import Push
    from releases.staging import How

    hub = Hub(repo, place)
    told.more = lambda: f", {hub.sent.bytes / 1e6:,.1f} MB sent" if hub.sent.bytes else ""
    return Push(folder, hub, How(branch, private, gate), told.tell)


def _facts(pushing: "Push", outcome: "Outcome") -> dict[str, object]:
    return {
        "state": outcome.state,
        "repo": pushing.hub.repo,
        "url": pushing.hub.page,
        "tag": pushing.tag,
        "branch": pushing.branch,
        "commit": outcome.commit,
        "upload": [{"path": file.path, "bytes": file.size} for file in outcome.upload],
        "remove": list(outcome.remove),
        "stays_at_home": list(pushing.release.strangers),
    }


def _lines(pushing: "Push", outcome: "Outcome") -> list[str]:
    """A table for a dry run, and at the end one line with the address and the tag."""
    last = f"{outcome.state}: {pushing.hub.page} {pushing.tag}"
    if outcome.state == "already pushed":
        return [f"{last}, nothing to do"]
    if outcome.state == "pushed":
        return [f"{last}, {_sum(outcome.upload)} of {len(pushing.release.files)} files uploaded"]
    table = [f"{file.size / 1e6:12,.3f} MB  upload  {file.path}" for file in outcome.upload]
    gone = [f"{'':15}  remove  {path}" for path in outcome.remove]
    return [*table, *gone, f"{last}, {_sum(outcome.upload)} of {len(pushing.release.files)} files to upload; dry run"]


def _sum(files: "tuple[File, ...]") -> str:
    return f"{sum(file.size for file in files) / 1e6:,.3f} MB in {len(files)}"
