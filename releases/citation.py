"""`CITATION.cff`: how to cite a release, and what it was made from."""

from releases.about import About
from schemas.release import Release


def citation(release: Release, about: About) -> str:
    """The file as YAML, in the Citation File Format 1.2.0."""
    import yaml

    fields = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it and the sources it was made from.",
        "type": "dataset",
        "title": about.title or release.name,
        "abstract": about.summary,
        "version": release.version,
        "date-released": release.created[:10],
        "authors": [{"name": "The maintainers of this release"}],
        "references": [
            {"type": "generic", "title": citation, "authors": [{"name": citation.partition(",")[0]}]}
            for citation in sorted(release.terms.citations)
        ],
    }
    return yaml.safe_dump({name: value for name, value in fields.items() if value}, sort_keys=False, allow_unicode=True)
