"""The tables of figures that a corpus of documents is judged by."""

from qc.build import Build
from qc.corpora.attrition import attrition
from qc.corpora.contamination import contamination
from qc.corpora.counts import counts
from qc.corpora.duplicates import duplicates
from qc.corpora.found import corpora
from qc.corpora.languages import languages
from qc.corpora.licences import licences
from qc.corpora.pages import pages
from qc.corpora.personal_data import personal_data
from qc.corpora.sites import sites
from schemas.quality import Sheet


def sheets(build: Build) -> list[Sheet]:
    """All of them that have something to say, in the order of the page; none for a build without a corpus."""
    if not corpora(build):
        return []
    made = (counts, attrition, pages, languages, duplicates, contamination, personal_data, sites, licences)
    return [sheet for make in made if (sheet := make(build)) is not None]
