"""The command line: one line for what goes wrong, an exit code that says which kind, help that shows how."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from cyclopts import App

from builders import cli
from builders.installation import extra_bringing, missing_extra, mixture


def medmill(*tokens: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from builders.cli import main; sys.argv[0] = 'medmill'; main()"
    return subprocess.run([sys.executable, "-c", program, *tokens], capture_output=True, text=True)


def test_help_names_every_command() -> None:
    done = medmill("--help")
    assert done.returncode == 0
    assert all(f" {command} " in done.stdout for command in cli.COMMANDS)


def test_no_arguments_show_the_overview() -> None:
    assert medmill().stdout == medmill("--help").stdout


def leaves() -> list[str]:
    """Every command that does something: `status`, `annotate findings` …"""
    found = []
    for command in cli.COMMANDS:
        target = getattr(import_module(f"builders.commands.{command}"), command)
        subcommands = [name for name in target if not name.startswith("-")] if isinstance(target, App) else []
        found += [f"{command} {name}" for name in subcommands] or [command]
    return found


@pytest.mark.parametrize("command", leaves())
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*command.split(), "--help"]) == 0
    usage, _, rest = capsys.readouterr().out.partition("\n")
    assert usage.startswith(f"Usage: medmill {command}")
    assert f"medmill {command}" in rest


@pytest.mark.parametrize("command", ["build", "annotate findings"])
def test_help_is_the_same_from_a_shell(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = medmill(*command.split(), "--help")
    assert cli.run([*command.split(), "--help"]) == 0
    assert (done.returncode, done.stdout) == (0, capsys.readouterr().out)


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        (["buidl"], "did you mean `build`?"),
        (["frobnicate"], "commands: build, status"),
        (["--nope"], "unknown option `--nope`"),
        (["doctor", "--nope"], "--nope"),
        (["status"], "requires an argument"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_code_2(
    tokens: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(tokens) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.startswith("medmill: ")
    assert said.count("\n") == 1


def test_a_wrong_command_line_from_a_shell() -> None:
    done = medmill("status")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "requires an argument" in done.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    program = f"{sys.executable} -c 'from builders.cli import main; main()' --help | head -c 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {program}"], capture_output=True, text=True)
    assert done.stderr == ""


def test_a_foreign_package_of_the_same_name_is_named(tmp_path: Path) -> None:
    """Another distribution's `releases` hides ours: one line, before anything is imported from it."""
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "__init__.py").touch()
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from builders.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "`releases` is not medmill's" in done.stderr
    assert str(tmp_path) in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_package_counts_as_a_mixture(tmp_path: Path) -> None:
    assert "`qc`" in (mixture({"builders": tmp_path, "schemas": tmp_path, "qc": None}) or "")


@pytest.mark.parametrize(("module", "extra"), [("torch", "transformers"), ("huggingface_hub", "hub"), ("zzz", None)])
def test_a_missing_module_names_its_extra(module: str, extra: str | None) -> None:
    assert extra_bringing(module) == extra
    error = ImportError("cannot import a command")
    error.__cause__ = ModuleNotFoundError(name=module)
    told = missing_extra(error)
    assert told is None if extra is None else f"pip install '.[{extra}]'" in (told or "")


def test_an_internal_error_leaves_a_trace_and_one_line(tmp_path: Path) -> None:
    program = (
        "import sys, builders.cli as cli\n"
        "def run(tokens): raise RuntimeError('of our own making')\n"
        "cli.run = run\ncli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={"TMPDIR": str(tmp_path), "PATH": ""}
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    (trace,) = tmp_path.glob("medmill-*.trace")
    assert trace.name in done.stderr
    told = trace.read_text(encoding="utf-8")
    assert "of our own making" not in told and "RuntimeError" in told and "in run" in told
