"""The sectioner: official rules, offsets, and reports from elsewhere. All sentences are our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.sources.sections import any_sections, last_of_each, official_sections, section_name, sectioned

PLAIN = """                                 FINAL REPORT
 EXAMINATION:  CHEST (PA AND LAT)
 
 INDICATION:  ___ year old woman with cough
 
 FINDINGS: 
 
 Both lungs are clear today.
 
 IMPRESSION: 
 
 Nothing acute.
"""


def named(sections):
    return [(section.name, section.text) for section in sections if section.text]


def test_headings_become_sections():
    assert named(sectioned(PLAIN)) == [
        ("preamble", "FINAL REPORT"),
        ("examination", "CHEST (PA AND LAT)"),
        ("indication", "___ year old woman with cough"),
        ("findings", "Both lungs are clear today."),
        ("impression", "Nothing acute."),
    ]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("CONCLUSION", "impression"),
        ("FINDINGS AND IMPRESSION", "impression"),
        ("FINDINGS/IMPRESSION", "impression"),
        ("FINAL IMPRESSION", "impression"),
        ("IMPERSSION", "impression"),
        ("IMPRESION", "impression"),
        ("COINCLUSION", "impression"),
        ("CHEST, TWO VIEWS", "findings"),
        ("PORTABLE AP CHEST RADIOGRAPH", "findings"),
        ("FINDING", "findings"),
        ("FINIDNGS", "findings"),
        ("COMPARISONS", "comparison"),
        ("COMPARISON FILM", "comparison"),
        ("REFERENCE EXAM", "comparison"),
        ("COMPARSION", "comparison"),
        ("REASON FOR EXAM", "indication"),
        ("REASON FOR EXAMINATION", "indication"),
        ("CLINICAL INDICATION", "indication"),
        ("CLINICAL HISTORY", "history"),
        ("CLINICAL INFORMATION", "history"),
        ("EXAM", "examination"),
        ("RECOMMENDATION(S)", "recommendations"),
        ("WETREAD", "wet read"),
        ("COMPRESSION", "compression"),
        ("NOTIFICATION", "notification"),
    ],
)
def test_headings_are_normalised(heading, name):
    assert section_name(heading) == name


def test_an_empty_findings_section_is_dropped_and_the_other_stays():
    text = "\n CHEST, TWO VIEWS:\n \n FINDINGS: \n \n Small nodule.\n \n IMPRESSION:  \n \n"
    assert named(official_sections(text)) == [("findings", "Small nodule.")]


def test_of_equal_names_the_last_counts_and_all_are_kept():
    text = "\n FINDINGS:  First reading.\n \n FINDINGS:  Second reading.\n"
    sections = sectioned(text)
    assert [section.text for section in sections] == ["First reading.", "Second reading."]
    assert last_of_each(sections, ["findings", "impression"]) == ["Second reading.", None]


def test_without_findings_and_impression_the_last_section_gives_its_later_paragraphs():
    text = "\n INDICATION:  Cough.\n \n COMPARISON:  None.\n \n The heart is large.\n \n No effusion.\n"
    assert named(official_sections(text))[1:] == [
        ("comparison", "None."),
        ("last_paragraph", "The heart is large.\n \n No effusion."),
    ]


def test_a_report_without_headings_has_a_last_paragraph_too():
    text = " Portable film.\n \n The tube is high.\n"
    assert named(official_sections(text)) == [
        ("full report", "Portable film."),
        ("last_paragraph", "The tube is high."),
    ]


def test_a_heading_in_the_first_line_of_a_section_is_no_heading():
    text = "\n FINDINGS:\n IMPRESSION: this stands in the first line.\n \n NOTE:  end.\n"
    assert named(official_sections(text))[0] == ("findings", "IMPRESSION: this stands in the first line.")


def test_words_with_a_colon_inside_a_line_are_no_heading():
    text = "\n FINDINGS:  Lines and TUBES: as before.\n"
    assert named(official_sections(text)) == [("findings", "Lines and TUBES: as before.")]


def test_an_addendum_ends_at_its_line_of_underscores():
    text = f"\n ADDENDUM:  Told by telephone.\n {'_' * 78}\n{' ' * 30}FINAL REPORT\n FINDINGS:  Clear.\n"
    assert named(sectioned(text)) == [
        ("addendum", "Told by telephone."),
        ("preamble", "FINAL REPORT"),
        ("findings", "Clear."),
    ]


def test_slips_of_the_official_table_stay_in_its_own_shape():
    text = "\n NDICATION:  Cough.\n \n COINCLUSION:  Well.\n"
    assert named(sectioned(text)) == [("indication", "Cough."), ("impression", "Well.")]
    assert named(official_sections(text)) == [("impression", "Cough."), ("conclusion", "Well.")]


def test_line_ends_of_windows_change_no_section():
    as_windows = [(name, body.replace("\r\n", "\n")) for name, body in named(sectioned(PLAIN.replace("\n", "\r\n")))]
    assert as_windows == named(sectioned(PLAIN))


HEADINGS = st.sampled_from(["FINDINGS", "IMPRESSION", "COMPARISON", "NOTE", "CHEST, TWO VIEWS", "REASON FOR EXAM"])
BODIES = st.text(alphabet=" \n_.:aB é", max_size=40)


@given(st.lists(st.tuples(HEADINGS, BODIES), max_size=6), BODIES)
def test_every_section_is_cut_out_of_the_text(parts, head):
    text = head + "".join(f"\n {heading}: {body}" for heading, body in parts)
    for sections in (sectioned(text), official_sections(text), any_sections(text)):
        for section in sections:
            assert text[section.start : section.start + len(section.text)] == section.text
            assert section.text == section.text.strip()


@given(st.lists(st.tuples(HEADINGS, BODIES), max_size=6))
def test_sections_come_in_order_and_never_overlap(parts):
    text = "".join(f"\n {heading}: {body}" for heading, body in parts)
    sections = sectioned(text)
    ends = [section.start + len(section.text) for section in sections]
    assert all(end <= section.start for end, section in zip(ends, sections[1:], strict=False))


@pytest.mark.parametrize(
    "text",
    [
        "FINDINGS: Clear.\nIMPRESSION: Well.",
        "Findings: Clear.\n\nImpression: Well.",
        "  Findings:\n  Clear.\n  Conclusion:\n  Well.",
    ],
)
def test_reports_of_other_homes_have_their_headings_found(text):
    assert named(any_sections(text)) == [("findings", "Clear."), ("impression", "Well.")]


def test_a_report_of_another_home_without_headings_is_findings():
    assert named(any_sections("The lungs are clear.")) == [("findings", "The lungs are clear.")]
