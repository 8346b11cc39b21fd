"""Rows about radiology studies: reports, images, independent labels, and the entities read from reports."""

import dataframely as dy

from schemas.columns import cut_from, tag
from schemas.words import (
    ASSERTIONS,
    CERTAINTIES,
    CHANGES,
    LATERALITIES,
    RATE_TYPES,
    SEVERITIES,
    SPLITS,
    STATES,
)


class Report(dy.Schema):
    """One report of one study, as its source has it, with the sections found in it."""

    id = dy.String(primary_key=True, min_length=1, metadata=tag("id"), description="Study id (`s50414267`, `CXR17`).")
    patient = dy.String(nullable=True, metadata=tag("quasi_identifier"), description="Null where the source has none.")
    date = dy.Date(nullable=True, metadata=tag("quasi_identifier"), description="Study date as the source gives it.")
    split = dy.Enum(SPLITS, nullable=True, metadata=tag("label"), description="Official split; null where none.")
    path = dy.String(nullable=True, metadata=tag("path"), description="File within the source folder.")
    text = dy.String(metadata=tag("source_text"), description="The whole text of the report.")
    sections = dy.List(
        dy.Struct(
            {
                "name": dy.String(description="findings, impression, indication, comparison, last_paragraph …"),
                "start": dy.Int32(min=0, description="Offset of the section's text in `text`, in characters."),
                "text": dy.String(description="`text[start : start + len]`, verbatim."),
            }
        ),
        metadata=tag("source_text"),
        description="In order of appearance; a name may occur more than once (addenda).",
    )


class Image(dy.Schema):
    """One image of a study."""

    id = dy.String(primary_key=True, min_length=1, metadata=tag("id"), description="Image id (DICOM id, file stem).")
    study = dy.String(min_length=1, metadata=tag("id"))
    view = dy.String(nullable=True, metadata=tag("label"), description="frontal-pa, frontal-ap, frontal, lateral …")
    path = dy.String(nullable=True, metadata=tag("path"), description="File within the source's image folder.")


class Label(dy.Schema):
    """One label of one study, made by somebody else (people, or a labeller shipped with the source)."""

    study = dy.String(primary_key=True, metadata=tag("id"))
    label_set = dy.String(primary_key=True, metadata=tag("label"), description="openi13, ctrate18, chexpert14.")
    label = dy.String(primary_key=True, metadata=tag("label"))
    state = dy.Enum(STATES, metadata=tag("label"))
    origin = dy.String(metadata=tag("label"), description="people, or the labeller's name and version.")


class Entity(dy.Schema):
    """One entity of one report section, as an annotator read it. Offsets count characters (code points)."""

    report = dy.String(primary_key=True, metadata=tag("id"))
    section = dy.String(primary_key=True, metadata=tag("label"))
    section_index = dy.Int32(primary_key=True, min=0, metadata=tag("label"), description="Which of equal names.")
    start = dy.Int32(primary_key=True, min=0, metadata=tag("label", "characters"), description="Into the section.")
    end = dy.Int32(primary_key=True, min=1, metadata=tag("label", "characters"), description="Behind the last.")
    canonical = dy.String(primary_key=True, metadata=tag("label"), description="Canonical term of our lexicon.")
    sentence = dy.Int32(min=0, metadata=tag("label"), description="Index of the sentence in its section.")
    file_start = dy.Int32(nullable=True, metadata=tag("label", "characters"), description="Into `Report.text`.")
    file_end = dy.Int32(nullable=True, metadata=tag("label", "characters"))
    text = dy.String(
        min_length=1,
        metadata=cut_from("report", section="section", section_index="section_index", start="start", end="end"),
        description="The surface, `section[start:end]`.",
    )
    type = dy.Enum(RATE_TYPES, metadata=tag("label"), description="RaTE type; follows from kind and assertion.")
    assertion = dy.Enum(ASSERTIONS, metadata=tag("label"))
    certainty = dy.Enum(CERTAINTIES, metadata=tag("label"))
    change = dy.Enum(CHANGES, nullable=True, metadata=tag("label"), description="Against a prior; null: unsaid.")
    laterality = dy.Enum(LATERALITIES, nullable=True, metadata=tag("label"))
    severity = dy.Enum(SEVERITIES, nullable=True, metadata=tag("label"))
    anatomy = dy.List(
        dy.String(),
        metadata=tag("label"),
        description="Nodes of `schemas/anatomy.tsv` the entity belongs to.",
    )
    measurements = dy.List(
        dy.Struct(
            {
                "values": dy.List(dy.Float32(), description="mm, one per axis, in order of appearance."),
                "axis": dy.String(nullable=True, description="short, long, ap, craniocaudal …"),
                "comparator": dy.Enum(("=", "<", ">", "<=", ">="), description="`<=`: up to, reaching."),
                "range": dy.Bool(description="The two values are the ends of a range, not two axes."),
                "prior": dy.Bool(description="The value of an earlier study."),
                "owner": dy.Enum(("finding", "calibre"), description="Size of a finding or calibre of an organ."),
            }
        ),
        metadata=tag("label", "mm"),
    )
    flags = dy.List(
        dy.String(),
        metadata=tag("label"),
        description="borderline, masked, laterality_conflict, family_history, variant, artefact, group_maximum …",
    )


class StudyEntity(Entity):
    """An entity, and the study whose report it stands in, under the name that other tables use for it."""

    study = dy.String(metadata=tag("id"))
