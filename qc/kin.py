"""Whose studies may not be compared: the patient and the duplicate group of every study."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from qc.build import Build

REASONS: Final[tuple[str, ...]] = ("itself", "same patient", "same text")


class Kin(NamedTuple):
    """By study code: equal numbers for studies of one patient, and for copies of one text; negative where alone."""

    patient: np.ndarray
    group: np.ndarray

    def forbidden(self, query: np.ndarray, candidate: np.ndarray) -> dict[str, np.ndarray]:
        """Which pairs of known studies may not be compared, by reason; the first reason that holds."""
        itself = query == candidate
        patient = ~itself & (self.patient[query] == self.patient[candidate])
        text = ~itself & ~patient & (self.group[query] == self.group[candidate])
        return dict(zip(REASONS, (itself, patient, text), strict=True))


def kin(build: Build) -> Kin:
    """Of all studies of the corpus in sorted order; a study without a patient is alone."""
    corpus = build.scan("corpus", ["id", "patient", "dup_group"]).unique("id", keep="first").sort("id").collect()
    return Kin(_numbers(corpus["patient"]), _numbers(corpus["dup_group"]))


def _numbers(values: pl.Series) -> np.ndarray:
    alone = -1 - np.arange(len(values))
    return np.where(values.is_null(), alone, values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy())


def allowed(build: Build) -> list[str]:
    """Reasons that the settings of the build lift."""
    settings = {name: value for part in build.manifest.settings.values() for name, value in part.items()}
    named = {"same_patient": "same patient", "same_text": "same text"}
    return [reason for setting, reason in named.items() if settings.get(setting) in (True, "allow")]
