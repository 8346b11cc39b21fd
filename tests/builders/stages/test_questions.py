"""What is asked follows from reports and masks alone, and is proved by what it names."""

from pathlib import Path

import polars as pl
import pytest

from builders.stages.asking.wording import phrasings
from builders.stages.balance import Balance
from builders.stages.questions import Questions
from schemas.grounding import QUESTION_TYPES, Question
from schemas.volumes import Mask
from tests.builders.stages.asked import questions, solid, tables
from tests.builders.stages.grounded import corpus, volumes

TEXTS = {
    "s_1": "A nodule of 5 mm in the right upper lobe. No pleural effusion. "
    "The consolidation in the left lower lobe has decreased.",
    "s_2": "No nodule in the lungs. Right pleural effusion of 30 mm. The liver is normal.",
    "s_3": "Emphysema in both lungs. Possible nodule in the lingula. Kidney stone in the left kidney.",
}
WHOLE = {
    "right_lung": (2500.0, 60.0, 0.0),
    "left_lung": (2000.0, -60.0, 0.0),
    "right_upper_lobe": (900.0, 60.0, 50.0),
    "left_upper_lobe": (870.0, -60.0, 50.0),
    "left_lower_lobe": (600.0, -60.0, -40.0),
    "right_kidney": (150.0, 50.0, -200.0),
    "left_kidney": (120.0, -50.0, -190.0),
    "liver": (1500.0, 80.0, -120.0),
}
VERTEBRAE = {f"thoracic_vertebrae_{n}_(t{n})": (20.0, 0.0, 150.0 - 25.0 * n) for n in range(1, 13)}


def of(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.filter(pl.col("type") == kind)


@pytest.fixture(scope="module")
def texts() -> pl.DataFrame:
    return questions(corpus(**TEXTS))


@pytest.fixture(scope="module")
def proved() -> pl.DataFrame:
    made = pl.concat([solid(f"{study}_1", **WHOLE, **VERTEBRAE) for study in TEXTS])
    return questions(corpus(**TEXTS), volumes(*(f"{study}_1" for study in TEXTS)), made)


def answers(rows: pl.DataFrame, kind: str) -> dict[tuple[str, str | None, str | None], str]:
    found = of(rows, kind).select("study", "node", "finding", "answer").iter_rows()
    return {(study, node, finding): answer for study, node, finding, answer in found}


def test_presence_follows_the_report(texts: pl.DataFrame) -> None:
    said = answers(texts, "presence")
    assert said["s_1", "right upper lobe", "nodule"] in ("yes", "nodule in the right upper lobe")
    assert said["s_1", "lungs", "nodule"] in ("yes", "nodule in the lungs")
    assert said["s_2", "lungs", "nodule"] in ("no", "no nodule in the lungs")
    assert said["s_1", "pleura", "pleural effusion"] in ("no", "no pleural effusion in the pleura")


def test_nothing_plain_is_asked_of_a_possibility(texts: pl.DataFrame) -> None:
    about = texts.filter(pl.col("study") == "s_3", pl.col("finding") == "nodule")
    assert about.filter(pl.col("type") != "unanswerable").is_empty()


def test_sizes_and_courses_are_those_of_the_report(texts: pl.DataFrame) -> None:
    sizes = answers(texts, "size")
    assert sizes["s_1", "right upper lobe", "nodule"] in ("5 mm", "up to 5 mm")
    assert answers(texts, "change")["s_1", "left lower lobe", "consolidation"] == "better"


@pytest.mark.parametrize("name", ["texts", "proved"])
def test_rows_stand_on_what_they_name(name: str, request: pytest.FixtureRequest) -> None:
    rows: pl.DataFrame = request.getfixturevalue(name)
    shut = rows.filter(pl.col("form") == "closed")
    assert shut.filter(~pl.col("choices").list.contains(pl.col("answer"))).is_empty()
    assert shut.filter(pl.col("choices").list.n_unique() != pl.col("choices").list.len()).is_empty()
    assert rows.filter(pl.col("form") == "open", pl.col("choices").list.len() > 0).is_empty()
    assert not rows["question"].str.contains(r"[{}]|  |^[a-z]").any()
    bare = rows.filter(pl.col("evidence").list.len() == 0, ~pl.col("rule").is_in(["not_mentioned", "out_of_view"]))
    assert bare.is_empty()
    for row in rows.explode("evidence").drop_nulls("evidence").unnest("evidence").iter_rows(named=True):
        assert 0 <= row["start"] < row["end"] <= len(TEXTS[row["study"]])
    assert rows.filter(pl.col("rule").str.starts_with("mask:"), pl.col("masks").list.len() == 0).is_empty()


def test_choices_do_not_tell_the_answer_by_what_they_leave_out(proved: pl.DataFrame) -> None:
    shut = proved.filter(pl.col("form") == "closed", ~pl.col("type").is_in(["location", "larger"]))
    assert shut.group_by("type").agg(pl.col("choices").n_unique())["choices"].max() == 1
    assert shut["type"].n_unique() >= 6


def test_masks_prove_sides_volumes_levels_and_what_is_larger(proved: pl.DataFrame) -> None:
    assert answers(proved, "side")["s_1", None, "nodule"] == "right"
    assert answers(proved, "side")["s_3", None, "kidney stone"] == "left"
    assert answers(proved, "volume_band")["s_2", "liver", None] == "1200 to 1600 ml"
    assert answers(proved, "level")["s_1", "right upper lobe", None] == "T4 vertebra"
    assert answers(proved, "larger")["s_3", "left kidney", None] == "right kidney"
    assert set(of(proved, "larger").filter(pl.col("node") == "left upper lobe")["id"]) == {
        "s_1/larger/left-upper-lobe/left-lower-lobe"
    }, "the upper lobes are about equal"


def test_no_mask_proves_anything_of_a_structure_that_is_cut() -> None:
    cut = {name: (*where, "k_low") for name, where in WHOLE.items()}
    made = pl.concat([solid(f"{study}_1", **cut, **VERTEBRAE) for study in TEXTS])
    rows = questions(corpus(**TEXTS), volumes(*(f"{study}_1" for study in TEXTS)), made)
    assert rows.filter(pl.col("rule").str.starts_with("mask:")).is_empty()


def test_a_scan_without_a_report_is_asked_about_its_masks_alone() -> None:
    made = solid("s_9_1", **WHOLE, **VERTEBRAE)
    keys = corpus(s_9="").select(study="id", split="split")
    frames = [keys, *(frame.clear() for frame in tables(corpus(s_9="x"))[1:4]), made, volumes("s_9_1")]
    rows = Question.validate(Questions()(*frames))
    assert set(rows["type"]) == {"volume_band", "level", "larger"}
    assert set(rows["volume"]) == {"s_9_1"}


def test_a_mirrored_pair_proves_no_side() -> None:
    mirrored = solid("s_1_1", right_upper_lobe=(900.0, -60.0, 0.0), left_upper_lobe=(900.0, 60.0, 0.0))
    assert of(questions(corpus(s_1=TEXTS["s_1"]), volumes("s_1_1"), mirrored), "side").is_empty()


def test_contradicted_sides_are_a_conflict_and_prove_nothing() -> None:
    text = ("A nodule in the right upper lobe.", "Nodule in the left upper lobe.")
    rows = questions(corpus(s_1=text), volumes("s_1_1"), solid("s_1_1", **WHOLE))
    assert "conflict" in of(rows, "unanswerable")["reason"].cast(pl.String)
    assert of(rows, "side").is_empty()
    sided = rows.filter(pl.col("finding") == "nodule", pl.col("node").str.contains("upper lobe"))
    assert set(sided["type"]) == {"unanswerable"}


def test_what_is_out_of_view_is_said_to_be() -> None:
    made = solid("s_1_1", **WHOLE | {"left_kidney": (0.0, 0.0, 0.0)})
    rows = of(questions(corpus(s_1=TEXTS["s_1"]), volumes("s_1_1"), made), "unanswerable")
    assert set(rows.filter(pl.col("reason") == "out_of_view")["node"]) == {"left kidney"}
    silent = rows.filter(pl.col("reason") == "not_mentioned")
    assert silent.filter(pl.col("node") == "left kidney").is_empty()
    assert set(rows.filter(pl.col("reason").is_null())["answer"]) <= {"yes"}


def test_chains_go_from_presence_to_place_to_size(texts: pl.DataFrame) -> None:
    chain = texts.filter(pl.col("chain") == "s_1/nodule").sort("step")
    assert chain["type"].to_list() == ["presence", "location", "size"]
    assert chain["step"].to_list() == [1, 2, 3]
    assert chain["node"][2] == "right upper lobe"
    assert texts.filter(pl.col("chain").is_null() != pl.col("step").is_null()).is_empty()


def test_rows_do_not_depend_on_their_company() -> None:
    alone = [questions(corpus(**{study: text})) for study, text in TEXTS.items()]
    assert pl.concat(alone).sort("id").equals(questions(corpus(**TEXTS)))
    turned = [frame.reverse() for frame in tables(corpus(**TEXTS))]
    assert Questions()(*turned).equals(questions(corpus(**TEXTS)))


def test_fifty_phrasings_of_each_type_in_both_forms() -> None:
    for kind in QUESTION_TYPES:
        texts = [one.text for form in ("open", "closed") for one in phrasings()[kind, form]]
        assert len(texts) == len(set(texts)) >= 50
    told = [one.text for ways in phrasings().values() for one in ways]
    assert all(text.endswith("?") for text in told)


def many() -> pl.DataFrame:
    texts = [TEXTS["s_1"], TEXTS["s_2"], "Nodule in the right upper lobe.", "No nodule in the lungs. Pleural effusion."]
    return questions(corpus(**{f"p_{n}": texts[n * 7 % 11 % 4] for n in range(60)}))


def test_balance_is_exact() -> None:
    rows = many()
    made = Balance()(rows)
    assert made.drop("balanced").equals(rows.drop("balanced"))
    shut = made.filter("balanced", pl.col("form") == "closed")
    group = ["split", "type", "node", "finding"]
    counts = shut.group_by(*group, "answer").len().group_by(group).agg(pl.col("len").n_unique(), n=pl.len())
    assert counts.height > 5
    assert counts.filter((pl.col("len") != 1) | (pl.col("n") < 2)).is_empty()
    assert Balance()(rows.reverse()).equals(made)


@pytest.fixture(scope="module")
def real(samples: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = pl.read_csv(samples / "ct_rate" / "labelled_reports_train.csv.gz").gather_every(3)
    studies = corpus(**dict(rows.select("AccessionNo", "report_text").iter_rows()))
    return studies, Balance()(questions(studies))


@pytest.mark.real
def test_real_reports_give_questions_that_stand_on_their_sentences(real: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    studies, rows = real
    assert rows["study"].n_unique() >= 0.98 * studies.height
    assert set(rows["type"]) >= {"abnormality", "presence", "location", "size", "disorders", "change", "unanswerable"}
    spans = rows.select("study", "evidence").explode("evidence").drop_nulls("evidence").unnest("evidence").unique()
    length = studies.select(study="id", length=pl.col("text").str.len_chars())
    assert spans.join(length, on="study").filter(pl.col("end") > pl.col("length")).is_empty()
    shut = rows.filter(pl.col("form") == "closed")
    assert shut.filter(~pl.col("choices").list.contains(pl.col("answer"))).is_empty()
    assert rows.filter(pl.col("rule").str.starts_with("mask:")).is_empty(), "there are no masks"


def test_no_masks_at_all_is_no_error() -> None:
    frames = tables(corpus(s_1="The liver is normal."))
    assert frames[-2].columns == list(Mask.columns())
    Questions()(*(frame.clear() for frame in frames))
