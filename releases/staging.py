"""The way of a release to main: some files at a time to a branch, verified there, then all of it in one commit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

from releases.hub import Gate, Hub
from releases.outgoing import File, Outgoing
from releases.patience import GOES_ON, Patience
from releases.previous import MAIN, Previous, PushError, missing
from releases.remote import ConflictError

Result = TypeVar("Result")


@dataclass(frozen=True)
class How:
    """What may be chosen.

    One commit of an upload holds so many files and bytes: few enough to look through again after an interruption, and
    enough for the public Hub, which allows about a hundred commits an hour.
    """

    branch: str | None = None
    private: bool = False
    gate: Gate = "manual"
    patience: Patience = field(default_factory=Patience)
    files_a_commit: int = 100
    bytes_a_commit: int = 10 * 10**9


@dataclass(frozen=True)
class Staging:
    """The upload of one release; `committed` holds the files that were sent, true where a commit took them."""

    release: Outgoing
    hub: Hub
    how: How
    tell: Callable[[str], None]
    committed: dict[File, bool] = field(default_factory=dict)

    @property
    def branch(self) -> str:
        """The branch that is uploaded to."""
        return self.how.branch or f"medmill-{self.release.version}"

    def bring(self, before: Previous) -> str:
        """Bring the release to main, on top of what was there before; its commit."""
        self.step(lambda: self.hub.branch(self.branch, before.commit))
        head = None
        while head is None:
            head = self.step(lambda: self._upload(before))
        self.tell(f"verified on {self.branch}; moving it to main")
        verified = head
        return self.step(lambda: self._move(before, verified))

    def _upload(self, before: Previous) -> str | None:
        """Upload some of what the branch has not; its commit once it holds every file, with its hash."""
        head = self.hub.refs().branches.get(self.branch)
        if head is None:
            raise PushError(f"the branch {self.branch} of {self.hub.repo} was removed meanwhile; {GOES_ON}")
        there = self.hub.files(head)
        todo = missing(self.release, there)
        if not todo:
            return head
        part = self._fitting(todo)
        self._commit(head, part, [path for path in before.stale if path in there] if part == todo else [])
        return None

    def _commit(self, head: str, part: tuple[File, ...], stale: list[str]) -> None:
        lost = [file for file in part if self.committed.get(file)]
        if lost:
            raise PushError(f"{lost[0].path}: committed to {self.branch}, but the server does not hold it with its "
                            f"SHA-256 {lost[0].sha256}; ask who runs {self.hub.endpoint.url}")  # fmt: skip
        self.tell(f"uploading {len(part)} files, {sum(file.size for file in part) / 1e6:,.1f} MB, to {self.branch}")
        self.committed.update(dict.fromkeys(part, False))
        try:
            self.hub.add(self.branch, head, self.release.folder, part, stale, self._message)
        except ConflictError:
            raise PushError(f"the branch {self.branch} of {self.hub.repo} moved meanwhile: somebody else pushes to it; "
                            "wait for them, and run the same command again") from None  # fmt: skip
        self.committed.update(dict.fromkeys(part, True))

    def _move(self, before: Previous, head: str) -> str:
        """All of it to main in one commit, on top of the commit that was looked at; large files are not sent again."""
        now = self.hub.refs().branches[MAIN]
        if now == before.commit:
            paths = {file.path: file for file in missing(self.release, before.files)}
            try:
                if self.hub.endpoint.xet:  # over Xet an upload would read every file again to find it is there
                    now = self.hub.take_over(MAIN, now, head, list(paths), before.stale, self._message)
                else:
                    now = self.hub.add(MAIN, now, self.release.folder, paths.values(), before.stale, self._message)
            except ConflictError:
                now = self.hub.refs().branches[MAIN]
        if missing(self.release, self.hub.files(now)):
            raise PushError(f"main of {self.hub.repo} moved meanwhile, and was left as it is; look at "
                            f"{self.hub.page}/commits/main, then run the same command again")  # fmt: skip
        return now

    def step(self, step: Callable[[], Result]) -> Result:
        """The result of a step, tried with patience."""
        return self.how.patience.until(step, self.tell)

    @property
    def _message(self) -> str:
        return f"{self.release.dataset} {self.release.version}"

    def _fitting(self, files: tuple[File, ...]) -> tuple[File, ...]:
        """The first files, as many as one commit takes: at least one."""
        sizes = accumulate(file.size for file in files[: self.how.files_a_commit])
        return files[: max(1, sum(size <= self.how.bytes_a_commit for size in sizes))]
