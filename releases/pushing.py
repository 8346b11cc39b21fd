"""Push a release: upload to a branch, verify it there, move it to main in one commit, and name the version last.

Nothing is remembered here: every step looks at the server first, so that it may be repeated, at once or by another
process days later. A reader of main or of a tag sees whole releases only.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, TypeVar

from releases.hub import ConflictError, Gate, Hub, MissingError
from releases.outgoing import File, Outgoing
from releases.patience import GOES_ON, Patience
from releases.previous import MAIN, Previous, PushError, missing, previous, refuse_other_content

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
class Outcome:
    """How it ended, or would: the commit of the version, what the branch had not, and what main no longer has."""

    state: Literal["pushed", "already pushed", "to push"]
    commit: str | None = None
    upload: tuple[File, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True)
class Push:
    """One release on its way to one dataset; `tell` is given what is being done, one line at a time."""

    release: Outgoing
    hub: Hub
    how: How
    tell: Callable[[str], None]
    _committed: dict[File, bool] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The name of the version."""
        return f"v{self.release.version}"

    @property
    def branch(self) -> str:
        """The branch that is uploaded to."""
        return self.how.branch or f"medmill-{self.release.version}"

    def run(self) -> Outcome:
        """Push; raises `PushError` where the release may not go there, `HubError` where the Hub does not let it."""
        self._step(self._open)
        refs = self._step(self.hub.refs)
        if self.tag in refs.tags:
            outcome = self._already(refs.tags[self.tag])
            self._step(self._tidy)
            return outcome
        before = self._step(lambda: previous(self.hub, refs, self.release))
        commit = before.commit if before.is_this else self._bring(before)
        self.tell(f"naming it {self.tag}")
        self._step(lambda: self._name(commit))
        self._step(self._tidy)
        return Outcome("pushed", commit, tuple(self._committed), before.stale)

    def plan(self) -> Outcome:
        """What `run` would do now, by looking only."""
        if self._step(self.hub.settings) is None:
            return Outcome("to push", upload=self.release.files)
        refs = self._step(self.hub.refs)
        if self.tag in refs.tags:
            return self._already(refs.tags[self.tag])
        before = self._step(lambda: previous(self.hub, refs, self.release))
        there = self._step(lambda: self.hub.files(refs.branches.get(self.branch, before.commit)))
        return Outcome("to push", None, () if before.is_this else missing(self.release, there), before.stale)

    def _step(self, step: Callable[[], Result]) -> Result:
        return self.how.patience.until(step, self.tell)

    def _open(self) -> None:
        """A dataset that keeps out whom the release keeps out, before anything is in it."""
        settings = self.hub.settings()
        if settings is None:
            self.tell(f"creating {self.hub.page}")
            self.hub.create(private=self.how.private)
            settings = self.hub.settings()
        if settings is None:
            raise PushError(f"{self.hub.repo} was created, but this token may not see it; use a token that may read it")
        if self.how.private and not settings.private:
            raise PushError(f"{self.hub.repo} is public; make it private in its settings, or leave out --private")
        if self.release.gated and not settings.gated:
            self._gate()

    def _gate(self) -> None:
        self.hub.gate(self.how.gate)
        settings = self.hub.settings()
        if settings is None or not settings.gated:
            raise PushError(f"{self.hub.endpoint.url} does not have readers ask for access, which the terms of this "
                            "release demand; push it to a Hub that does")  # fmt: skip

    def _already(self, commit: str) -> Outcome:
        there = self._step(lambda: self.hub.files(commit))
        refuse_other_content(self.hub.repo, self.release, there)
        return Outcome("already pushed", commit)

    def _bring(self, before: Previous) -> str:
        self._step(lambda: self.hub.branch(self.branch, before.commit))
        head = None
        while head is None:
            head = self._step(lambda: self._upload(before))
        self.tell(f"verified on {self.branch}; moving it to main")
        verified = head
        return self._step(lambda: self._move(before, verified))

    def _upload(self, before: Previous) -> str | None:
        """Upload some of what the branch has not; its commit once it holds every file, with its hash."""
        head = self.hub.refs().branches.get(self.branch)
        if head is None:
            raise PushError(f"the branch {self.branch} of {self.hub.repo} was removed meanwhile; {GOES_ON}")
        there = self.hub.files(head)
        todo, stale = missing(self.release, there), [path for path in before.stale if path in there]
        if not todo and not stale:
            return head
        part = self._fitting(todo)
        self._commit(head, part, stale if len(part) == len(todo) else [])
        return None

    def _commit(self, head: str, part: tuple[File, ...], stale: list[str]) -> None:
        lost = [file for file in part if self._committed.get(file)]
        if lost:
            raise PushError(f"{lost[0].path}: committed to {self.branch}, but the server does not hold it with its "
                            f"SHA-256 {lost[0].sha256}; ask who runs {self.hub.endpoint.url}")  # fmt: skip
        self.tell(f"uploading {len(part)} files, {sum(file.size for file in part) / 1e6:,.1f} MB, to {self.branch}")
        self._committed.update(dict.fromkeys(part, False))
        try:
            self.hub.add(self.branch, head, self.release.folder, part, stale, self._message)
        except ConflictError:
            raise PushError(f"the branch {self.branch} of {self.hub.repo} moved meanwhile: somebody else pushes to it; "
                            "wait for them, and run the same command again") from None  # fmt: skip
        self._committed.update(dict.fromkeys(part, True))

    def _move(self, before: Previous, head: str) -> str:
        """All of it to main in one commit, on top of the commit that was looked at; no content is sent again."""
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

    @property
    def _message(self) -> str:
        return f"{self.release.dataset} {self.release.version}"

    def _name(self, commit: str) -> None:
        try:
            self.hub.tag(self.tag, commit)
        except ConflictError:
            if self.hub.refs().tags.get(self.tag) != commit:
                raise PushError(
                    f"somebody else made the tag {self.tag} of {self.hub.repo} meanwhile; {GOES_ON}"
                ) from None

    def _tidy(self) -> None:
        """Remove the branch that we named ourselves; main has all of it."""
        if self.how.branch is None and self.branch in self.hub.refs().branches:
            try:
                self.hub.drop_branch(self.branch)
            except MissingError:
                return

    def _fitting(self, files: tuple[File, ...]) -> tuple[File, ...]:
        """The first files, as many as one commit takes: at least one."""
        sizes = accumulate(file.size for file in files[: self.how.files_a_commit])
        return files[: max(1, sum(size <= self.how.bytes_a_commit for size in sizes))]
