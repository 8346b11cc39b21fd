"""How the published code reads an output of a model: what stands around one fixed form, compared letter by letter.

After `metrics/accuracy.py` and `rationale_similarity.py` of the MMedBench code: an answer in any other form is wrong,
`A IS CORRECT.` without the mark of the end too, and so are letters with blanks between them.
"""

from typing import Final

_BEFORE: Final = "###Answer: OPTION "
_BEHIND: Final = "IS CORRECT.</s>"
_REASONS: Final = "###Rationale: "


def is_right(output: str, truth: str) -> bool:
    """Whether the output holds just the right letters; `truth`: `A`, or `A,B`."""
    said = output.strip().replace(_BEFORE, "").replace(_BEHIND, "").strip()
    if len(truth) == 1:
        return said == truth
    return set(said.split(",")) == set(truth.split(","))


def reasons(output: str) -> str:
    """The rationale of an output: what stands before its answer."""
    return output.split(_BEFORE)[0].replace(_REASONS, "").strip()
