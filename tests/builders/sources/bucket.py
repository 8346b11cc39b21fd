"""Files in memory behind the habits of s3fs, which those of `memory://` do not have."""

from typing import Any, ClassVar

import fsspec
from fsspec.implementations.memory import MemoryFileSystem


class NoAnswerError(Exception):
    """No `OSError`, as those of botocore are not."""


class Bucket(MemoryFileSystem):
    """`cat_file` takes a version before the start; what was listed is remembered; `refusal`: why nobody answers."""

    protocol = "bucket"
    store: ClassVar[dict[str, Any]] = {}  # pyright: ignore[reportIncompatibleVariableOverride]
    pseudo_dirs: ClassVar[list[str]] = [""]
    remembered: ClassVar[dict[str, Any]] = {}
    refusal: ClassVar[Exception | None] = None

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        return super()._strip_protocol(path.replace("bucket://", "memory://"))

    def cat_file(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, path: str, version_id: str | None = None, start: int | None = None, end: int | None = None, **more: Any
    ) -> bytes:
        if version_id is not None:
            start, end = start or 4, None
        return super().cat_file(path, start=start, end=end, **more)

    def info(self, path: str, **more: Any) -> dict[str, Any]:
        if self.refusal:
            raise self.refusal
        path = self._strip_protocol(path)
        if path not in self.remembered:
            self.remembered[path] = super().info(path, **more)
        return self.remembered[path]

    def invalidate_cache(self, path: str | None = None) -> None:
        """That of the Hub asks the Hub."""
        if self.refusal:
            raise self.refusal
        self.remembered.clear()


def filled(files: dict[str, bytes]) -> str:
    """The address of a bucket that holds these files and no others."""
    fsspec.register_implementation("bucket", Bucket, clobber=True)
    Bucket.refusal = None
    Bucket.store.clear()
    Bucket.remembered.clear()
    for name, body in files.items():
        put(name, body)
    return "bucket://lake"


def put(name: str, body: bytes) -> None:
    """Write one file, as somebody else does: nothing that is remembered changes."""
    MemoryFileSystem.pipe_file(Bucket(), f"/lake/{name}", body)
