"""The command line: names of commands only; each is imported when it is called."""

import sys
import tempfile
import traceback
from pathlib import Path

from cyclopts import App, CycloptsError

from schemas.errors import MedmillError

COMMANDS = {
    "build": "Build a dataset from raw sources, and check it.",
    "status": "How far a build is, from any shell.",
    "clean": "Remove what the manifest of a build no longer names.",
    "sources": "What each source is, its terms, how to get it, and whether a folder is complete.",
    "export": "Write a built dataset, or parsed reports, in the formats others read.",
    "annotate": "Run an annotator on any CSV or Parquet file.",
    "qc": "Check a build and write its report page.",
    "evaluate": "Score a retrieval run against a built dataset.",
    "doctor": "Versions, packages, devices, disk, and what is missing for which dataset.",
}


def app() -> App:
    """The application with its commands, none of them imported yet."""
    medmill = App(
        name="medmill",
        help="Turn raw medical sources into checked, documented, publishable datasets.\n\nStart with `medmill build mimic-ir --source synthetic=300 --out out/demo`.",
        version=_version,
    )
    for name, help_ in COMMANDS.items():
        medmill.command(f"builders.commands.{name}:{name}", name=name, help=help_)
    return medmill


def main(tokens: list[str] | None = None) -> None:
    """Entry point of `medmill`; exit codes: 0 ok, 1 failed, 2 usage, 3 a check failed, 130 interrupted."""
    sys.exit(run(sys.argv[1:] if tokens is None else tokens))


def build() -> None:
    """Entry point of `build`, a short name of `medmill build`."""
    main(["build", *sys.argv[1:]])


def run(tokens: list[str]) -> int:
    """Run one command and return its exit code; errors become one line on standard error."""
    try:
        result = app()(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _say(f"{error} (see medmill {tokens[0] if tokens else ''} --help)", 2)
    except MedmillError as error:
        return _say(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _say("interrupted; the same command goes on where this one stopped", 130)
    except Exception as error:
        return _say(f"internal error ({type(error).__name__}); please report it with {_write_trace()}", 1)
    return result if isinstance(result, int) else 0


def _version() -> str:
    from importlib.metadata import version

    return version("medmill")


def _say(message: str, code: int) -> int:
    print(f"medmill: {' '.join(message.split())}", file=sys.stderr)
    return code


def _write_trace() -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="medmill-", suffix=".trace", delete=False, encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return Path(file.name)
