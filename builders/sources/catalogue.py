"""What each source is, its licence and terms, how to obtain it, and where to put it. Facts: docs/terms.md."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """One source in words; `files` names each file with what it is for, the required ones first."""

    what: str
    licence: str
    obtain: str
    put: str
    files: tuple[str, ...]


_OF_ROWS = "that of each row; rows without a known one stay at home, unless you set licence for all of them"

CATALOGUE = {
    "mimic-cxr": About(
        what="MIMIC-CXR: 227,835 chest X-ray studies with reports, Beth Israel Deaconess, Boston",
        licence="PhysioNet Credentialed Health Data Use Agreement 1.5.0: no sharing, no re-identification, research",
        obtain=(
            "https://physionet.org/content/mimic-cxr: create an account, pass the CITI course, sign the agreement; the "
            "reports are one zip file, the images are not needed. Split, metadata and labels: "
            "https://physionet.org/content/mimic-cxr-jpg, the csv.gz files alone"
        ),
        put="one folder, or two: --source mimic-cxr=/data/mimic-cxr,/data/mimic-cxr-jpg; zip and csv.gz stay packed",
        files=(
            "mimic-cxr-reports.zip, or files/p10/…/s*.txt",
            "cxr-study-list.csv.gz (without it: the reports that are there)",
            "cxr-record-list.csv.gz (for the table of images)",
            "mimic-cxr-2.0.0-split.csv.gz (the official split)",
            "mimic-cxr-2.0.0-metadata.csv.gz (views and dates)",
            "mimic-cxr-2.0.0-chexpert.csv.gz (labels to compare with)",
        ),
    ),
    "openi": About(
        what="Open-i: 3,851 chest X-ray reports and 7,466 images, Indiana University",
        licence="CC BY-NC-ND 4.0 as its copies say (see the XML files): not commercial, text verbatim or not at all",
        obtain=(
            "https://openi.nlm.nih.gov/faq#collection: the archive of reports (ecgen-radiology); or the two CSV files "
            "on Kaggle, 'Chest X-rays (Indiana University)'; labels of people: ncbi-nlp/NegBio, folder examples"
        ),
        put="any folder: --source openi=/data/openi; the reports may be packed as indiana_reports.csv.gz",
        files=(
            "indiana_reports.csv[.gz], or ecgen-radiology/*.xml",
            "indiana_projections.csv[.gz] (images and views; the XML files name images without views)",
            "labels*.csv (optional: column filename `CXR<uid>`, and findings as 0 or 1)",
        ),
    ),
    "ct-rate": About(
        what="CT-RATE: 25,692 chest CT scans of 21,304 patients with reports, Istanbul Medipol University",
        licence="CC BY-NC-SA 4.0 and gated: research only, no re-identification, no redistribution of any portion",
        obtain=(
            "https://huggingface.co/datasets/ibrahimhamamci/CT-RATE: sign in, accept the terms; hf download --include "
            "takes parts of it. Labels of people for about 1,000 reports: ibrahimethemhamamci/CT-CLIP on GitHub, "
            "folder text_classifier/data"
        ),
        put="the folder of the download, or one with parts of it: --source ct-rate=/data/CT-RATE",
        files=(
            "dataset/radiology_text_reports/{train,validation}_reports.csv, or labelled_reports_*.csv",
            "dataset/{train,valid}/train_1/train_1a/train_1_a_1.nii.gz … (the volumes)",
            "dataset/metadata/{train,validation}_metadata.csv (kernel, spacing, slope and intercept of volumes)",
            "dataset/multi_abnormality_labels/{train,valid}_predicted_labels.csv (labels to compare with)",
            "map_*_classifier.csv (which scans the labelled reports are of)",
        ),
    ),
    "mimic-iv-note": About(
        what="MIMIC-IV-Note: 2.3 million radiology reports of every kind of examination, Beth Israel Deaconess, Boston",
        licence="PhysioNet Credentialed Health Data Use Agreement 1.5.0: no sharing, no re-identification, research",
        obtain=(
            "https://physionet.org/content/mimic-iv-note: create an account, pass the CITI course, sign the agreement. "
            "Discharge notes are not needed"
        ),
        put=(
            "the folder of the download: --source mimic-iv-note=/data/mimic-iv-note; unpack radiology.csv.gz "
            "(gunzip -k) before reading all of it: a range of a packed file costs unpacking what is before it"
        ),
        files=(
            "note/radiology.csv[.gz]",
            "note/radiology_detail.csv[.gz] (names of examinations; without it: the headings of the reports)",
        ),
    ),
    "articles": About(
        what="Encyclopaedic articles of radiology, one a line, as an export of an encyclopaedia has them",
        licence="that of the encyclopaedia; taken as closed (nothing leaves) unless you set text_may_leave",
        obtain="ask the encyclopaedia: Radiopaedia, for one, needs its permission for datasets",
        put="a file or a folder of files: --source articles=/data/articles.jsonl",
        files=("a file that ends in .jsonl, .csv, .tsv (or these with .gz) or .parquet, with the columns id and text",),
    ),
    "ct-folder": About(
        what="CT volumes of any hospital: a folder of NIfTI files or DICOM series, and a table of their reports",
        licence="yours; taken as closed (nothing leaves, no remote services) unless you set text_may_leave",
        obtain="export both from your archive; columns are named by --set ct-folder.id=…, text=… and volume=…",
        put="a folder with volumes at any depth and the table in it: --source ct-folder=/data/ct",
        files=(
            "a table that ends in .csv, .tsv, .jsonl (or these with .gz) or .parquet (or --set ct-folder.table=FILE)",
            "*.nii, *.nii.gz, *.mha, *.nrrd, or folders of DICOM slices",
        ),
    ),
    "pdf-folder": About(
        what="PDF files (textbooks, guidelines) page by page: text layers, and scanned pages through OCR",
        licence="yours; taken as closed (nothing leaves, no remote services) unless you set text_may_leave",
        obtain=(
            "collect files that you may use. Scans need Tesseract and a pack per language (apt install tesseract-ocr "
            "tesseract-ocr-fra …) and --set pdf-folder.languages=en,fr; without it: --set pdf-folder.ocr=never"
        ),
        put="a folder, one file, or a URL: --source pdf-folder=/data/books",
        files=("*.pdf at any depth", "LICENCES.tsv (optional: columns file and licence, names relative to the folder)"),
    ),
    "rate-eval-folder": About(
        what="RaTE-Eval: pairs of sentences and of paragraphs of reports that people rated (RaTEScore, EMNLP 2024)",
        licence="CC BY 4.0 as its card says; the reports are of MIMIC-IV, so taken as closed to remote services",
        obtain="https://huggingface.co/datasets/Angelakeke/RaTE-Eval; columns of ratings are named by --set if need be",
        put="the folder of the download: --source rate-eval-folder=/data/RaTE-Eval",
        files=(
            "Task1_sentence_rate/{gt_report,similar_report}_{train,test}.json, rate_{train,test}.csv",
            "Task2_paragraph_rate/ with the same names (either task may be missing)",
        ),
    ),
    "benchmark-questions": About(
        what="Questions of benchmarks that must not stand in a training corpus: tables of them, or builds of medmill",
        licence="none is asked for: nothing of them gets into what is made, documents that hold them are left out",
        obtain="build mmedbench, or take the files of any benchmark; --set benchmark-questions.question=…",
        put="files, folders or builds, parted by commas: --source benchmark-questions=out/mmedbench,/data/exam.jsonl",
        files=("files that end in .jsonl, .csv, .tsv (or these with .gz) or .parquet, or a folder with manifest.json",),
    ),
    "reports-table": About(
        what="Reports of any hospital as a table with an id and one or several columns of text",
        licence="yours; taken as closed (nothing leaves, no remote services) unless you set text_may_leave",
        obtain="export it from your archive; columns are named by --set reports-table.id=… and text=…",
        put="one file, a folder of files of one kind, or a URL: --source reports-table=/data/reports.parquet",
        files=("a file that ends in .csv, .tsv, .jsonl (or these with .gz) or .parquet",),
    ),
    "web-jsonl": About(
        what="Documents of the web as JSON lines, one object a line: CulturaX, C4, Dolma, dumps of sites",
        licence=_OF_ROWS,
        obtain=(
            "https://huggingface.co/datasets/uonlp/CulturaX (sign in, accept the terms), allenai/c4, allenai/dolma; or "
            "write your own. Columns are named by --set web-jsonl.text=…, url=metadata.url, licence_column=…"
        ),
        put=(
            "a file, a folder, a URL (s3://bucket/folder, hf://datasets/allenai/c4/en), or several with commas: "
            "--source web-jsonl=/data/dolma. Files of gigabytes are read faster unpacked"
        ),
        files=("*.jsonl or *.ndjson, plain or with .gz or .zst; *.json.gz, *.json.zst (a .json is named itself)",),
    ),
    "web-parquet": About(
        what="Documents of the web as rows of Parquet: CulturaX, FineWeb, and whatever else has a column of text",
        licence=_OF_ROWS,
        obtain=(
            "https://huggingface.co/datasets/uonlp/CulturaX (sign in, accept the terms), HuggingFaceFW/fineweb-2."
            " Columns are named by --set web-parquet.text=…, url=…, licence_column=…"
        ),
        put="a file, a folder, a URL, or several separated by commas: --source web-parquet=hf://datasets/uonlp/CulturaX/fr",
        files=("*.parquet with a column text (or --set web-parquet.text=COLUMN)",),
    ),
    "warc": About(
        what="Pages of the web as crawlers keep them: responses of WARC files, of which the main text is taken",
        licence=_OF_ROWS + "; the licence of a page is the one it links to",
        obtain="https://commoncrawl.org/get-started (warc.paths.gz lists the files), or wget --warc-file of a site",
        put="a file, a folder, a URL, or several separated by commas: --source warc=s3://commoncrawl/crawl-data/…/warc",
        files=("*.warc, or *.warc.gz with a gzip member for each record (fastwarc recompress makes them)",),
    ),
    "wet": About(
        what="Texts that Common Crawl took from pages: conversion records of WET files",
        licence=_OF_ROWS,
        obtain="https://commoncrawl.org/get-started (wet.paths.gz lists the files)",
        put="a file, a folder, a URL, or several separated by commas: --source wet=/data/wet",
        files=("*.wet, or *.wet.gz with a gzip member for each record",),
    ),
    "html-folder": About(
        what="A folder of pages in HTML, as a copy of a site is, of which the main text is taken",
        licence=_OF_ROWS + "; the licence of a page is the one it links to",
        obtain="wget --mirror of a site that allows it, or an export",
        put="a file, a folder, a URL, or several separated by commas: --source html-folder=/data/site",
        files=("*.html, *.htm, *.xhtml, at any depth",),
    ),
    "text-folder": About(
        what="A folder of plain texts, in whatever encoding each is",
        licence=_OF_ROWS,
        obtain="yours",
        put="a file, a folder, a URL, or several separated by commas: --source text-folder=/data/books",
        files=("*.txt, *.md, at any depth",),
    ),
    "synthetic": About(
        what="Synthetic chest X-ray studies in the shape of MIMIC-CXR, from a grammar; no patient, no real sentence",
        licence="open",
        obtain="nothing to obtain: it is made on the fly, the same for the same seed",
        put="a number from 10 to 500,000: --source synthetic=300",
        files=(),
    ),
    "synthetic-ct": About(
        what="Synthetic chest CTs in the shape of CT-RATE: phantoms with planted findings, reports that state them",
        licence="open",
        obtain="nothing to obtain: they are made on the fly, the same for the same seed",
        put="a number from 2 to 100,000: --source synthetic-ct=24",
        files=(),
    ),
    "frenchmedmcqa": About(
        what="FrenchMedMCQA: 3,105 questions of French examinations for pharmacists, most with several right answers",
        licence="Apache-2.0, as the dataset's script and README say",
        obtain="https://github.com/qanastek/FrenchMedMCQA",
        put="the folder of the clone, or one with the files: --source frenchmedmcqa=/data/FrenchMedMCQA",
        files=("corpus/train.json, dev.json, test.json (or with .gz)",),
    ),
    "headqa": About(
        what="HEAD-QA: 6,765 questions of Spanish examinations for posts in health care, some with pictures",
        licence="MIT",
        obtain="https://github.com/aghie/head-qa links to the data",
        put="a folder that holds the files at any depth: --source headqa=/data/head-qa",
        files=("train_HEAD.json, dev_HEAD.json, test_HEAD.json (or with .gz); HEAD_EN is passed over",),
    ),
    "igakuqa": About(
        what="IgakuQA: 2,000 questions of the Japanese national examination for physicians, 2018 to 2022",
        licence="none given (examinations of the Ministry of Health, Labour and Welfare): rows stay home in a release",
        obtain="https://github.com/jungokasai/IgakuQA",
        put="the folder of the clone: --source igakuqa=/data/IgakuQA",
        files=("data/2018/112-A.jsonl … (or with .gz)", "data/2018/112-A_metadata.jsonl … (fields of the questions)"),
    ),
    "medqa-mcmle": About(
        what="MedQA, mainland China: 34,251 questions of the examination for physicians",
        licence="MIT (of the repository)",
        obtain="https://github.com/jind11/MedQA links to the data",
        put="the folder of the unpacked archive: --source medqa-mcmle=/data/MedQA",
        files=("data_clean/questions/Mainland/train.jsonl, dev.jsonl, test.jsonl", "4_options/ in it (options=4)"),
    ),
    "medqa-usmle": About(
        what="MedQA, United States: 12,723 questions of the examination for physicians",
        licence="MIT (of the repository)",
        obtain="https://github.com/jind11/MedQA links to the data",
        put="the folder of the unpacked archive: --source medqa-usmle=/data/MedQA",
        files=("data_clean/questions/US/train.jsonl, dev.jsonl, test.jsonl", "4_options/ in it (options=4)"),
    ),
    "rumeddanet": About(
        what="RuMedDaNet: 1,564 yes-or-no questions about short medical texts in Russian, a task of RuMedBench",
        licence="Apache-2.0 (of the copy at sb-ai-lab)",
        obtain="https://github.com/sb-ai-lab/MedBench",
        put="the folder of the clone: --source rumeddanet=/data/MedBench",
        files=("data/RuMedDaNet/train_v1.jsonl, dev_v1.jsonl, test_v1.jsonl (or with .gz)",),
    ),
}
