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
    "reports-table": About(
        what="Reports of any hospital as a table with an id and one or several columns of text",
        licence="yours; taken as closed (nothing leaves, no remote services) unless you set text_may_leave",
        obtain="export it from your archive; columns are named by --set reports-table.id=… and text=…",
        put="one file, a folder of files of one kind, or a URL: --source reports-table=/data/reports.parquet",
        files=("a file that ends in .csv, .tsv, .jsonl (or these with .gz) or .parquet",),
    ),
    "synthetic": About(
        what="Synthetic chest X-ray studies in the shape of MIMIC-CXR, from a grammar; no patient, no real sentence",
        licence="open",
        obtain="nothing to obtain: it is made on the fly, the same for the same seed",
        put="a number from 10 to 500,000: --source synthetic=300",
        files=(),
    ),
}
