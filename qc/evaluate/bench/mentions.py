"""Mentions that a model listed: in a line, in a list of bullets, or as JSON, with commas within a mention or not."""

import json
import re
import unicodedata
from collections.abc import Collection
from typing import Any, Final

_BULLET: Final = re.compile(r"^\s*(?:[-*+•·▪●–—]+\s+|\(?\d{1,3}[.)]\s+|#+\s+)")
_COMMA: Final = re.compile(r"(?<!\d),|,(?!\d)|[;、，；|\t]")
"""What parts mentions; a comma between digits does not."""
_WORDS_JOINED: Final = 4
"""So many parts with conjunctions between may be one wrong mention."""
_BEFORE: Final = re.compile(r"^[^:：]{1,120}[:：](?:\s+|$)")
_ARE: Final = re.compile(
    r"^(?:(?:the|les?|las?|los|el)\b[^,;:]{0,90}?\s(?:are|is|includes?|sont|est|incluent|son|es|incluyen)\s+)",
    re.IGNORECASE,
)
"""Words that announce mentions in the same sentence."""
_AND: Final = re.compile(r"^(?:and|et|und|y|и|和|及)\s+", re.IGNORECASE)
_CUT: Final = re.compile(rf"{_COMMA.pattern}|(?P<and>\s+(?:and|et|und|y|и)\s+|[和及与])", re.IGNORECASE)
"""A conjunction parts mentions where a mention of the gold stands before or behind it."""
_EDGES: Final = " \t*_`\"'“”‘’«»「」『』"
_FENCE: Final = re.compile(r"^```\w*\s*|\s*```\s*$")
_TYPED: Final = re.compile(r"^(?P<mention>.+?)\s+[\[(<{](?P<type>[^\[\](){}<>]+)[\])>}]$")
_NONE: Final = re.compile(
    r"(?i)^(?:none|nothing|n/?a|nil|empty|not\s+(?:any|found|detected|mentioned|present|applicable)\b.*|"
    r"the\s+\S+(?:\s+\S+)?\s+(?:does|do|did)\s+not\s+(?:mention|contain|include|name)\b.*|(?:there\s+(?:is|are|were|was)\s+)?no(?:ne|t\s+any)?\b(?:\s+\S+){0,6}|"
    r"aucune?\b.*|ningun[ao]?\b.*|no\s+hay\b.*|нет\b.*|не\s+\S+.*|没有.*|无.*|なし.*|該当なし.*|.*(?:ありません|ない)|"
    r"(?:the|le|el)\s+\S+\s+(?:contains?|mentions?|names?)\s+no\b.*|le texte ne contient aucune?\b.*)[.。!]?$"
)
"""What is said where there is nothing to find."""


def key(text: str) -> str:
    """What two mentions are equal by: letter case, blanks, quotes around it and a full stop behind it count nothing."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(_EDGES)
    if plain.endswith((".", "。")) and len(plain) > 1:
        plain = plain[:-1].strip(_EDGES)
    match = _TYPED.match(plain)
    return f"{match['mention'].strip(_EDGES)} [{match['type'].strip()}]" if match else plain


def parted(mention: str) -> tuple[str, str]:
    """The mention and the type of a key `mention [type]`; no type where it names none."""
    match = _TYPED.match(mention)
    return (match["mention"], match["type"]) if match else (mention, "")


def mentions(output: str, gold: Collection[str], none: Collection[str] = ()) -> list[str] | None:
    """Keys of what is listed, each once and in order; empty where the output says that there is nothing.

    `gold`: keys of what is right, so that commas within a mention do not part it; `none`: further sentences (as keys)
    that say there is nothing. None where the output is blank.
    """
    text = _FENCE.sub("", output.strip()).strip()
    if not text:
        return None
    if key(text) in gold:
        return [key(text)]
    if key(text) in none:
        return []
    found = _of_json(text)
    if found is None:
        bare = text[1:-1] if text[0] + text[-1] == "[]" else text
        found = [one for line in _lines(bare, gold) for one in _of_line(line, gold)]
    if not any(one in gold for one in found) and (_NONE.match(text) or (len(found) == 1 and _NONE.match(found[0]))):
        return []
    return [one for one in dict.fromkeys(found) if one and (one in gold or one not in none)]


def _of_json(text: str) -> list[str] | None:
    """Keys of one value, or of one a line; None for what is no JSON."""
    if not text.startswith(("[", "{")):
        return None
    for parts in ([text], text.splitlines()):
        try:
            return [key(one) for part in parts if part.strip() for one in _strings(json.loads(part))]
        except ValueError:
            continue
    return None


def _strings(value: Any) -> list[str]:
    """Strings of a list; of an object its `entities`, or its first string and its type, else those of its values."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict) and "entities" in value:
        return _strings(value["entities"])
    if isinstance(value, dict):
        words = [one for name, one in value.items() if isinstance(one, str) and name.lower() not in ("type", "label")]
        kind = next((one for name, one in value.items() if name.lower() in ("type", "label")), "")
        return (
            [f"{words[0]} [{kind}]"] if words and kind else [one for inner in value.values() for one in _strings(inner)]
        )
    return [one for inner in value for one in _strings(inner)] if isinstance(value, list) else []


def _lines(text: str, gold: Collection[str]) -> list[str]:
    """Lines without bullets, those with bullets alone where there are any; words that announce a list are left out."""
    lines = [line for line in text.splitlines() if line.strip()]
    listed = [line for line in lines if key(line) in gold or _BULLET.match(line)]
    told = []
    for line in listed or lines:
        bare = line if key(line) in gold else _BULLET.sub("", line)
        told.append(_unannounced(bare, gold))
    return [line for line in told if line.strip()]


def _unannounced(line: str, gold: Collection[str]) -> str:
    first = _COMMA.split(line)[0]
    head = _BEFORE.match(line)
    if key(first) in gold:
        return line
    if head and len(head[0]) <= len(first) + 1:
        return line[head.end() :]
    return _ARE.sub("", line)


def _of_line(line: str, gold: Collection[str]) -> list[str]:
    """Keys of a line: cut so that as little as possible is no mention of the gold, then into as many as possible."""
    signs = list(_CUT.finditer(line))
    cuts = [0, *(at for sign in signs for at in sign.span()), len(line)]
    pieces = list(zip(cuts[::2], cuts[1::2], strict=True))
    joined = [sign["and"] is not None for sign in signs]
    longest = max([_WORDS_JOINED, *(len(_CUT.findall(one)) + 1 for one in gold)])
    best: list[tuple[int, int, list[str]]] = [(0, 0, [])]
    for end in range(1, len(pieces) + 1):
        ways = []
        for begin in range(max(0, end - longest), end):
            one = _key_in(line[pieces[begin][0] : pieces[end - 1][1]], gold)
            if one in gold or all(joined[begin : end - 1]):
                cost, count, told = best[begin]
                ways.append(
                    (cost + (bool(one) and one not in gold), count - bool(one), [*told, *([one] if one else [])])
                )
        best.append(min(ways, key=lambda way: way[:2]))
    return best[-1][2]


def _key_in(words: str, gold: Collection[str]) -> str:
    """The key of some words: without a conjunction before them and an aside behind, unless those are of the gold."""
    one, bare = key(words), key(_AND.sub("", words.strip()))
    return next((told for told in (one, bare, parted(bare)[0]) if told in gold), bare)
