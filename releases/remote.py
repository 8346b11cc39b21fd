"""What a Hub says it holds: files and their hashes, branches and tags, who may read; and what stands in the way."""

from dataclasses import dataclass

from releases.outgoing import File
from releases.patience import HubError


class ConflictError(HubError):
    """Somebody else moved a branch, or made a tag, in the meantime."""


class MissingError(HubError):
    """Nothing there that this token may see."""


@dataclass(frozen=True)
class Remote:
    """A file on the Hub: bytes, and its SHA-256 (large files) or the SHA-1 that git gives its content (others)."""

    size: int
    sha256: str | None
    git: str

    def holds(self, file: File) -> bool:
        """Whether its content is that of a file here."""
        return self.size == file.size and (self.sha256 == file.sha256 if self.sha256 else self.git == file.git)


@dataclass(frozen=True)
class Refs:
    """Commits by name of branch or tag."""

    branches: dict[str, str]
    tags: dict[str, str]


@dataclass(frozen=True)
class Settings:
    """Who may read a dataset."""

    private: bool
    gated: bool
