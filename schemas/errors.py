"""Errors a user is meant to read: one line that says what, where, expected and got, and what to do."""


class MedmillError(Exception):
    """Shown as one line, never as a traceback; `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(MedmillError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_code = 2


class CheckFailedError(MedmillError):
    """A quality check failed; the report says which."""

    exit_code = 3


class GoneError(MedmillError):
    """What every task needs, a server say, is gone for good: a build ends at once, and the same command goes on."""


class SourceError(MedmillError):
    """A source that cannot be read: names the file, what was expected, and what to do."""
