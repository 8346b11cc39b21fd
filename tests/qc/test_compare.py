"""`medmill qc --compare`: counts of a build beside published tables or another build."""

import json
from pathlib import Path

import polars as pl
import pytest

from builders.cli import run as medmill
from qc.build import Build
from qc.compare.built import built
from qc.compare.compared import compared
from qc.compare.released import node_of, released
from qc.run import run
from schemas.errors import UsageError
from tests.qc.made_volumes import make_build


def write_released(folder: Path, **files: list[tuple[str, ...]]) -> Path:
    columns = {
        "vqa_abnormality": ["Volumename", "Anatomy", "Abnormality"],
        "vqa_location": ["Volumename", "Anatomy", "Abnormality"],
        "vqa_presence": ["Volumename", "Anatomy", "Finding", "Presence"],
        "vqa_size": ["Volumename", "Anatomy", "Abnormality", "Size"],
        "case_disorders": ["Volumename", "Disorders"],
    }
    folder.mkdir()
    for name, rows in files.items():
        pl.DataFrame(rows, columns[name], orient="row").write_csv(folder / f"train_{name}.csv")
    return folder


@pytest.fixture
def published(tmp_path):
    return write_released(
        tmp_path / "published",
        vqa_location=[
            ("t1.nii.gz", "lung", "made up"),
            ("t1.nii.gz", "lung/lung", "made up"),
            ("t1.nii.gz", "lung/lung/right lung", "made up"),
            ("t2.nii.gz", "lung/lung/lung upper lobe/right lung upper lobe", "made up"),
            ("t2.nii.gz", "abdomen/liver", "made up"),
            ("t3.nii.gz", "abdomen/liver", "made up"),
        ],
        vqa_presence=[("t1.nii.gz", "heart", "made up", "Yes."), ("t2.nii.gz", "heart", "made up", "No.")],
        case_disorders=[("t1.nii.gz", "Nodule, made up thing"), ("t2.nii.gz", "no findings")],
    )


def counts_of(rows: pl.DataFrame, name: str) -> dict[str, int]:
    return dict(rows.filter(pl.col("type") == name).select("node", "cases").iter_rows())


def test_a_published_path_leads_to_its_node():
    assert node_of("lung/lung/lung upper lobe/right lung upper lobe") == "right upper lobe"
    assert node_of("lung") == node_of("lung/lung") == "lungs"
    assert node_of("bone/left middle toe") == "left middle toe"


def test_paths_of_one_node_count_once_per_volume(published):
    found = released(published)
    assert counts_of(found.rows, "location") == {"lungs": 1, "right lung": 1, "right upper lobe": 1, "liver": 2}
    assert counts_of(found.rows, "presence yes") == counts_of(found.rows, "presence no") == {"heart": 1}
    assert counts_of(found.rows, "disorders") == {"nodule": 1, "made up thing": 1}
    assert found.cases == 3


def test_compressed_files_and_both_splits_are_read(published):
    import gzip

    path = published / "train_vqa_location.csv"
    (published / "validation_vqa_location.csv.gz").write_bytes(
        gzip.compress(path.read_bytes().replace(b"t1", b"v1").replace(b"t2", b"v2").replace(b"t3", b"v3"))
    )
    assert counts_of(released(published).rows, "location")["liver"] == 4


def test_a_folder_of_neither_kind_and_a_file_of_other_columns_are_refused(tmp_path, published):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"neither a build nor a folder with \*vqa_abnormality.csv"):
        released(tmp_path / "empty")
    (published / "train_vqa_size.csv").write_text("Volume,Place\na,b\n")
    with pytest.raises(UsageError, match="no column Volumename, Anatomy; it has Volume, Place"):
        released(published)


def test_questions_are_counted_by_type_and_answer(tmp_path):
    found = built(Build.open(make_build(tmp_path / "build")))
    assert found.rows.rows() == [("presence no", "liver", 2)]
    assert found.made_of == {"presence no": "questions"}


def test_findings_stand_in_where_there_are_no_questions(pristine):
    build = Build.open(pristine)
    found = built(build)
    assert set(found.made_of.values()) <= {"findings", "entities"}
    assert found.cases == build.rows("corpus")
    abnormal = build.scan("findings").filter(pl.col("polarity").cast(pl.String) != "normal")
    anatomies = set(abnormal.collect()["anatomy"]) - {"whole report"}
    assert set(counts_of(found.rows, "location")) == anatomies


def test_a_build_agrees_with_itself(pristine):
    beside = compared(Build.open(pristine), pristine)
    assert beside.cases == beside.reference_cases
    for one in beside.types:
        assert all(node.ours == node.reference for node in one.nodes)
        assert one.spearman in (None, 1.0) and one.only_ours == one.only_reference == 0
    assert "location" in {one.type for one in beside.types}


def test_nodes_that_the_build_lacks_count_nothing_and_words_of_the_reference_are_not_repeated(pristine, published):
    beside = compared(Build.open(pristine), published)
    (location,) = [one for one in beside.types if one.type == "location"]
    assert {node.node: node.reference for node in location.nodes}["liver"] == 2
    assert "made up thing" not in beside.model_dump_json()
    assert {"abnormality", "size"} <= set(beside.missing)


def test_the_order_is_compared_by_rank(tmp_path, pristine):
    ours = counts_of(built(Build.open(pristine)).rows, "location")
    rows = [(f"v{n}", node, "x") for node, many in ours.items() for n in range(3 * many)]
    same = write_released(tmp_path / "same", vqa_location=rows)
    (one,) = [one for one in compared(Build.open(pristine), same).types if one.type == "location"]
    assert one.spearman == one.spearman_both == 1.0
    most = max(ours.values())
    rows = [(f"v{n}", node, "x") for node, many in ours.items() for n in range(1 + most - many)]
    turned = write_released(tmp_path / "turned", vqa_location=rows)
    (one,) = [one for one in compared(Build.open(pristine), turned).types if one.type == "location"]
    assert one.spearman == -1.0


def test_the_comparison_stands_in_the_report_and_on_the_page(good, published, capsys):
    assert medmill(["qc", str(good.folder), "--compare", str(published)]) == 0
    shown = capsys.readouterr().out
    assert "beside published" in shown and "location" in shown
    report = json.loads((good.folder / "qc" / "report.json").read_text())
    assert report["comparison"]["reference"] == "published"
    page = (good.folder / "qc" / "report.html").read_text()
    assert "Beside published" in page and "liver" in page
    run(good.folder)
    assert "Beside published" not in (good.folder / "qc" / "report.html").read_text()


@pytest.mark.real
def test_released_tables_are_counted_as_their_invariants_say(samples):
    """Location rows are presence-yes rows are positive abnormality rows (verified on the released files)."""
    found = released(samples / "radgenome_chestct")
    assert found.cases == 1000
    location, yes = counts_of(found.rows, "location"), counts_of(found.rows, "presence yes")
    assert location == yes and len(location) > 100
    abnormality = counts_of(found.rows, "abnormality")
    assert all(abnormality[node] >= many for node, many in location.items())
    assert abnormality["lungs"] == max(abnormality[node] for node in ("lungs", "right lung", "left lung"))
