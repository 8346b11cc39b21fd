import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.stages.corpus import Corpus
from builders.stages.hashing import fraction, hex_digest, number
from schemas.radiology import Report
from schemas.references import passages
from schemas.retrieval import Study


def reports(*rows: dict) -> pl.DataFrame:
    """Report rows from dicts with `id`, `sections` as (name, text) pairs and whatever else matters."""
    frames = []
    for row in rows:
        text, sections = "", []
        for name, words in row.get("sections", ()):
            text += f"{name.upper()}: "
            sections.append({"name": name, "start": len(text), "text": words})
            text += words + "\n"
        frames.append(
            {"patient": None, "date": None, "split": None, "path": None, **row, "text": text, "sections": sections}
        )
    dtypes = {name: column.dtype for name, column in Report.columns().items()}
    return pl.DataFrame(frames, schema=dtypes)


def test_every_text_setting_reads_its_sections():
    frame = reports({"id": "s1", "sections": [("impression", "Normal."), ("findings", "Clear lungs.")]})
    read = {
        text: Corpus(text=text)(frame).frame["text"].item()
        for text in ("findings", "impression", "both", "findings-else-impression")
    }
    assert read == {
        "findings": "Clear lungs.",
        "impression": "Normal.",
        "both": "Clear lungs.\n\nNormal.",
        "findings-else-impression": "Clear lungs.",
    }


def test_the_last_of_equal_sections_counts_and_keeps_its_index():
    frame = reports({"id": "s1", "sections": [("findings", "Addendum."), ("findings", "Small effusion.")]})
    study = Corpus(text="findings")(frame).frame.row(0, named=True)
    assert study["text"] == "Small effusion."
    assert study["passages"][0]["section_index"] == 1


def test_reports_without_words_in_the_wanted_sections_are_rejected_by_id():
    frame = reports(
        {"id": "s1", "sections": [("indication", "Cough.")]},
        {"id": "s2", "sections": [("findings", " . ")]},
        {"id": "s3", "sections": []},
        {"id": "s4", "sections": [("findings", "Clear.")]},
    )
    kept = Corpus(text="both")(frame)
    assert kept.frame["id"].to_list() == ["s4"]
    assert kept.rejected["id"].to_list() == ["s1", "s2", "s3"]
    assert set(kept.rejected["reason"]) == {"no_text"}


def test_last_paragraph_is_read_only_where_nothing_else_is():
    frame = reports(
        {"id": "s1", "sections": [("last_paragraph", "No change.")]},
        {"id": "s2", "sections": [("findings", "Clear."), ("last_paragraph", "Signed.")]},
    )
    assert Corpus(text="both")(frame).frame["id"].to_list() == ["s2"]
    assert Corpus(text="both", last_paragraph=True)(frame).frame["text"].to_list() == ["No change.", "Clear."]


@given(st.lists(st.tuples(st.sampled_from(["findings", "impression", "comparison"]), st.text(min_size=1)), max_size=5))
def test_passages_cut_the_same_words_out_of_text_and_of_the_file(sections):
    frame = reports({"id": "s1", "sections": sections})
    corpus = Corpus(text="both")(frame).frame
    for row in passages(corpus).rows(named=True):
        start = row["offset"]
        assert row["text"] == frame["text"].item()[start : start + len(row["text"])]
    joined = [p["text"] for p in passages(corpus).rows(named=True)]
    assert "\n\n".join(joined) == (corpus["text"].item() if joined else "")


def test_texts_that_differ_in_case_space_and_masks_share_a_group():
    frame = reports(
        {"id": "s1", "sections": [("findings", "No XXXX effusion.")]},
        {"id": "s2", "sections": [("findings", "NO ___\n  effusion.")]},
        {"id": "s3", "sections": [("findings", "Effusion.")]},
    )
    groups = Corpus(text="findings")(frame).frame["dup_group"].to_list()
    assert groups[0] == groups[1] != groups[2]


def test_drawn_splits_keep_patients_together_and_official_ones_stand():
    rows = [{"id": f"s{i}", "patient": f"p{i // 3}", "sections": [("findings", f"Clear {i}.")]} for i in range(600)]
    frame = reports(*rows, {"id": "s600", "patient": "p0", "split": "test", "sections": [("findings", "Clear.")]})
    corpus = Corpus()(frame).frame
    drawn = corpus.filter(pl.col("id") != "s600")
    assert drawn.group_by("patient").agg(pl.col("split").n_unique())["split"].max() == 1
    share = drawn["split"].value_counts(normalize=True)
    assert dict(share.iter_rows())["train"] == pytest.approx(0.8, abs=0.06)
    assert corpus.filter(pl.col("id") == "s600")["split"].item() == "test"


def test_a_draw_does_not_depend_on_the_other_rows():
    frame = reports(*({"id": f"s{i}", "sections": [("findings", f"Words {i}.")]} for i in range(50)))
    whole = Corpus()(frame).frame
    assert Corpus()(frame[10:20]).frame.equals(whole[10:20])


def test_rows_fit_the_schema():
    frame = reports({"id": "s1", "sections": [("findings", "Clear.")]}, {"id": "s2", "sections": []})
    Study.validate(Corpus()(frame).frame.select(Study.column_names()))


def test_fractions_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="must add up to 1"):
        Corpus(fractions=(0.8, 0.1, 0.2))


def test_hashes_never_change():
    assert hex_digest(pl.Series(["p10000032", None])).to_list() == ["1b7d80e4bcd483dc", None]
    assert 0 <= fraction(pl.Series(["a"]), seed="s").item() < 1


def test_the_end_of_a_long_seed_counts_too():
    """Beyond 64 bytes it was cut off: two draws of one long seed were the same draw."""
    ids, seed = pl.Series(["a", "b"]), "s" * 70
    for of in (fraction, hex_digest, number):
        assert of(ids, seed=f"{seed} shots").to_list() != of(ids, seed=f"{seed} split").to_list()
