"""The synthetic source: the truth it tells about its reports is true."""

import subprocess
import sys

import polars as pl
import pytest

from builders.sources.grammar.words import words
from builders.sources.mimic_rows import LABELS
from builders.sources.synthetic import Synthetic
from schemas.anatomy import names
from schemas.errors import SourceError
from tests.builders.sources.reading import cut_out_verbatim, read_all


@pytest.fixture(scope="module")
def source():
    return Synthetic(location="1200")


@pytest.fixture(scope="module")
def reports(source):
    return read_all(source).frame


@pytest.fixture(scope="module")
def truth(source):
    return pl.concat([source.truth(shard.name) for shard in source.shards("reports")])


def test_as_many_studies_as_asked_for_with_ids_of_their_own(reports):
    assert reports.height == 1200 == reports["id"].n_unique()
    assert reports["id"].str.contains(r"^s5\d{7}$").all()
    assert reports["patient"].str.contains(r"^p1\d{7}$").all()


def test_ids_never_meet_up_to_the_largest_size():
    step, ids = 6_180_339, 10_000_000
    assert len({place * step % ids for place in range(500_000)}) == 500_000


def test_patients_have_one_split_and_some_have_several_studies(reports):
    by_patient = reports.group_by("patient").agg(pl.col("split").n_unique().alias("splits"), pl.len())
    assert by_patient["splits"].max() == 1
    assert by_patient["len"].max() >= 4
    assert set(reports["split"]) == {"train", "validation", "test"}


def test_studies_of_a_patient_come_in_order_of_time(reports):
    later = reports.with_columns(gap=pl.col("date").diff().over("patient").dt.total_days())
    assert later["gap"].drop_nulls().min() > 0


def test_lines_are_as_wide_as_in_the_original(reports):
    lines = reports.select(pl.col("text").str.split("\n").explode())
    assert lines.select(pl.col("text").str.len_chars().max()).item() <= 79


def test_sections_are_cut_out_verbatim(reports):
    assert cut_out_verbatim(reports)


def test_every_entity_is_where_the_truth_says(reports, truth):
    sections = (
        reports.select(report="id", s="sections")
        .explode("s")
        .unnest("s")
        .rename({"name": "section", "text": "body", "start": "at"})
        .with_columns(section_index=pl.int_range(pl.len(), dtype=pl.Int32).over("report", "section"))
    )
    found = truth.join(sections, on=["report", "section", "section_index"], how="left")
    assert found["body"].null_count() == 0
    surface = pl.col("body").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    assert found.select((surface == pl.col("text")).all()).item()
    assert found.select((pl.col("at") + pl.col("start") == pl.col("file_start")).all()).item()


def test_surfaces_are_words_of_their_concept(truth):
    grammar = words().terms
    of_terms = truth.filter(pl.col("concept").is_in(list(grammar)))
    for concept, text in of_terms.select("concept", "text").unique().iter_rows():
        plain = " ".join(text.lower().split())
        stems = [surface.text.lower().removesuffix("x").removesuffix("y") for surface in grammar[concept].surfaces]
        assert any(plain.startswith(stem) for stem in stems), (concept, text)


@pytest.mark.parametrize("wrong", ["opacitys", "densitys", "processs", "thoraxs"])
def test_plurals_are_those_of_the_language(reports, wrong):
    assert not reports["text"].str.to_lowercase().str.contains(wrong).any()


def test_anatomy_is_named_as_everywhere(truth):
    assert set(truth["anatomy"].explode()) <= set(names())


def test_there_is_variety(reports, truth):
    assert truth.select(pl.struct("concept", "assertion", "laterality", "severity").n_unique()).item() > 500
    assert set(truth["assertion"]) == {"present", "absent", "uncertain", "resolved", "historical", "hypothetical"}
    assert truth["change"].drop_nulls().n_unique() >= 4
    assert truth["sizes"].list.len().max() == 2
    held = reports.select(pl.col("sections").list.eval(pl.element().struct["name"]).list.join(","))["sections"]
    assert {shape in held.str.join(" ").item() for shape in ("addendum", "last_paragraph")} == {True}


def test_a_concept_is_not_present_and_absent_in_one_report(truth):
    read = truth.filter(pl.col("section").is_in(["findings", "impression", "last_paragraph"]))
    said = read.group_by("report", "concept").agg(pl.col("assertion").unique())
    both = said.filter(pl.col("assertion").list.contains("present") & pl.col("assertion").list.contains("absent"))
    assert both.filter(pl.col("concept").is_in(list(words().terms))).height == 0


def test_labels_follow_from_the_truth(source, truth):
    labels = read_all(source, "labels").frame
    assert labels.height == 1200 * len(LABELS)
    read = truth.filter(pl.col("section").is_in(["findings", "impression", "last_paragraph"]))
    with_effusion = set(read.filter(concept="pleural effusion", assertion="present")["report"])
    effusion = labels.filter(label="Pleural Effusion", state="present")
    assert with_effusion and with_effusion <= set(effusion["study"])


def test_images_belong_to_studies(source, reports):
    images = read_all(source, "images").frame
    assert images["id"].is_unique().all()
    assert images["id"].str.contains(r"^([0-9a-f]{8}-){4}[0-9a-f]{8}$").all()
    assert set(images["study"]) == set(reports["id"])
    assert {"frontal-pa", "frontal-ap", "lateral"} <= set(images["view"])


def test_the_same_in_another_process(source):
    program = "from builders.sources.synthetic import Synthetic; import hashlib; s = Synthetic(location='1200'); "
    program += "print(hashlib.sha256(''.join(s.read('reports', '000500-000999')['text']).encode()).hexdigest())"
    here = source.read("reports", "000500-000999")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    import hashlib

    assert done.stdout.strip() == hashlib.sha256("".join(here["text"]).encode()).hexdigest()


def test_a_larger_set_begins_with_the_smaller(source):
    small, large = source.read("reports", "000000-000499"), Synthetic(location="5000").read("reports", "000000-000499")
    assert small.equals(large)


def test_another_seed_gives_other_reports(source):
    other = Synthetic(location="1200", seed="other").read("reports", "000000-000499")
    assert not other["text"].equals(source.read("reports", "000000-000499")["text"])


@pytest.mark.parametrize("location", ["9", "500001", "many", "-3", "3.5", ""])
def test_a_size_that_is_none_is_refused(location):
    with pytest.raises(SourceError, match="from 10 to 500000"):
        Synthetic(location=location).shards("reports")


@pytest.mark.parametrize("location", ["10", "1_000", "500000"])
def test_sizes_from_ten_to_half_a_million(location):
    shards = Synthetic(location=location).shards("reports")
    assert int(shards[-1].name.split("-")[1]) + 1 == int(location.replace("_", ""))
