"""The closed lists that declarations of instruction tasks choose from, each with where it comes from."""

from typing import Final

CATEGORIES: Final = (
    "Diagnosis",
    "Treatment Planning",
    "Clinical Outcome Prediction",
    "Information Extraction",
    "Text Summarization",
    "NER",
    "Text Classification",
    "Text Retrieval",
    "MCQA",
    "Explanation",
    "Rationale",
    "Fact Verification",
    "NLI",
    "Intent Identification",
    "Translation",
    "Dialogue",
    "Sentence Composition Analysis",
    "Word Relation Classification",
    "Wrong Candidate Generation",
)
"""The 19 of MedS-Ins (arXiv 2408.12547), in its spelling."""

MORE_CATEGORIES: Final = (
    "Question Generation",
    "Question Answering",
    "Text Generation",
    "Text Completion",
    "Text Similarity",
    "Knowledge",
    "NER/Relation",
    "Error Detection",
)
"""What published task files say beside the 19."""

STATUSES: Final = ("real", "format", "unidentified", "not-rebuilt")
"""`real`: files of the corpus are among the samples; `format`: its documented layout alone is known here;
`unidentified`: nobody published what the source is; `not-rebuilt`: known, and left out for the reason of the note."""
READY: Final = ("real", "format")

METRICS: Final = ("accuracy", "contained", "bleu-rouge", "entity-f1", "label-f1")
"""Right answers; the right words stand in the answer; BLEU and ROUGE; F1 of entities; macro F1 of several labels."""

DOMAINS: Final = ("knowledge base", "clinical text", "paper", "exam", "conversation")
"""The five of MedS-Ins."""

SPLIT_RULES: Final = ("published", "nine-to-one", "test-only")
"""The splits of the corpus; a tenth of the documents to test; all of it to test."""

EVIDENCE: Final = ("HF-filename", "repo-script", "inferred", "own")
"""How it is known that the published task has this source: a name of a published file, a published script, or only
the wording of the task; `own` is a task that nobody published."""

BENCH: Final = (
    "MCQA",
    "Text_summarization",
    "Information_extraction",
    "Explanation",
    "Rationale",
    "NER",
    "Diagnosis",
    "Treatment_planning",
    "Clinical_outcome_prediction",
    "Text_classification",
    "Fact_verication",
    "NLI",
)
"""The twelve folders of MedS-Bench, with its spelling of verification."""

LICENCE_WORDS: Final = ("unknown", "credentialed", "per-document")
"""What stands where no one licence does: none is known, an agreement is to be signed, or each document has its own."""

_ISO: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu"
)
LANGUAGES: Final = tuple(_ISO.split())
"""ISO 639-1."""
