"""Headings as departments write them; those with a trap in them first."""

import csv
from pathlib import Path

import pytest

from annotators.exams import headings
from annotators.exams.headings import kind
from schemas.exams import MODALITIES, REGIONS

CASES = (
    ("Direct laryngoscopy", None, None),
    ("SINUSES, 3 VIEWS", "x-ray", "face"),
    ("CTA CHEST W&W/O C&RECONS, NON-CORONARY", "ct", "chest"),
    ("MRA BRAIN W/O CONTRAST", "mri", "brain"),
    ("PET/CT SKULL BASE TO MID THIGH", "pet", "whole-body"),
    ("VENOUS DUP EXT UNI (MAP/DVT) PORT LEFT", "ultrasound", "lower-limb"),
    ("CHEST (PORTABLE AP)", "x-ray", "chest"),
    ("CT HEAD W/O CONTRAST", "ct", "brain"),
    ("CT C-SPINE W/O CONTRAST", "ct", "cervical-spine"),
    ("L-SPINE (AP & LAT)", "x-ray", "lumbar-spine"),
    ("CT ABD & PELVIS WITH CONTRAST", "ct", "abdomen"),
    ("LIVER OR GALLBLADDER US (SINGLE ORGAN)", "ultrasound", "liver"),
    ("THYROID U.S.", "ultrasound", "thyroid"),
    ("BILATERAL DIGITAL SCREENING MAMMOGRAM", "mammography", "breast"),
    ("VIDEO OROPHARYNGEAL SWALLOW", "fluoroscopy", "bowel"),
    ("BONE SCAN", "nuclear-medicine", "whole-body"),
    ("CAROTID SERIES COMPLETE", "ultrasound", "vessels"),
    ("KNEE (AP, LAT & OBLIQUE) LEFT", "x-ray", "lower-limb"),
    ("MR HEAD W & W/O CONTRAST", "mri", "brain"),
    ("PELVIS, NON-OBSTETRIC", None, "pelvis"),
    ("", None, None),
)


@pytest.mark.parametrize(("heading", "modality", "region"), CASES)
def test_headings(heading: str, modality: str | None, region: str | None) -> None:
    assert kind(heading) == (modality, region)
    assert kind(heading.lower()) == (modality, region)


def test_nothing_is_nothing() -> None:
    assert kind(None) == (None, None)


@pytest.mark.parametrize(("name", "known"), [("modalities", MODALITIES), ("regions", REGIONS)])
def test_the_tables_name_all_kinds_and_no_other_and_each_phrase_once(name: str, known: tuple[str, ...]) -> None:
    text = Path(headings.__file__).with_name(f"{name}.tsv").read_text(encoding="utf-8")
    lines = [line for line in csv.reader(text.splitlines(), delimiter="\t") if not line[0].startswith("#")][1:]
    assert {what for _, what in lines} == set(known)
    phrases = [words for words, _ in lines]
    assert len(phrases) == len(set(phrases))
    assert all(headings._MARKS.sub(" ", words.lower()).strip() == words for words in phrases)
    assert len(MODALITIES) == 9 and len(REGIONS) == 23
