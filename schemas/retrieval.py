"""Rows of an image-retrieval dataset mined from reports (RadIR, arXiv 2503.04653: MIMIC-IR, CTRATE-IR)."""

import dataframely as dy

from schemas.columns import cut_from, tag
from schemas.words import POLARITIES, RATE_TYPES, SPLITS, VIA

STRATA = ("top", "high", "middle", "low", "random")
"""Why a candidate stands in `rankings`. `top`: among the k best. `high` [0.75, 1], `middle` [0.5, 0.75) and
`low` [-1, 0.5): a seeded sample of that score band outside the top (0.75: RadIR's threshold for training pairs).
`random`: a seeded sample whatever the score. Samples are drawn over distinct finding sets, one study for each,
so that thousands of copies of the same normal finding do not fill them."""

BANDS = {"high": (0.75, float("inf")), "middle": (0.5, 0.75), "low": (float("-inf"), 0.5)}
"""Scores of the sampled strata: from the first, below the second."""


class RankedImage(dy.Schema):
    """One image of the dataset; MIMIC-IR is loaded per image, studies are ranked."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    study = dy.String(metadata=tag("id"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    view = dy.String(nullable=True, metadata=tag("label"))
    path = dy.String(nullable=True, metadata=tag("path"))
    stands_for_study = dy.Bool(metadata=tag("label"), description="The one image that stands for its study.")


class RankedVolume(dy.Schema):
    """One reconstruction of a scan of the corpus; scans are ranked, so those of one are no candidates."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    study = dy.String(metadata=tag("id"), description="The scan, as in `corpus`.")
    split = dy.Enum(SPLITS, metadata=tag("label"))
    reconstruction = dy.Int32(min=1, metadata=tag("label"), description="Number among those of its scan.")
    kernel = dy.String(nullable=True, metadata=tag("label"), description="Convolution kernel as the scanner names it.")
    slice_spacing = dy.Float32(nullable=True, metadata=tag("label", "mm"), description="As the source's table says.")
    path = dy.String(metadata=tag("path"))
    stands_for_study = dy.Bool(metadata=tag("label"), description="The one reconstruction that stands for its scan.")


class Study(dy.Schema):
    """One study of the corpus: a query and a candidate."""

    id = dy.String(primary_key=True, metadata=tag("id", identifies="study"))
    patient = dy.String(nullable=True, metadata=tag("quasi_identifier", identifies="subject"))
    date = dy.Date(nullable=True, metadata=tag("quasi_identifier"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    section_used = dy.String(metadata=tag("label"), description="findings, impression, findings+impression …")
    text = dy.String(
        metadata=cut_from("id", passages="passages"), description="The text that was read: its passages, joined."
    )
    passages = dy.List(
        dy.Struct(
            {
                "section": dy.String(),
                "section_index": dy.Int32(min=0, description="Which of the report's sections of that name."),
                "start": dy.Int32(min=0, description="Offset of the passage in `text`, in characters."),
                "length": dy.Int32(min=0),
                "file_start": dy.Int32(min=0, description="Offset of the passage in `Report.text`."),
            }
        ),
        metadata=tag("label", "characters"),
        description="Where each part of `text` comes from.",
    )
    report_key = dy.String(
        metadata=tag("text_key"), description="SHA-256 of the whole report; keys the hashes that stand for its text."
    )
    n_words = dy.Int32(min=0, metadata=tag("count", "words"))
    dup_group = dy.String(
        metadata=tag("text_group", identifies="text"),
        description="Equal for texts that differ at most in case, white space and masks.",
    )


class CorpusKey(dy.Schema):
    """Which studies the corpus holds, under the name that other tables use for them."""

    study = dy.String(primary_key=True, metadata=tag("id"))
    split = dy.Enum(SPLITS, metadata=tag("label"))


class StudyFinding(dy.Schema):
    """What a report says of one anatomy of one study; anatomy `whole report` holds everything."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="`s50414267/left-lower-lobe`.")
    study = dy.String(metadata=tag("id"))
    anatomy = dy.String(metadata=tag("label"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    polarity = dy.Enum(POLARITIES, metadata=tag("label"))
    entities = dy.List(
        dy.Struct(
            {
                "term": dy.String(),
                "type": dy.Enum(RATE_TYPES),
                "via": dy.Enum(VIA),
                "laterality": dy.String(nullable=True),
                "severity": dy.String(nullable=True),
                "change": dy.String(nullable=True),
            }
        ),
        metadata=tag("label"),
        description="In report order; this order decides arg-max ties in RaTEScore.",
    )


class SurfaceFinding(StudyFinding):
    """The same where `term` is not our canonical term but the words of the report."""

    entities = dy.List(
        StudyFinding.entities.inner,
        metadata=tag("source_text"),
        description="As in `StudyFinding`; `term` is the surface in lower case.",
    )


class Ranking(dy.Schema):
    """One candidate of one query for one anatomy."""

    query = dy.String(primary_key=True, metadata=tag("id"))
    anatomy = dy.String(primary_key=True, metadata=tag("label"))
    candidate = dy.String(primary_key=True, metadata=tag("id"))
    stratum = dy.Enum(STRATA, primary_key=True, metadata=tag("label"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    polarity = dy.Enum(POLARITIES, metadata=tag("label"), description="Of the query, as in `findings`.")
    rank = dy.Int32(nullable=True, min=1, metadata=tag("label"), description="1 is best; null outside the top.")
    score = dy.Float32(metadata=tag("score"), description="RaTEScore, symmetric, self 1.")
    n_tied = dy.Int32(nullable=True, min=1, metadata=tag("count"), description="Candidates of exactly this score.")
    rank_min = dy.Int32(nullable=True, min=1, metadata=tag("label"), description="Best rank the tie allows.")
    rank_max = dy.Int32(nullable=True, min=1, metadata=tag("label"), description="Worst rank the tie allows.")
    same_side = dy.Bool(nullable=True, metadata=tag("label"), description="Same set of sides; null: none said.")
    same_severity = dy.Bool(nullable=True, metadata=tag("label"), description="Likewise for severity words.")
    same_change = dy.Bool(nullable=True, metadata=tag("label"), description="Likewise for change words.")
