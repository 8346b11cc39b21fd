"""What a user sees when something is wrong with the input: one line that names it, on the command line, and no loss."""

import gzip
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from builders.cli import run
from builders.plan import Plan, Planned, demand_room
from builders.sources.grammar.tree import write_tree
from schemas.errors import MedmillError
from tests.builders.sources.reading import as_nobody

N = 30
LIST, SPLIT, ZIP = "cxr-study-list.csv.gz", "mimic-cxr-2.0.0-split.csv.gz", "mimic-cxr-reports.zip"


@pytest.fixture
def mimic(tmp_path):
    write_tree(tmp_path / "mimic", N)
    return tmp_path / "mimic"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A build of 20 made-up reports; nobody writes to it."""
    out = tmp_path_factory.mktemp("whole") / "out"
    tokens = ["build", "mimic-ir", "--source", "synthetic=20", "--out", str(out), "--workers", "0", "--quiet"]
    assert run([*tokens, "--no-qc"]) == 0
    return out


@pytest.fixture
def built(whole, tmp_path):
    """A copy of it, at the place where `build` builds."""
    return copytree(whole, tmp_path / "out")


@pytest.fixture
def build(tmp_path, capsys):
    """Build in this process; returns exit code and the lines of standard error."""

    def build(*sources, out=None, dataset="mimic-ir", extra=()):
        tokens = ["build", dataset, "--out", str(out or tmp_path / "out"), "--workers", "0", "--quiet", "--no-qc"]
        for source in sources:
            tokens += ["--source", source]
        capsys.readouterr()
        code = run([*tokens, *extra])
        return code, capsys.readouterr().err.splitlines()

    return build


def cut(path, count=40):
    path.write_bytes(path.read_bytes()[:-count])


def edit(path, change):
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()).decode()).encode()))


def test_a_source_folder_that_is_not_there(build, tmp_path):
    code, lines = build(f"mimic-cxr={tmp_path / 'nowhere'}")
    assert code == 1 and len(lines) == 1
    assert "nowhere: no such folder" in lines[0] and "medmill sources" in lines[0]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda tree: cut(tree / ZIP, 3000), f"{ZIP}: the zip file is cut off or damaged; download it again"),
        (lambda tree: cut(tree / LIST), f"{LIST}: the gzip file is cut off or damaged; download it again"),
        (lambda tree: (tree / LIST).write_bytes(gzip.compress(b"")), f"{LIST}: the file is empty"),
        (lambda tree: edit(tree / LIST, lambda text: text.replace("study_id", "study")), "missing column study_id"),
        (lambda tree: edit(tree / SPLIT, lambda text: text.replace("split", "part")), "missing column split; expected"),
        (lambda tree: (tree / ZIP).unlink(), "expected mimic-cxr-reports.zip"),
    ],
    ids=["zip-cut-off", "gzip-cut-off", "empty-list", "columns-of-the-list", "columns-of-the-split", "no-reports"],
)  # fmt: skip
def test_a_damaged_release_is_one_line_that_names_the_file(build, mimic, damage, said):
    damage(mimic)
    code, lines = build(f"mimic-cxr={mimic}")
    assert code == 1 and len(lines) == 1
    assert str(mimic) in lines[0] and said in lines[0]


def test_columns_that_reports_table_does_not_find_are_named(build, tmp_path):
    (tmp_path / "a.csv").write_text("key,body\n1,Clear.\n")
    code, lines = build(f"reports-table={tmp_path / 'a.csv'}")
    assert code == 1 and len(lines) == 1
    assert "a.csv: missing column id, text; expected columns id, text, found key, body" in lines[0]


def test_bad_reports_are_rejected_and_all_others_are_built(build, tmp_path):
    rows = [f"{number},Findings: The lungs are clear. Heart size is normal." for number in range(20)]
    table = "\n".join(["id,text", *rows, "20,Findings: Caf\xe9.", "21,  ", "3,Findings: Again.", ""])
    (tmp_path / "a.csv").write_bytes(table.encode("latin-1"))
    code, lines = build(f"reports-table={tmp_path / 'a.csv'}")
    assert code == 0 and lines == []
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    reports = next(stage for stage in manifest["stages"] if stage["table"] == "reports")
    assert reports["rows_out"] == 20
    assert reports["rejected"] == {"duplicate_id": 1, "empty_report": 1, "not_utf8": 1}
    assert reports["ids_in"] == reports["ids_passed"] + reports["ids_rejected"] == 22
    rejected = pl.read_parquet(tmp_path / "out" / "rejected" / "reports" / "*.parquet")
    assert rejected.columns == ["id", "stage", "reason", "detail"]
    assert sorted(rejected["id"]) == ["20", "21", "3"]
    assert all("a.csv" in detail and "Again" not in detail for detail in rejected["detail"])


def test_a_study_listed_twice_and_a_split_with_strangers_build(build, mimic, tmp_path):
    edit(mimic / LIST, lambda text: text + text.splitlines()[1] + "\n")
    edit(mimic / SPLIT, lambda text: text + "x,59999999,19999999,train\n")
    code, lines = build(f"mimic-cxr={mimic}")
    assert code == 0 and lines == []
    (note,) = json.loads((tmp_path / "out" / "manifest.json").read_text())["sources"][0]["notes"]
    assert note == f"{SPLIT}: names 1 study that the study list does not have, first s59999999; passed over"
    rejected = pl.read_parquet(tmp_path / "out" / "rejected" / "reports" / "*.parquet")
    assert rejected["reason"].to_list() == ["duplicate_id"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("mimic=/data", "takes no source mimic; it takes"),
        ("mimic-cxr", "expected NAME=VALUE"),
        ("synthetic=", "expected a value"),
    ],
)
def test_a_source_that_nobody_knows_or_without_a_value(build, source, said):
    code, lines = build(source)
    assert code == 2 and len(lines) == 1 and said in lines[0]


@pytest.mark.parametrize("number", ["many", "²0", "9"])
def test_a_number_of_studies_that_is_none(build, number):
    code, lines = build(f"synthetic={number}")
    assert code == 1 and len(lines) == 1 and "from 10 to 500000" in lines[0]


def test_an_output_folder_of_another_dataset(build, built, samples_of_openi):
    code, lines = build(f"openi={samples_of_openi}", dataset="openi-ir")
    assert code == 1 and len(lines) == 1
    assert str(built) in lines[0] and "mimic-ir" in lines[0]


@pytest.fixture
def samples_of_openi(tmp_path):
    home = tmp_path / "openi"
    home.mkdir()
    (home / "indiana_reports.csv").write_text("uid,indication,comparison,findings,impression\n1,,,Clear lungs.,Well.\n")
    (home / "indiana_projections.csv").write_text("uid,filename,projection\n1,1_IM-0001.dcm.png,Frontal\n")
    return home


def test_an_output_folder_of_another_format_version(build, built):
    path = built / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "format_version": 0, "medmill": "0.0.1"}))
    code, lines = build("synthetic=20")
    assert code == 1 and len(lines) == 1
    assert "0.0.1" in lines[0] and str(built) in lines[0]


def test_an_output_folder_that_holds_something_else(build, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    code, lines = build("synthetic=20")
    assert code == 1 and len(lines) == 1 and "files that are not of a build" in lines[0]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_a_folder_that_may_not_be_written(build, tmp_path):
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(0o755)
    (tmp_path / "locked").mkdir(mode=0o555)
    with as_nobody():
        code, lines = build("synthetic=20", out=tmp_path / "locked" / "out")
    assert code == 1 and len(lines) == 1
    assert "locked" in lines[0] and "permission" in lines[0].lower()


def test_a_source_that_may_not_be_read(build, mimic, tmp_path):
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(0o755)
    (tmp_path / "free").mkdir()
    (tmp_path / "free").chmod(0o777)
    mimic.chmod(0)
    with as_nobody():
        code, lines = build(f"mimic-cxr={mimic}", out=tmp_path / "free" / "out")
    mimic.chmod(0o755)
    assert code == 1 and len(lines) == 1
    assert "no permission to read this folder" in lines[0]


def test_a_disk_that_is_full_is_one_line_and_the_build_goes_on_later(build, tmp_path):
    """A limit on the size of files stands for the disk: the same call fails, with the system's own word for it."""
    out = tmp_path / "out"
    tokens = [
        "build",
        "mimic-ir",
        "--source",
        "synthetic=60",
        "--out",
        str(out),
        "--workers",
        "0",
        "--quiet",
        "--no-qc",
    ]
    program = "import sys; from builders.cli import main; sys.argv = ['medmill', *sys.argv[1:]]; main()"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, 15_000))

    command = [sys.executable, "-c", program, *tokens]
    full = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, check=False)
    assert full.returncode == 1
    assert len(full.stderr.splitlines()) == 1 and "Traceback" not in full.stderr
    assert build("synthetic=60")[0] == 0
    assert json.loads((out / "manifest.json").read_text())["status"] == "complete"


def test_no_line_of_an_error_holds_words_of_a_report(build, tmp_path):
    (tmp_path / "a.csv").write_text("A1,Secret finding.\nA2,Other secret.\n")
    code, lines = build(f"reports-table={tmp_path / 'a.csv'}")
    assert code == 1 and not any("ecret" in line for line in lines)
    (tmp_path / "a.csv").write_text('id,text\n1,"Secret finding.\n2,Other secret.\n3,Clear lungs.\n')
    code, lines = build(f"reports-table={tmp_path / 'a.csv'}")
    assert not any("ecret" in line for line in lines)
    written = [
        path for path in Path(tmp_path / "out").rglob("*") if path.is_file() and path.suffix in (".jsonl", ".json")
    ]
    assert not any("ecret" in path.read_text() for path in written)


def test_a_manifest_that_is_broken_says_which_file_to_remove(build, built):
    path = built / "manifest.json"
    before = path.read_bytes()
    path.write_bytes(before[:100])
    code, lines = build("synthetic=20")
    assert code == 1 and len(lines) == 1 and f"{path}: unreadable" in lines[0] and "remove this file" in lines[0]
    path.unlink()
    assert build("synthetic=20")[0] == 0


def test_an_attempt_that_made_nothing_leaves_the_folder_to_another_dataset(build, built, samples_of_openi):
    path = built / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "status": "failed", "stages": [], "tables": []}))
    assert build(f"openi={samples_of_openi}", dataset="openi-ir")[0] == 0


def test_a_negative_number_of_workers_is_a_usage_error_that_leaves_no_folder(tmp_path, capsys):
    tokens = ["build", "mimic-ir", "--source", "synthetic=20", "--out", str(tmp_path / "out"), "--workers=-1"]
    assert run(tokens) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--workers -1" in line
    assert not (tmp_path / "out").exists()


def test_a_folder_with_the_name_of_a_number_does_not_hide_the_number_of_studies(build, built, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "20").mkdir()
    assert build("synthetic=20")[0] == 0


def test_notes_of_a_source_reach_the_terminal_and_the_page(mimic, tmp_path, capsys):
    edit(mimic / SPLIT, lambda text: text + "x,59999999,19999999,train\n")
    out = tmp_path / "out"
    run(["build", "mimic-ir", "--source", f"mimic-cxr={mimic}", "--out", str(out), "--workers", "0"])
    assert "note: mimic-cxr: " in (told := capsys.readouterr().err) and "first s59999999" in told
    assert "first s59999999; passed over." in (out / "qc" / "report.html").read_text()


def test_a_small_disk_is_told_in_megabytes():
    plan = Plan((Planned("reports", "source", 0, 1, "not made yet", 10),), 0, 60_000_000)
    with pytest.raises(MedmillError, match="100 MB are needed at least, 60 MB are free"):
        demand_room(plan, Path("out"))


def test_a_model_that_is_not_there_is_one_line(build, tmp_path):
    pytest.importorskip("transformers")
    code, lines = build("synthetic=20", extra=["--set", f"embedder=transformers:{tmp_path / 'nope'}"])
    assert code == 1 and len(lines) == 1 and "nope: no model there" in lines[0]


def test_a_table_that_may_not_be_read_is_one_line(build, tmp_path):
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(0o755)
    (tmp_path / "free").mkdir()
    (tmp_path / "free").chmod(0o777)
    pl.DataFrame({"id": ["1"], "text": ["Clear."]}).write_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("id,text\n1,Clear.\n")
    for name in ("a.parquet", "a.csv"):
        (tmp_path / name).chmod(0)
        with as_nobody():
            code, lines = build(f"reports-table={tmp_path / name}", out=tmp_path / "free" / "out")
        assert code == 1 and len(lines) == 1 and f"{name}: no permission to read this file" in lines[0]
