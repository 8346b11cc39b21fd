"""Radiology notes in the layout of MIMIC-IV-Note, all invented."""

import csv
import gzip
from pathlib import Path

COLUMNS = ("note_id", "subject_id", "hadm_id", "note_type", "note_seq", "charttime", "storetime", "text")
NOTES = (
    ("10000001-RR-1", "10000001", "EXAMINATION:  CT HEAD W/O CONTRAST\n\nINDICATION:  ___ year old\n\nFINDINGS: \n\n"
     "There is no hemorrhage or mass. The ventricles\nare enlarged.\n\nIMPRESSION: \n\nEnlarged ventricles."),
    ("10000001-RR-2", "10000001", "CHEST RADIOGRAPH\n\nFINDINGS: A small nodule lies in the right upper lobe.\n"
     "IMPRESSION:  Nodule of the right upper lobe, \"new\"."),
    ("10000002-RR-1", "10000002", "EXAMINATION:  Study of an organ\n\nFINDINGS:  The spleen is enlarged."),
    ("10000003-RR-9", "10000003", "EXAMINATION:  US ABD\n\nIMPRESSION:  Cyst of the left kidney, of 12 mm."),
    ("10000004-RR-9", "10000004", "TECHNIQUE:  Nothing was found to be read here."),
)  # fmt: skip
DETAIL = (
    ("10000002-RR-1", "exam_code", "U101", "1"),
    ("10000002-RR-1", "exam_name", "LIVER OR GALLBLADDER US (SINGLE ORGAN)", "1"),
    ("10000002-RR-1", "exam_name", "CHEST (PA & LAT)", "2"),
    ("10000009-RR-1", "exam_name", "CHEST (PA & LAT)", "1"),
)


def write_notes(folder: Path, *, packed: bool = True, detail: bool = True) -> Path:
    """The tree below `folder`, which is returned."""
    home = folder / "note"
    home.mkdir(parents=True)
    rows = [(note, subject, "2", "RR", "1", "2180-05-06 21:19:00", "2180-05-06 23:32:00", text)
            for note, subject, text in NOTES]  # fmt: skip
    _write(home / "radiology.csv", COLUMNS, rows, packed)
    if detail:
        listed = [(note, note[:8], *rest) for note, *rest in DETAIL]
        _write(home / "radiology_detail.csv", ("note_id", "subject_id", "field_name", "field_value", "field_ordinal"),
               listed, packed)  # fmt: skip
    return folder


def _write(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]], packed: bool) -> None:
    with gzip.open(f"{path}.gz", "wt", newline="") if packed else path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(rows)
