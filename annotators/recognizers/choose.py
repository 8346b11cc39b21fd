"""The recogniser of a name."""

from annotators.recognizers.recognizer import Recognizer
from schemas.errors import UsageError

CHOICES = "rules, transformers:FOLDER (or a Hub id), spacy:FOLDER, llm:MODEL@URL, vllm:FOLDER"


def recognizer(name: str, *, device: str = "auto", answers: str = "", revision: str = "") -> Recognizer:
    """Raises `UsageError` that names the choices, or what an LLM still needs."""
    kind, _, what = name.partition(":")
    if kind == "rules" and not what:
        from annotators.recognizers.by_rules import ByRules

        return ByRules()
    if kind in ("transformers", "spacy") and what:
        from annotators.recognizers.by_model import ByModel

        return ByModel(what, device)
    if kind in ("llm", "vllm") and what:
        from annotators.llm.by_name import llm_named
        from annotators.recognizers.by_llm import ByLlm

        return ByLlm(llm_named(name, "findings", answers=answers, revision=revision, device=device))
    raise UsageError(f"unknown annotator {name!r}; expected {CHOICES}")
