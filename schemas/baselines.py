"""Rows of the baseline runs that are written beside a retrieval dataset."""

import dataframely as dy

from schemas.columns import tag
from schemas.words import SPLITS

BASELINES = ("random", "tfidf", "label_overlap")
"""Runs that an evaluator can be checked against: seeded chance, TF-IDF over the text, Jaccard of label sets."""


class Baseline(dy.Schema):
    """One candidate of one query in a baseline run; the whole report, without regard to findings."""

    method = dy.Enum(BASELINES, primary_key=True, metadata=tag("label"))
    query = dy.String(primary_key=True, metadata=tag("id"))
    candidate = dy.String(primary_key=True, metadata=tag("id"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    rank = dy.Int32(min=1, metadata=tag("label"), description="1 is best; equal scores by a seeded hash.")
    score = dy.Float32(metadata=tag("score"), description="Cosine, Jaccard, or a draw in [0, 1).")
