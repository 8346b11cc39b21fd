import polars as pl

from builders.stages.images import CorpusKeys, OfStudies, RankImages
from schemas.retrieval import RankedImage
from schemas.words import SPLITS

KEYS = pl.DataFrame({"study": ["s1", "s2"], "split": ["train", "test"]}, schema_overrides={"split": pl.Enum(SPLITS)})


def images(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"id": pl.String, "study": pl.String, "view": pl.String}, orient="row"
    ).with_columns(path=pl.col("id") + ".dcm")


def test_the_postero_anterior_view_stands_for_its_study_then_the_smallest_id():
    frame = images(
        ("c", "s1", "lateral"),
        ("b", "s1", "frontal-ap"),
        ("z", "s1", "frontal-pa"),
        ("y", "s2", None),
        ("x", "s2", None),
    )
    kept = RankImages()(frame, KEYS)
    assert kept.frame.filter("stands_for_study")["id"].to_list() == ["z", "x"]
    RankedImage.validate(kept.frame)


def test_images_of_unknown_studies_are_rejected_by_image_id():
    kept = RankImages()(images(("a", "s1", None), ("b", "s9", None)), KEYS)
    assert kept.frame["id"].to_list() == ["a"]
    assert kept.rejected.rows() == [("b", "study_not_in_corpus", "study s9 is not in the corpus")]


def test_labels_of_unknown_studies_are_rejected_once_per_study():
    labels = pl.DataFrame({"study": ["s1", "s9", "s9"], "label": ["Edema", "Edema", "Mass"]})
    kept = OfStudies()(labels, KEYS)
    assert kept.frame["study"].to_list() == ["s1"]
    assert kept.rejected["id"].to_list() == ["s9"]


def test_keys_are_the_study_and_its_split():
    corpus = pl.DataFrame({"id": ["s1"], "split": ["train"], "text": ["Clear."]})
    assert CorpusKeys()(corpus).rows() == [("s1", "train")]
