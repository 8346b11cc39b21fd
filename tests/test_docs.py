"""The documents hold what they promise: their commands run, their links lead somewhere."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.releases.hub_server import HubServer
from tests.structure_table import tables

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
RUNNABLE = re.compile(r"^```(sh|python) run(?: hub)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HUB = "run hub\n"
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(document: Path) -> list[tuple[str, str]]:
    """The fenced blocks marked `run`, in order: language and text."""
    return RUNNABLE.findall(document.read_text(encoding="utf-8"))


def run(language: str, text: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    program = ["bash", "-euo", "pipefail", "-c", text] if language == "sh" else [sys.executable, "-c", text]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, **more}
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, env=env)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of somebody whose Hub is a server on the loopback."""
    with HubServer(tokens={"hf_docs": "write"}).running() as server:
        yield {"HF_ENDPOINT": server.url, "HF_TOKEN": "hf_docs", "HF_HOME": str(tmp_path / "hf-home")}


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if blocks(document)], ids=name)
def test_commands_run_in_the_order_of_the_text(document: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    env = request.getfixturevalue("hub") if HUB in document.read_text(encoding="utf-8") else {}
    (tmp_path / "here").mkdir()
    for language, text in blocks(document):
        done = run(language, text, tmp_path / "here", **env)
        assert done.returncode == 0, f"{name(document)}:\n{text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_the_readme_shows_commands_that_run() -> None:
    assert {language for language, _ in blocks(ROOT / "README.md")} == {"sh", "python"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_to_files_that_are_there(document: Path) -> None:
    links = (link.split("#")[0] for link in LINK.findall(document.read_text(encoding="utf-8")))
    local = [link for link in links if link and "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name(page) for page in DOCUMENTS if page.parent.name == "docs" and name(page) not in readme] == []


def test_the_page_on_checks_names_every_check() -> None:
    from qc.run import CHECKS

    text = (ROOT / "docs" / "qc.md").read_text(encoding="utf-8")
    assert [check.name for check in CHECKS if f"| `{check.name}` |" not in text] == []


def test_the_page_on_the_build_folder_shows_the_columns_as_they_are() -> None:
    program = [sys.executable, str(Path(__file__).with_name("column_tables.py"))]
    tables = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    page = (ROOT / "docs" / "build-folder.md").read_text(encoding="utf-8")
    assert page.endswith(tables), "put what `python tests/column_tables.py` prints at the end of the page"


def test_the_page_on_structures_shows_the_table_as_it_is() -> None:
    page = (ROOT / "docs" / "structures.md").read_text(encoding="utf-8")
    assert page.endswith(tables()), "put what `python tests/structure_table.py` prints at the end of the page"
