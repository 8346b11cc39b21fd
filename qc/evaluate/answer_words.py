"""How answers are announced and letters listed, in English, Chinese, Japanese, French, Russian and Spanish."""

import re
from typing import Final

SAYS: Final = re.compile(
    r"""(?ix)
    \#\#\#\s*answer\s*:?\s*(?:option)?
    | \b(?:final|correct|right|best)?\s*answers?(?:\s+(?:choices?|options?))?["'*_]*
      \s*(?:\s(?:is|are)\b|would\s+be\b|[:=])
    | \bcorrect\s+(?:choices?|options?)\s*(?:\s(?:is|are)\b|[:=])
    | (?:正确|最终|最佳)?(?:答案|选项)\s*(?:应?[为是选]|[:=])  | (?:故|应|应该|所以|因此)[,，]?选(?:择)?
    | (?:正解|正答|解答|答え|回答|解)\s*(?:肢)?\s*(?:は|[:=])
    | \b(?:правильн\w+\s+)?(?:ответ\w*|вариант\w*(?:\s+ответа)?)\s*(?:[:=—–-]|это\b|является\b)
    | \b(?:la|les)?\s*(?:bonnes?\s+)?réponses?(?:\s+(?:correctes?|exactes?|justes?|finales?))?
      \s*(?:\s(?:est|sont)\b|[:=])
    | \b(?:las?\s+)?(?:respuestas?|opci[oó]n(?:es)?)(?:\s+(?:correctas?|final(?:es)?))?\s*(?:\s(?:es|son)\b|[:=])
    """
)
"""What stands before an answer."""
_LETTER: Final = r"[A-Z](?![A-Za-z\u00c0-\u04ff0-9_'’])"
_JOINS: Final = r"\s*(?:[,、，;/&+]|\band\b|\bet\b|\by\b|\bи\b|和|と|及び?|および)\s*"
_BEFORE: Final = (
    r"[\s*_\"'“”«»「」『』【】:()\[\]<>{}`]|\b(?:the|is|are|options?|choices?|letters?|l'option|la|las|les|lettres?|"
    r"réponses?|proposition|opci[oó]n(?:es)?|letras?|вариант\w*|选项|選択肢|項)"
)
_MARKS: Final = r"[\s*_\"'“”«»「」『』【】()\[\]{}.:。]"
_WRAPS: Final = r"[*_\"'“”«»「」『』【】()\[\]]*"
_RUN: Final = r"[A-Z]{2,8}(?![A-Za-z\u00c0-\u04ff0-9_])"
LISTED: Final = re.compile(
    rf"(?i:(?:{_BEFORE})*)(?P<list>{_LETTER}(?:{_WRAPS}{_JOINS}{_WRAPS}(?i:options?\s+)?{_LETTER})*|{_RUN})"
)
BARE: Final = re.compile(
    rf"{_MARKS}*(?P<list>{_RUN}|(?i:[A-Z])(?:(?:{_WRAPS}{_JOINS}{_WRAPS}|{_MARKS}+)(?i:[A-Z]))*){_MARKS}*"
)
"""An answer of letters and nothing else, small ones too."""
FIRST: Final = re.compile(rf"[\s*(\[\"]*(?P<list>{_LETTER}(?:{_JOINS}{_LETTER})*)\s*[).:\]、．*]")
IS_RIGHT: Final = re.compile(
    r"(?i:options?|choices?|选项|選択肢|l'option|la réponse|la opci[oó]n|вариант)?"
    r"\s*[(\"]?(?P<list>(?-i:[A-Z]))[)\"]?\s*"
    r"(?i:(?:is|are)\s+(?:the\s+)?(?:correct|right|best)|(?:是|为)?正确|が正しい|est\s+(?:la\s+)?(?:correcte?|bonne|exacte?)|"
    r"es\s+(?:la\s+)?correcta|(?:—|-|является)?\s*(?:правильн|верн)\w+)"
)
NOT: Final = re.compile(r"(?i)(?:不|not\s|in|no\s|n'|не\s?)(?:正确|correct|right)")
LOOK_ALIKE: Final = str.maketrans("АВСЕ", "ABCE")
"""Cyrillic capitals that look like letters of options."""
