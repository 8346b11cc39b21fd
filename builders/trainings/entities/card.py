"""The card of a trained model, `README.md` in its folder: data, settings, figures, limits; no text of the data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from builders.trainings.entities.result import Result
from builders.trainings.entities.scores import Scores


def card(result: Result, name: str) -> str:
    """Markdown, with the YAML that the Hub reads; `name` is that of the folder."""
    import yaml

    told = yaml.safe_dump(_hub_fields(result), sort_keys=False, allow_unicode=True)
    return f"---\n{told}---\n" + "\n".join(_lines(result, name)) + "\n"


def _hub_fields(result: Result) -> dict[str, Any]:
    fields = {"library_name": result.engine, "pipeline_tag": "token-classification", "tags": ["medmill"]}
    return fields if result.engine == "spacy" or result.base == "small" else {**fields, "base_model": result.base}


def _lines(result: Result, name: str) -> Iterator[str]:
    types = sorted({label[2:] for label in result.corpus.labels if label != "O"})
    yield f"# {name}\n"
    yield f"Finds entities in text: {', '.join(types)}. Trained with `medmill train ner`{_from(result)}.\n"
    yield "## Data\n"
    yield f"Fingerprint (texts and entities, in order): `sha256:{result.corpus.fingerprint}`\n"
    yield "| split | texts | entities |\n|---|---|---|"
    for split, texts in result.corpus.splits.items():
        yield f"| {split} | {len(texts):,} | {sum(len(own.entities) for own in texts):,} |"
    yield "\n## Figures\n"
    yield "An entity counts where both borders and the type are equal (as seqeval counts), on characters."
    for split, scores in result.scores.items():
        yield f"\n{split}:\n"
        yield from _table(scores)
    yield "\nThe validation split chose when to stop, so its figures flatter." + _without_test(result)
    yield f"\nMicro-F1 on it by rounds: {', '.join(f'{value:.3f}' for value in result.history)}\n"
    yield "## Settings\n"
    yield from (f"- {setting}: {value}" for setting, value in result.settings.items())
    yield "\n## Limits\n"
    yield from _limits(result)


def _from(result: Result) -> str:
    if result.engine == "spacy":
        return " as a spaCy pipeline, from nothing but the data below"
    return ", from nothing but the data below" if result.base == "small" else f" from `{result.base}`"


def _table(scores: Scores) -> Iterator[str]:
    yield "| type | precision | recall | F1 | entities |\n|---|---|---|---|---|"
    for name, own in [*scores.types.items(), ("all (micro)", scores.micro)]:
        yield f"| {name} | {own.precision:.3f} | {own.recall:.3f} | {own.f1:.3f} | {own.given:,} |"
    yield f"| all (macro) | | | {scores.macro_f1:.3f} | |"


def _without_test(result: Result) -> str:
    return "" if "test" in result.scores else " There was no test split: how good it is on new texts is not known."


def _limits(result: Result) -> Iterator[str]:
    yield "- It knows texts of the kind above and was measured on no others; it is not for decisions about patients."
    yield "- Entities do not overlap, and each begins and ends with a word or a mark of punctuation."
    if result.engine == "transformers" and result.base == "small":
        yield "- Its vocabulary holds pieces of words, and frequent words, of the training texts. The terms of the data"
        yield "  say whether it may be passed on."
    else:
        yield "- The terms of the data say whether weights learnt from them may be passed on."


def shown_base(base: str) -> str:
    """A base as it may be told: an id of the Hub as it is, of a folder its name alone."""
    return Path(base).resolve().name if Path(base).exists() else base
