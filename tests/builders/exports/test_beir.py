"""The BEIR and MTEB layout: ids that meet, and text only where it may leave."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.cli import run
from builders.exports.beir import write_beir
from qc.build import Build
from schemas.errors import UsageError
from schemas.terms import Terms


def write(good: Any, out: Path, splits: tuple[str, ...] = ("test",), anatomies: tuple[str, ...] = ()) -> None:
    write_beir(Build.open(good.folder), out, splits, anatomies)


def test_ids_of_the_parts_meet_in_each_split(good: Any, tmp_path: Path) -> None:
    """One corpus held both splits, so that test queries met studies of train that nobody had judged."""
    write(good, tmp_path, ("test", "validation"), ("whole report", "lungs"))
    for split in ("test", "validation"):
        folder = tmp_path / split
        corpus, queries = pl.read_ndjson(folder / "corpus.jsonl"), pl.read_ndjson(folder / "queries.jsonl")
        assert set(corpus["_id"]) == set(good.read("corpus").filter(split=split)["id"])
        qrels = pl.read_csv(folder / "qrels" / f"{split}.tsv", separator="\t")
        assert qrels.columns == ["query-id", "corpus-id", "score"]
        assert qrels.equals(pl.read_ndjson(folder / "qrels.jsonl"))
        assert set(qrels["query-id"]) <= set(queries["_id"])
        assert set(qrels["corpus-id"]) <= set(corpus["_id"])
        assert set(qrels["score"]) <= {1, 2, 3}


def test_a_query_has_the_id_of_its_study_for_the_whole_report_alone(good: Any, tmp_path: Path) -> None:
    """`ignore_identical_ids` of BEIR and MTEB drops the query itself only where the ids are equal."""
    write(good, tmp_path, anatomies=("whole report", "lungs"))
    queries = pl.read_ndjson(tmp_path / "queries.jsonl")
    own = queries.filter(anatomy="whole report")
    assert own["_id"].equals(own["study"].alias("_id"))
    lungs = queries.filter(anatomy="lungs")
    assert (lungs["_id"] == lungs["study"] + "/lungs").all() and lungs.height


def test_what_is_no_candidate_is_listed_per_query(good: Any, tmp_path: Path) -> None:
    write(good, tmp_path, ("train",), ("whole report", "lungs"))
    corpus = {row["id"]: row for row in good.read("corpus").filter(split="train").to_dicts()}
    listed = {row["query-id"]: row["corpus-ids"] for row in pl.read_ndjson(tmp_path / "excluded.jsonl").to_dicts()}
    for query, others in listed.items():
        own = corpus[query.split("/")[0]]
        assert others == sorted(
            row["id"]
            for row in corpus.values()
            if row["patient"] == own["patient"] or row["dup_group"] == own["dup_group"]
        )
    assert listed.keys() == set(pl.read_ndjson(tmp_path / "queries.jsonl")["_id"])
    qrels = pl.read_ndjson(tmp_path / "qrels.jsonl")
    assert not [row for row in qrels.iter_rows() if row[1] in listed[row[0]]]


def test_a_patients_studies_are_candidates_where_the_build_says_so(good: Any, tmp_path: Path) -> None:
    good.update(settings={"study_keys": {"same_patient": True}})
    write(good, tmp_path, ("validation",))
    assert set(pl.read_ndjson(tmp_path / "excluded.jsonl")["corpus-ids"].list.len()) == {1}
    assert "patient's" not in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_text_is_written_where_it_may_leave(good: Any, tmp_path: Path) -> None:
    write(good, tmp_path)
    texts = dict(good.read("corpus").select("id", "text").iter_rows())
    assert {
        row["_id"]: row["text"] for row in pl.read_ndjson(tmp_path / "corpus.jsonl").to_dicts()
    }.items() <= texts.items()


def test_ids_and_paths_stand_alone_where_text_may_not_leave(good: Any, tmp_path: Path) -> None:
    good.update(terms=asdict(Terms(text_may_leave="no")))
    write(good, tmp_path / "beir")
    for name in ("corpus.jsonl", "queries.jsonl"):
        rows = pl.read_ndjson(tmp_path / "beir" / name)
        assert rows["text"].unique().to_list() == [""]
        assert rows["path"].null_count() == 0
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "beir").rglob("*") if path.is_file())
    assert not [text for text in good.read("corpus")["text"] if text.split(". ")[0] in written]


def test_an_anatomy_that_is_not_ranked_is_refused(good: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is ranked for knee"):
        write(good, tmp_path, anatomies=("knee",))


@pytest.mark.parametrize("splits", [("test",), ("train", "test")])
def test_datasets_loads_every_config_and_split(good: Any, tmp_path: Path, splits: tuple[str, ...]) -> None:
    """The qrels were tab-separated, and `datasets` read them as JSON like the rest."""
    from datasets import get_dataset_config_names, load_dataset

    out = tmp_path / "out"
    order = [word for split in splits for word in ("--split", split)]
    assert run(["export", "beir", str(good.folder), "--out", str(out), *order]) == 0
    assert get_dataset_config_names(str(out)) == ["corpus", "queries", "qrels", "excluded"]
    for name in get_dataset_config_names(str(out)):
        found = load_dataset(str(out), name, cache_dir=str(tmp_path / "cache"))
        assert set(found) == set(splits)
        for split in splits:
            home = out / split if len(splits) > 1 else out
            assert found[split].to_list() == pl.read_ndjson(home / f"{name}.jsonl").to_dicts()


def test_the_code_of_the_card_takes_out_what_is_no_candidate(good: Any, tmp_path: Path) -> None:
    from datasets import load_dataset

    write(good, tmp_path / "out", ("train",))
    code = (tmp_path / "out" / "README.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    ids = good.read("corpus").filter(split="train")["id"].to_list()
    load = partial(load_dataset, cache_dir=str(tmp_path / "cache"))
    names: dict[str, Any] = {"load_dataset": load, "folder": str(tmp_path / "out")}
    names["results"] = {query: dict.fromkeys(ids, 1.0) for query in ids}
    exec(code, names)
    excluded = {
        row["query-id"]: row["corpus-ids"] for row in pl.read_ndjson(tmp_path / "out/excluded.jsonl").to_dicts()
    }
    assert {q: len(found) for q, found in names["results"].items()} == {
        q: len(ids) - len(others) for q, others in excluded.items()
    }
    assert len(code.splitlines()) == 2
