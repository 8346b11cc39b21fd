"""RaTEScore's own decoder of labels (package 0.6.0), kept as it is: for figures that compare with published ones.

It reads sub-words, special tokens included. Of entities that lie beside each other the last may be lost, an `I-`
without its `B-` is dropped, and what the model says of the mark behind the sentence decides how its last entity ends.
"""

from collections.abc import Callable, Sequence
from typing import Any

from annotators.ratescore.mentions import Mention
from annotators.tokens.classifier import Labelled

_AROUND = ("[CLS]", "[SEP]")


def decoded(
    read: Labelled, shown: Callable[[Sequence[int]], tuple[list[str], Callable[[list[str]], str]]]
) -> list[Any]:
    """Mentions of a sentence, whose `type` is still the name that the model has for it.

    `shown` gives the tokens of ids, and how some of them are spelt together: the words are those of the tokenizer, not
    of the text. What is behind the first window is cut off.
    """
    tokens, spelt = shown(read.opening_ids)
    before = read.before
    found = []
    for start, end, name in published_spans(tokens, read.opening):
        if start <= end:
            own = read.offsets[max(start - before, 0) : end - before + 1]
            begin, stop = (own[0][0], own[-1][1]) if own else (0, 0)
            found.append(Mention(begin, stop, name, spelt(tokens[start : end + 1])))
    return found


def published_spans(tokens: Sequence[str], labels: Sequence[str]) -> list[tuple[int, int, Any]]:
    """First and last token and type of each entity, as `RaTEScore.utils.post_process` finds them.

    `tokens`, `labels`: of a whole sentence, `[CLS]` and `[SEP]` included.
    """
    found: list[tuple[int, int, Any]] = []
    start: int | None = None
    end: int | None = None
    kind: str | None = None
    for i, token in enumerate(tokens[: len(labels) - 1]):
        label, behind = labels[i], labels[i + 1][:1]
        if token in _AROUND or label == "O":
            continue
        if label.startswith("B-") and behind == "I":
            start, kind = i, label[2:]
        elif label.startswith("B-"):
            found.append((i, i, label[2:]))
            start, end, kind = (i, i, label[2:]) if behind == "B" else (None, None, None)
        elif behind != "I":
            end = i
            if start is not None:
                found.append((start, end, kind))
            start, end, kind = (i, end, label[2:]) if behind == "B" else (None, None, None)
    if start is not None and end is None:
        found.append((start, len(tokens) - 2, kind))
    return found
