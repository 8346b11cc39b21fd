"""`medmill export`: names of exports only; each is imported when it is called."""

from cyclopts import App

EXPORTS = {
    "reports": "The parsed reports of a source as one table, or as mimic_cxr_sectioned.csv.",
    "qrels": "Rankings as TREC relevance judgements with documented grades.",
    "beir": "Corpus, queries and judgements as BEIR and MTEB load them.",
    "phantoms": "Synthetic chest CTs as files, laid out as CT-RATE lays out its own.",
    "radir": "Whole score matrices in the folders that RadIR's loaders read.",
    "radgenome": "Masks, reports and questions of chest CTs in the folders that RadGenome-Chest CT is published in.",
    "radgenome_vqa": "Questions as the CSV files that loaders of RadGenome-Chest CT read.",
    "rate_eval": "Rated pairs and rewrites in the files that RaTE-Eval is published in.",
    "ner": "Texts with entities as CoNLL, RaTE-NER's published layout, spaCy DocBin or BRAT, from any of them.",
    "mmedbench": "Questions of examinations in the files that MMedBench is published in.",
    "task_files": "An instruction set in the files that MedS-Ins is published in.",
    "chat": "Questions as conversations, one JSON object per line.",
}
"""Sub-commands, each the function of its name in `builders/exports/<name>.py`, and what they are for."""

_LIST = "\n\n".join(f"{name}: {what}" for name, what in EXPORTS.items())
export = App(name="export", help=f"Write a built dataset, or parsed reports, in the formats others read.\n\n{_LIST}")
for _name in EXPORTS:
    export.command(f"builders.exports.{_name}:{_name}", name=_name)
