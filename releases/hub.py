"""Everything asked of a Hub: the only file that imports huggingface_hub.

Import it after `releases.endpoint.endpoint` was called: huggingface_hub reads its settings when it is imported.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import Any, Literal

import httpx2
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    constants,
    get_token,
    hf_hub_url,
    set_client_factory,
)
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import build_hf_headers, disable_progress_bars, get_session, hf_raise_for_status, logging

from releases.endpoint import Endpoint
from releases.outgoing import File
from releases.patience import AgainError, HubError
from releases.remote import ConflictError, MissingError, Refs, Remote, Settings
from releases.wire import Client, Sent, broken

Gate = Literal["auto", "manual"]
TYPE = "dataset"
SMALL = 2**18
"""Bytes up to which a file is held in memory while it is sent."""
LONGEST = 400
"""Characters of a server's own words that are shown."""


@dataclass(frozen=True)
class Hub:
    """One dataset on a Hub; every method raises `HubError`, as `AgainError` where another try may help."""

    repo: str
    endpoint: Endpoint
    sent: Sent = field(default_factory=Sent)

    @property
    def page(self) -> str:
        """Where a browser finds the dataset."""
        return self.endpoint.page(self.repo)

    def settings(self) -> Settings | None:
        """Who may read the dataset; None where there is none that this token may see."""
        try:
            with self._asking("look at the dataset"):
                info = self._api.dataset_info(self.repo)
        except MissingError:
            return None
        return Settings(private=bool(info.private), gated=bool(info.gated))

    def create(self, *, private: bool) -> None:
        """Make the dataset; nothing where it is there."""
        with self._asking("create the dataset"):
            self._api.create_repo(self.repo, repo_type=TYPE, private=private, exist_ok=True)

    def gate(self, gate: Gate) -> None:
        """Readers have to ask for access from now on."""
        with self._asking("have readers ask for access"):
            self._api.update_repo_settings(self.repo, repo_type=TYPE, gated=gate)

    def refs(self) -> Refs:
        """Branches and tags, and the commits they point to."""
        with self._asking("list the branches"):
            refs = self._api.list_repo_refs(self.repo, repo_type=TYPE)
        branches = {ref.name: ref.target_commit for ref in refs.branches}
        return Refs(branches, {ref.name: ref.target_commit for ref in refs.tags})

    def files(self, revision: str) -> dict[str, Remote]:
        """Every file of a commit."""
        with self._asking("list the files"):
            tree = self._api.list_repo_tree(self.repo, repo_type=TYPE, revision=revision, recursive=True)
            return {item.path: _remote(item) for item in tree if isinstance(item, RepoFile)}

    def text(self, path: str, revision: str) -> str:
        """A small file of a commit, read past every cache."""
        url = hf_hub_url(self.repo, path, repo_type=TYPE, revision=revision, endpoint=self.endpoint.url)
        with self._asking(f"read {path}"):
            answer = get_session().get(url, headers=build_hf_headers())
            hf_raise_for_status(answer)
            return answer.content.decode()

    def download(self, revision: str, folder: Path) -> None:
        """Every file of a revision into a folder, without what a Hub and its client put beside them."""
        with self._asking(f"download {revision}"):
            self._api.snapshot_download(self.repo, repo_type=TYPE, revision=revision, local_dir=folder)
        rmtree(folder / ".cache", ignore_errors=True)
        (folder / ".gitattributes").unlink(missing_ok=True)

    def branch(self, name: str, revision: str) -> None:
        """Start a branch; nothing where it is there."""
        with self._asking(f"start the branch {name}"):
            self._api.create_branch(self.repo, repo_type=TYPE, branch=name, revision=revision, exist_ok=True)

    def drop_branch(self, name: str) -> None:
        """Remove a branch."""
        with self._asking(f"remove the branch {name}"):
            self._api.delete_branch(self.repo, repo_type=TYPE, branch=name)

    def tag(self, name: str, revision: str) -> None:
        """Name a commit for good; raises `ConflictError` where the tag is there."""
        with self._asking(f"make the tag {name}"):
            self._api.create_tag(self.repo, repo_type=TYPE, tag=name, revision=revision)

    def add(
        self, branch: str, parent: str, folder: Path, files: Iterable[File], stale: Sequence[str], message: str
    ) -> str:
        """Upload files and remove stale ones in one commit on top of `parent`; what the server holds is not sent."""
        return self._commit(branch, parent, [_added(folder, file) for file in files], stale, message)

    def take_over(self, branch: str, parent: str, source: str, paths: Sequence[str], stale: Sequence[str],
                  message: str) -> str:  # fmt: skip
        """The same for files of another commit, which the server copies by itself."""
        copies = [CommitOperationCopy(path, path, src_revision=source) for path in paths]
        return self._commit(branch, parent, copies, stale, message)

    def _commit(self, branch: str, parent: str, made: Sequence[Any], stale: Sequence[str], message: str) -> str:
        operations = [*made, *(CommitOperationDelete(path, is_folder=False) for path in stale)]
        with self._asking(f"commit to {branch}"):
            done = self._api.create_commit(
                self.repo,
                operations,
                repo_type=TYPE,
                revision=branch,
                parent_commit=parent,
                commit_message=message,
            )
        return done.oid

    @cached_property
    def _api(self) -> HfApi:
        """The client; its token is that of `HF_TOKEN` or `hf auth login`, and stays inside it."""
        if not self.endpoint.xet and not constants.HF_HUB_DISABLE_XET:
            raise HubError("huggingface_hub was imported before the server was asked whether it speaks Xet; "
                           "set HF_HUB_DISABLE_XET=1")  # fmt: skip
        if constants.is_offline_mode():
            raise HubError("HF_HUB_OFFLINE is set; unset it to push")
        disable_progress_bars()
        logging.set_verbosity_error()  # its warnings show addresses, which may carry signatures
        set_client_factory(lambda: Client(self.sent))
        return HfApi(endpoint=self.endpoint.url, library_name="medmill", library_version=version("medmill"))

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong into one line; no traceback of the client's follows, nor the token."""
        try:
            yield
        except (HubError, httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:
            raise self._told(_root(error), what) from None

    def _told(self, error: BaseException, what: str) -> HubError:
        if isinstance(error, HfHubHTTPError):
            return self._answered(error, what)
        if isinstance(error, AgainError):
            return AgainError(self._safe(f"could not {what}: {error}"), error.wait)
        if isinstance(error, httpx2.TransportError | ConnectionError):
            return AgainError(self._safe(f"could not {what}: {broken(error, self.endpoint.url)}"))
        return HubError(self._safe(f"could not {what}: {error}"))

    def _answered(self, error: HfHubHTTPError, what: str) -> HubError:
        status = error.response.status_code
        said = error.server_message or error.response.reason_phrase
        kind = {404: MissingError, 409: ConflictError, 412: ConflictError}.get(status, HubError)
        mend = {
            401: "the token is missing, wrong or expired: run `hf auth login`, or set HF_TOKEN to one that may write",
            403: f"the token may not do this to {self.repo}: ask its owner for the right to write, or use another one",
            404: f"{self.page} has it not, or hides it from this token",
        }.get(status, f"the server answers {status}")
        return kind(self._safe(f"could not {what}: {mend} ({said[:LONGEST]})"))

    def _safe(self, message: str) -> str:
        token = get_token()
        for form in (token, repr(token)[1:-1]) if token else ():  # as it is, and as Python quotes it
            message = message.replace(form, "***")
        return " ".join(message.split())


def _added(folder: Path, file: File) -> CommitOperationAdd:
    """What is sent is what was hashed: small files go as these bytes, large ones under their hash."""
    at = folder / file.path
    if file.size > SMALL:
        operation = CommitOperationAdd(file.path, at)
        operation.upload_info.sha256 = bytes.fromhex(file.sha256)  # known: the file is not read for it again
        return operation
    content = at.read_bytes()
    if sha256(content).hexdigest() != file.sha256:
        raise HubError(f"{at} changed while it was pushed; release the build again")
    return CommitOperationAdd(file.path, content)


def _remote(item: RepoFile) -> Remote:
    return Remote(item.size, item.lfs.sha256 if item.lfs else None, item.blob_id)


def _root(error: BaseException) -> BaseException:
    """What the upload threads of the library hide behind `RuntimeError`."""
    return _root(error.__cause__) if isinstance(error, RuntimeError) and error.__cause__ else error
