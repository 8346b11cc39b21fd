"""What is an address or a number of a person goes; doses, years and references stay."""

import polars as pl
import pytest

from annotators.personal_data.scrub import Scrub

GONE = [
    ("en", "Write to Ann.Lee@clinic.example.org today.", "Write to [email] today.", "email"),
    ("en", "Call (415) 555-2671 before noon.", "Call [phone] before noon.", "phone"),
    ("en", "From abroad +33 1 42 68 53 00.", "From abroad [phone].", "phone"),
    ("fr", "Téléphone : 01 42 68 53 00.", "Téléphone : [phone].", "phone"),
    ("es", "Teléfono 912 34 56 78 de la consulta.", "Teléfono [phone] de la consulta.", "phone"),
    ("ru", "Тел. 8 800 555-35-35, звоните.", "Тел. [phone], звоните.", "phone"),
    ("zh", "电话13812345678。", "电话[phone]。", "phone"),
    ("ja", "電話03-1234-5678まで", "電話[phone]まで", "phone"),
    ("en", "SSN 078-05-1121 on file.", "SSN [national_id] on file.", "national_id"),
    ("es", "Con DNI 12345678Z.", "Con DNI [national_id].", "national_id"),
    ("zh", "身份证11010519491231002X。", "身份证[national_id]。", "national_id"),
    ("en", "Card 4111 1111 1111 1111 was used.", "Card [card] was used.", "card"),
    ("fr", "IBAN GB82 WEST 1234 5698 7654 32.", "IBAN [iban].", "iban"),
    ("en", "Logged from 8.8.8.8 at night.", "Logged from [ip_address] at night.", "ip_address"),
]


@pytest.mark.parametrize(("language", "text", "wanted", "kind"), GONE)
def test_what_names_a_person_goes(language: str, text: str, wanted: str, kind: str):
    texts, counts = Scrub().annotate(pl.Series([text]), pl.Series([language]))
    assert texts[0] == wanted
    assert {name: n for name, n in counts.row(0, named=True).items() if n} == {kind: 1}


STAYS = [
    ("en", "Doses of 13.5-14.2 mg in 2019-2020, 100 200 300 400 units, n = 123456789."),
    ("en", "PMID 12345678, 10.1016/j.cell.2020.01.001, ISBN 978-3-16-148410-0, 120/80 mmHg."),
    ("en", "Version 1.2.3.4567 on 192.168.0.1 and 12:30:45."),
    ("es", "Registro 912345678 del estudio."),
    ("fr", "Entre 1990 et 2001, 12 345 678 habitants."),
    ("ru", "В 1941-1945 годах, 12 345 678 рублей."),
    ("zh", "共12345678例,2019年10月10日。"),
    ("ja", "体温36.5℃、脈拍100/分、血圧120/80、2019-10-10。"),
    ("en", "Twitter @someone and a@b are no addresses; 4111 1111 1111 1112 fails its check digit."),
]


@pytest.mark.parametrize(("language", "text"), STAYS)
def test_numbers_of_medicine_stay(language: str, text: str):
    texts, counts = Scrub().annotate(pl.Series([text]), pl.Series([language]))
    assert texts[0] == text
    assert sum(counts.row(0)) == 0


def test_only_the_kinds_asked_for_go():
    text = "a.b@example.org, 8.8.8.8"
    texts, counts = Scrub(kinds=("email",)).annotate(pl.Series([text]), pl.Series(["en"]))
    assert texts[0] == "[email], 8.8.8.8"
    assert counts.row(0, named=True)["ip_address"] == 0


def test_scrubbed_texts_have_nothing_left_to_scrub():
    text = "Ann.Lee@clinic.example.org, +33 1 42 68 53 00, 078-05-1121, 8.8.8.8"
    once, _ = Scrub().annotate(pl.Series([text]), pl.Series(["en"]))
    twice, counts = Scrub().annotate(once, pl.Series(["en"]))
    assert twice[0] == once[0]
    assert sum(counts.row(0)) == 0
