"""Licences of software are licences of rows too."""

import pytest

from schemas.licences import UNKNOWN, group, normalised, terms_of


@pytest.mark.parametrize(("said", "name"), [("MIT", "mit"), ("Apache-2.0", "apache-2.0"), ("Apache 2.0", "apache-2.0"),
                                            ("none given", UNKNOWN), ("MIT-like", UNKNOWN)])  # fmt: skip
def test_mit_and_apache_let_text_leave(said: str, name: str) -> None:
    assert normalised(said) == name
    assert terms_of(name).text_may_leave == ("no" if name == UNKNOWN else "adapted")
    assert name == UNKNOWN or group(name) == "commercial"
