"""Which corpora of the catalogue the samples hold, and in which folder."""

SEEN = {
    "pubmedqa": "exams/pubmedqa", "headqa": "exams/headqa", "igakuqa": "exams/igakuqa",
    "frenchmedmcqa": "exams/frenchmedmcqa", "rumeddanet": "exams/rumedbench", "ncbi-disease": "ner/ner_ncbi_disease",
    "bc5cdr": "ner/ner_bc5cdr", "disease-ontology": "ontology/disease_ontology", "pmc-case-reports": "pmc_case_reports",
    "medquad": "web_text/medical/medquad", "e3c": "web_text/medical", "tico-19": "web_text/medical/med_tico19",
    "chinese-medical-dialogue": "web_text/medical/chinese_med_dialogue_sample", "medrbench": "medrbench",
    "openi": "openi",
}  # fmt: skip
"""Corpora that the samples hold, and where."""
