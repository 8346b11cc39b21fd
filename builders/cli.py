"""The command line: names of commands only; each is imported when it is called."""

import sys
from collections.abc import Iterator
from difflib import get_close_matches
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyclopts import App

COMMANDS = {
    "build": "Build a dataset from raw sources, and check it.",
    "status": "How far a build is, from any shell.",
    "clean": "Remove what the manifest of a build no longer names.",
    "sources": "What each source is, its terms, how to get it, and whether a folder is complete.",
    "definitions": "Put what instruction tasks ask for into more words, by a language model.",
    "export": "Write a built dataset, or parsed reports, in the formats others read.",
    "annotate": "Run an annotator on any CSV or Parquet file.",
    "llm": "What language models answered: counts, tokens, rates; bring the files together.",
    "qc": "Check a build and write its report page.",
    "review": "Let people verify a build, one item at a time, on a page of this machine.",
    "release": "Package a build so that only what may leave is in it.",
    "rehydrate": "Bring text back into a release from your own copy of the source.",
    "verify": "Check that a release is whole.",
    "diff": "What changed between two releases.",
    "ledger": "What was built here for which split, and what is sealed.",
    "train": "Train a model on the spot.",
    "score": "Score generated reports against references, pair by pair.",
    "evaluate": "Score a retrieval run against a built dataset.",
    "push": "Publish a release on the Hugging Face Hub, or on a Hub of your own.",
    "doctor": "Versions, packages, devices, disk, and what is missing for which dataset.",
}
FIRST = """Turn raw medical sources into checked, documented, publishable datasets.

Start with: medmill build mimic-ir --source synthetic=300 --out out/demo"""


def main() -> None:
    """Entry point of `medmill`; exit codes: 0 ok, 1 failed, 2 usage, 3 a check failed, 130 interrupted."""
    sys.exit(_start(sys.argv[1:]))


def build() -> None:
    """Entry point of `build`, a short name of `medmill build`."""
    sys.exit(_start(["build", *sys.argv[1:]]))


def run(tokens: list[str]) -> int:
    """Run one command and return its exit code; what a user can mend becomes one line on standard error."""
    from cyclopts import CycloptsError

    from schemas.errors import MedmillError

    try:
        _refuse_unknown(tokens)
        result = app(tokens)(tokens, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return _say(f"{error} (see: medmill {tokens[0]} --help)", 2)
    except MedmillError as error:
        return _say(str(error), error.exit_code)
    except BrokenPipeError:
        return _reader_left()
    except OSError as error:
        from builders.store import no_room

        if full := no_room(error):
            return _say(str(full), full.exit_code)
        return _say(f"{error.strerror or error}: {error.filename}" if error.filename else str(error), 1)
    except ImportError as error:
        return _say(_needs(error), 1)
    except KeyboardInterrupt:
        return _say("interrupted; the same command goes on where this one stopped", 130)
    return result if isinstance(result, int) else 0


def app(tokens: list[str]) -> "App":
    """The application: the command that is called, or all of them by name for the overview; none is imported."""
    from cyclopts import App, Parameter

    wanted = tokens[0] if tokens and tokens[0] in COMMANDS else None
    medmill = App(
        name="medmill",
        help=FIRST,
        version=_version,
        help_format="markdown" if wanted else "rich",  # the reader of markdown alone takes 0.1 s to import
        default_parameter=Parameter(negative_iterable=(), negative_bool=(), show_default=_told),
    )
    if wanted:  # its own docstring is its help
        medmill.command(f"builders.commands.{wanted}:{wanted}", name=wanted)
    for name, help_ in {} if wanted else COMMANDS.items():
        medmill.command(f"builders.commands.{name}:{name}", name=name, help=help_)
    return medmill


def _start(tokens: list[str]) -> int:
    from builders.installation import homes, mixture

    wrong = mixture(homes())
    if wrong:
        return _say(wrong, 1)
    sys.excepthook = _say_where_the_trace_is
    return run(tokens)


def _refuse_unknown(tokens: list[str]) -> None:
    """Refuse a first word that is no command, without importing all commands as the parser would."""
    from schemas.errors import UsageError

    if tokens and not tokens[0].startswith("-") and tokens[0] not in COMMANDS:
        close = get_close_matches(tokens[0], COMMANDS, n=1)
        meant = f"did you mean `{close[0]}`?" if close else f"commands: {', '.join(COMMANDS)}"
        raise UsageError(f"unknown command `{tokens[0]}`; {meant}")
    if tokens and tokens[0].startswith("-") and tokens[0] not in ("-h", "--help", "--version"):
        raise UsageError(f"unknown option `{tokens[0]}`; the command comes first (see: medmill --help)")


def _needs(error: ImportError) -> str:
    from builders.installation import missing_extra

    wanted = missing_extra(error)
    if wanted is None:
        raise error
    return wanted


def _told(default: Any) -> str | None:
    """A default as help tells it: nothing where an option is simply off."""
    if default is None or default is False or default == ():
        return None
    return ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)


def _version() -> str:
    from importlib.metadata import version

    return version("medmill")


def _say(message: str, code: int) -> int:
    print(f"medmill: {' '.join(message.split())}", file=sys.stderr)
    return code


def _reader_left() -> int:
    """The reader of our output is gone (`| head`): no complaint, and none from Python when it closes the pipe."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _say_where_the_trace_is(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write types and places to a file, and no message: it may quote the text of a patient."""
    import tempfile

    with tempfile.NamedTemporaryFile("w", prefix="medmill-", suffix=".trace", delete=False, encoding="utf-8") as file:
        file.writelines(_frames(error))
    _say(f"internal error ({kind.__name__}); please report it with {file.name}", 1)


def _frames(error: BaseException) -> Iterator[str]:
    """The types and frames of an exception and of those it came from, the first cause first."""
    import traceback

    if cause := error.__cause__ or error.__context__:
        yield from _frames(cause)
        yield "\nand then\n\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__qualname__}\n"
