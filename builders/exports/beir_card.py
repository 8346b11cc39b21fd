"""The card of a BEIR export: how `datasets` and MTEB find its parts, and what to know before scoring with it."""

from collections.abc import Mapping
from typing import Final

from qc.build import Build
from qc.exclusions import same_patient

CONFIGS: Final = ("corpus", "queries", "qrels", "excluded")
"""All JSON lines: `datasets` reads every config of a folder by the reader of the first."""
_CARD: Final = """---
configs:
{configs}
---

# {dataset}

Retrieval of studies that say the like of {anatomies}, made by medmill {medmill} (manifest {manifest}).
A query's `_id` is the study for the whole report, and `STUDY/ANATOMY` for an anatomy; grades go from 1 (shares some)
to 3 (says nearly the same). The best candidates and samples of the others are judged; what is not in qrels counts 0.
{words}

`datasets` and MTEB load this folder, every config with a split of its own name; BEIR's `GenericDataLoader` loads
{beir}.

What is no candidate of a query stands in `excluded`: {excluded}.
A retriever will find them first and nobody judged them, so take them out of its results before scoring:

```python
excluded = {{row["query-id"]: set(row["corpus-ids"]) for row in load_dataset(folder, "excluded", split="{split}")}}
results = {{q: {{d: s for d, s in found.items() if d not in excluded[q]}} for q, found in results.items()}}
```
"""
_TEXT: Final = "`text` holds the section of the report that was read."
_NO_TEXT: Final = "The terms of the source keep its text out: join `_id`, or `path` of the image, with your own copy."


def card(build: Build, homes: Mapping[str, str], anatomies: tuple[str, ...]) -> str:
    """`homes`: the folder of each split, relative to the card."""
    patient = "" if same_patient(build) else ", its patient's other studies"
    last = list(homes)[-1]
    return _CARD.format(
        configs="\n".join(_config(name, homes) for name in CONFIGS),
        dataset=build.manifest.dataset,
        anatomies=", ".join(anatomies),
        medmill=build.manifest.medmill,
        manifest=build.manifest_sha256,
        words=_TEXT if build.manifest.terms.shows_text() else _NO_TEXT,
        beir="it too" if len(homes) == 1 else "the folder of a split, since each split has a corpus of its own",
        excluded=f"itself{patient} and copies of its text",
        split=last,
    )


def _config(name: str, homes: Mapping[str, str]) -> str:
    files = "".join(f"\n  - split: {split}\n    path: {_path(home, name)}" for split, home in homes.items())
    return f"- config_name: {name}\n  data_files:{files}"


def _path(home: str, name: str) -> str:
    return f"{name}.jsonl" if home == "." else f"{home}/{name}.jsonl"
