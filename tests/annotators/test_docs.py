import polars as pl
import pytest

from annotators.docs import SPANS, docs
from annotators.rules import Findings


def passages(*texts: str) -> pl.DataFrame:
    rows = [(str(number), "findings", 0, text) for number, text in enumerate(texts)]
    return pl.DataFrame(rows, ["report", "section", "section_index", "text"], orient="row")


def test_spans_carry_the_type_and_the_canonical_term():
    frame = passages("No pleural effusion. The heart is enlarged.", "")
    first, empty = docs(frame, Findings().annotate(frame))
    assert ("pleural effusion", "Non-Abnormality", "pleural effusion") in [
        (span.text, span.label_, span.kb_id_) for span in first.spans[SPANS]
    ]
    assert [sentence.text.strip() for sentence in first.sents] == ["No pleural effusion.", "The heart is enlarged."]
    assert len(empty) == 0


def test_documents_survive_spacys_own_format(tmp_path):
    import spacy
    from spacy.tokens import DocBin

    frame = passages("Small left pneumothorax measuring 12 mm.")
    made = list(docs(frame, Findings().annotate(frame)))
    DocBin(docs=made, store_user_data=True).to_disk(tmp_path / "reports.spacy")
    (read,) = DocBin().from_disk(tmp_path / "reports.spacy").get_docs(spacy.blank("en").vocab)
    assert [span.text for span in read.spans[SPANS]] == [span.text for span in made[0].spans[SPANS]]


@pytest.mark.real
def test_entities_begin_and_end_with_spacys_tokens(samples):
    """Our own boundaries, which are faster, are those of spaCy's tokeniser in all but one entity of a thousand."""
    reports = pl.read_csv(samples / "ct_rate/labelled_reports_train.csv.gz", columns=["report_text"]).to_series()
    reports = reports.gather_every(3)
    frame = passages(*reports)
    entities = Findings().annotate(frame)
    aligned = sum(
        span.text == text
        for doc, rows in zip(
            docs(frame, entities),
            entities.partition_by("report", maintain_order=True),
            strict=True,
        )
        for span, text in zip(doc.spans[SPANS], rows["text"], strict=True)
    )
    assert aligned / entities.height > 0.999
