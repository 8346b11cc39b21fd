"""Push a release: upload to a branch, verify it there, move it to main in one commit, and name the version last.

Nothing is remembered here: every step looks at the server first, so that it may be repeated, at once or by another
process days later. A reader of main or of a tag sees whole releases only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from releases.hub import Hub
from releases.outgoing import File, Outgoing
from releases.patience import GOES_ON
from releases.previous import PushError, missing, previous, refuse_other_content
from releases.remote import ConflictError, MissingError
from releases.staging import How, Staging


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

    @property
    def tag(self) -> str:
        """The name of the version."""
        return f"v{self.release.version}"

    @cached_property
    def staging(self) -> Staging:
        """Its way to main."""
        return Staging(self.release, self.hub, self.how, self.tell)

    @property
    def branch(self) -> str:
        """The branch that is uploaded to."""
        return self.staging.branch

    def run(self) -> Outcome:
        """Push; raises `PushError` where the release may not go there, `HubError` where the Hub does not let it."""
        self.staging.step(self._open)
        refs = self.staging.step(self.hub.refs)
        if self.tag in refs.tags:
            outcome = self._already(refs.tags[self.tag])
            self.staging.step(self._tidy)
            return outcome
        before = self.staging.step(lambda: previous(self.hub, refs, self.release))
        commit = before.commit if before.is_this else self.staging.bring(before)
        self.tell(f"naming it {self.tag}")
        self.staging.step(lambda: self._name(commit))
        self.staging.step(self._tidy)
        return Outcome("pushed", commit, tuple(self.staging.committed), before.stale)

    def plan(self) -> Outcome:
        """What `run` would do now, by looking only."""
        if self.staging.step(self.hub.settings) is None:
            return Outcome("to push", upload=self.release.files)
        refs = self.staging.step(self.hub.refs)
        if self.tag in refs.tags:
            return self._already(refs.tags[self.tag])
        before = self.staging.step(lambda: previous(self.hub, refs, self.release))
        there = self.staging.step(lambda: self.hub.files(refs.branches.get(self.branch, before.commit)))
        return Outcome("to push", None, () if before.is_this else missing(self.release, there), before.stale)

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
        there = self.staging.step(lambda: self.hub.files(commit))
        refuse_other_content(self.hub.repo, self.release, there)
        return Outcome("already pushed", commit)

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
