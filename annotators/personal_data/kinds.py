"""What of a text looks like an address or a number of a person, and which library says whether it is one."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

REGIONS: Final = {
    "en": ("US", "GB"), "es": ("ES", "MX"), "fr": ("FR", "CA"), "ru": ("RU",), "zh": ("CN", "TW"), "ja": ("JP",),
}  # fmt: skip
"""Where numbers without a country's code are read as numbers of (ISO 3166), by the language of the text."""

EMAIL: Final = (
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[A-Za-z0-9][A-Za-z0-9\-]{0,62}(?:\.[A-Za-z0-9\-]{1,63})*\.[A-Za-z]{2,24}"
)
IP: Final = r"(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}"
IBAN: Final = r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?"
NUMBER: Final = r"[+(]?\d[\d\-.() /\u{a0}]{5,22}[\dXx]|[XYZ]?-?\d{7,8}-?[A-Z]"
"""Phones, cards and numbers of identity: all that is long enough, for the libraries to judge."""

_EDGE: Final = "A-Za-z0-9_"
_PYTHON_NUMBER: Final = NUMBER.replace("\\u{a0}", "\xa0")
ANY: Final = re.compile(
    rf"(?<![{_EDGE}.%+\-@])(?P<email>{EMAIL})|(?<![{_EDGE}.:])(?P<ip>{IP})(?![{_EDGE}:]|\.\d)"
    rf"|(?<![{_EDGE}])(?P<iban>{IBAN})(?![{_EDGE}])"
    rf"|(?<![{_EDGE}.,\-/])(?P<number>{_PYTHON_NUMBER})(?![{_EDGE}]|[.,]\d)"
)
"""The same for Python, where no Latin letter or digit goes on; a letter of another script may, as in Chinese."""

SUSPECT: Final = rf"{EMAIL}|{IP}|{IBAN}|{NUMBER}"
"""For polars, to pass by texts that hold nothing of the kind."""


def kind_of(match: re.Match[str], language: str) -> str:
    """Which of `schemas.corpora.PII_KINDS` a match of `ANY` is; empty where it is none."""
    group = match.lastgroup or ""
    text = match.group()
    if group == "email":
        return "email"
    if group == "ip":
        return "ip_address" if _is_ip(text) else ""
    if group == "iban":
        return "iban" if _valid("iban", text) else ""
    return _number(text, language)


def _number(text: str, language: str) -> str:
    digits = re.sub(r"[^0-9A-Za-z]", "", text)
    if any(_valid(f"{country}.{number}", text) for country, number in _IDENTITIES.get(language, ())):
        return "national_id"
    if 13 <= len(digits) <= 19 and digits.isdigit() and _is_card(digits):
        return "card"
    return "phone" if _is_phone(text, language) else ""


_IDENTITIES: Final = {
    "en": (("us", "ssn"),),
    "es": (("es", "dni"), ("es", "nie")),
    "fr": (("fr", "nir"),),
    "zh": (("cn", "ric"),),
}
"""Numbers of identity of stdnum by language: those whose form or check digit tells them from other numbers."""

_CARD_HEADS: Final = re.compile(r"4\d|5[1-5]|2[2-7]|3[47]|6[05]")


def _is_card(digits: str) -> bool:
    return bool(_CARD_HEADS.match(digits)) and _valid("luhn", digits)


def _is_ip(text: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(text).is_global
    except ValueError:
        return False


_BARE_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
"""A Chinese mobile number, the one kind that is commonly written without any blank."""


_DIGITS: Final = range(7, 16)
"""Of a phone number: E.164 has 15 at most, and no plan of `REGIONS` less than 7."""


@lru_cache(maxsize=2**16)
def _is_phone(text: str, language: str) -> bool:
    """A valid number, written as its country writes them: doses, years and ranges of values are no phones.

    Asking takes half a millisecond, and passages stand in many instances: what was asked last is kept.
    """
    from phonenumbers import Leniency, PhoneNumberMatcher

    if text.isdigit() and not _BARE_MOBILE.fullmatch(text):
        return False
    if sum(letter.isdigit() for letter in text) not in _DIGITS:
        return False
    for region in (None,) if text.startswith("+") else REGIONS.get(language, ()):
        for found in PhoneNumberMatcher(text, region, leniency=Leniency.EXACT_GROUPING):
            if len(found.raw_string) >= len(text.strip("() .-/\xa0")) - 1:
                return True
    return False


def _valid(name: str, text: str) -> bool:
    from importlib import import_module

    check: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    if name == "us.ssn" and not re.fullmatch(r"\d{3}-\d{2}-\d{4}", text):
        return False
    return check(text)
