"""Reasons that a scripted model gives for answers to questions with choices."""

import json
import re

from tests.annotators.llm.scripted import Asked


def reasons(asked: Asked) -> str:
    """True reasons, but: of `other` another answer, of `invented` a quotation that is none, of `french` in French."""
    said = next(one["content"] for one in reversed(asked) if one["content"].startswith("answer: "))
    answer = re.findall(r"^answer: (.*)$", said, re.MULTILINE)[0].split(" | ")
    first = re.findall(r"^\[1\] (.*)$", said, re.MULTILINE)[0]
    words = "It follows from the text, as that is what it says.\n\nThe other one is not the answer to this."
    words = "Cela suit du texte, et les autres ne sont pas dans la liste des gaz." if "french" in first else words
    quote = "made up" if "invented" in first else first.split(" ")[0]
    return json.dumps({"rationale": words, "answer": ["B"] if "other" in first else answer,
                       "evidence": [{"sentence": 1, "quote": quote, "occurrence": 1}]})  # fmt: skip
