"""Reasons that a scripted model gives, and verdicts on them."""

import json
import re
from pathlib import Path

from qc.review.verdicts import named
from tests.annotators.llm.scripted import Asked
from tests.qc.review.spoken import drawn, say, verdict

REASONS = {
    "English": "The drug is the one that is given first, and the others are not for this.",
    "Chinese": "这种药物是首选，其他药物不适合这种情况。",
    "Japanese": "この薬が最初に用いられ、ほかの薬は適さない。",
    "French": "Ce médicament est le premier choix pour cette fièvre et les autres ne sont pas indiqués.",
    "Russian": "Это следует из текста, остальное неверно.",
    "Spanish": "Este es el fármaco de primera elección y los demás no son para esta fiebre.",
}


def reasons(asked: Asked) -> str:
    """True reasons, but: of letter E others are right, of D what is quoted stands nowhere, of C all is in English."""
    said = next(one["content"] for one in reversed(asked) if one["content"].startswith("answer: "))
    letters = re.findall(r"^answer: (.*)$", said, re.MULTILINE)[0].split(", ")
    language = re.findall(r"^language: (.*)$", said, re.MULTILINE)[0]
    first = re.findall(r"^\[1\] (.*)$", said, re.MULTILINE)[0]
    quote = "nowhere to be found" if letters == ["D"] else first.split(" ")[0]
    words = REASONS["English" if letters == ["C"] else language]
    evidence = [{"sentence": 1, "quote": quote, "occurrence": 1}]
    return json.dumps({"rationale": words, "answer": ["A"] if letters == ["E"] else letters, "evidence": evidence})


def judge(folder: Path, decisions: tuple[str, ...], split: str) -> list[str]:
    """A verdict on each of the first questions of a split; returns their ids."""
    keys, now = drawn(folder, "exam_questions", split=split)
    said = zip(keys, decisions, strict=False)
    say(folder, [verdict(key, one, version=now[named(key)], table="exam_questions") for key, one in said])
    return [str(key["id"]) for key in keys[: len(decisions)]]
