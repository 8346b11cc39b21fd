"""The page over real HTTP: who may ask, what it says of itself, and what is on the disk before the next item shows."""

import signal
import socket
from typing import Any

import pytest

from qc.review.guard import HEADERS
from tests.qc.review.conftest import Page, Start, lines
from tests.qc.review.hostile import WORDS, make_hostile


@pytest.fixture
def page(good: Any, start: Start) -> Page:
    return start(good.folder, "--sample", "6", "--stratify", "anatomy", "--reviewer", "anna")


def test_a_verdict_is_on_the_disk_before_the_next_item_shows(page: Page, good: Any) -> None:
    answer = page.judge(1, "accept")
    assert (answer.status, answer.headers["location"]) == (303, f"{page.base}item/2")
    opening, said = lines(good.folder)
    assert opening["kind"] == "round" and (opening["sample"], opening["items"]) == (6, 6)
    assert (said["decision"], said["reviewer"], said["table"]) == ("accept", "anna", "findings")


def test_only_loopback_is_bound(untouched: Page) -> None:
    port = int(untouched.host.split(":")[1])
    others = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)} - {"127.0.0.1"}
    for other in others:
        with pytest.raises(OSError), socket.create_connection((other, port), timeout=2):
            pass


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_another_host_or_origin_is_refused(untouched: Page, headers: dict[str, str], status: int) -> None:
    shown = untouched.ask("item/1")
    form = {"id": shown.field("id"), "version": shown.field("version"), "decision": "accept"}
    for answer in (untouched.ask("item/1", **headers), untouched.ask("item/1", form, **headers)):
        assert answer.status == status
        assert "question" not in answer.text


def test_a_link_may_be_followed_from_another_page_but_a_form_may_not_be_sent_from_it(untouched: Page) -> None:
    came = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert untouched.ask("item/1", **came).status == 200
    assert untouched.ask("item/1", {"decision": "accept"}, **came).status == 403


@pytest.mark.parametrize("base", ["/", "/x/", "/%2e%2e/", "//", "/review.css"])
def test_without_the_token_there_is_nothing(untouched: Page, base: str) -> None:
    assert untouched.ask("", base=base).status == 404
    assert untouched.ask("item/1", {"decision": "accept"}, base=base).status == 404


@pytest.mark.parametrize("path", ["item/1", "done", "review.css", "keys.js", "no-such-page", "item/99"])
def test_every_answer_is_kept_to_itself(untouched: Page, path: str) -> None:
    headers = untouched.ask(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in headers["content-security-policy"]
    assert "server" not in headers


def test_a_hostile_report_stays_text(good: Any, start: Start) -> None:
    make_hostile(good)
    page = start(good.folder, "--reviewer", "<b>anna</b>")
    text = page.ask("item/1").text
    assert "<script>" not in text and 'onerror="window' not in text and "<b>anna" not in text
    assert "&lt;script&gt;" in text and "{{ 7 * 7 }}" in text
    assert "\u202e" not in text.split("<h2>")[1].split("legend")[0]
    saved = page.judge(1, "correct", value=WORDS, note=WORDS)
    assert saved.status == 303
    assert "<script>window" not in page.ask("done").text


def test_the_same_form_sent_twice_is_one_verdict(page: Page, good: Any) -> None:
    shown = page.ask("item/1")
    form = {"id": shown.field("id"), "version": shown.field("version"), "decision": "reject"}
    assert [page.ask("item/1", form).status for _ in range(3)] == [303, 303, 303]
    assert len(lines(good.folder)) == 2


def test_undo_is_a_new_line_and_shows_the_item_again(page: Page, good: Any) -> None:
    page.judge(1, "accept")
    before = (good.folder / "reviews").iterdir().__next__().read_bytes()
    answer = page.ask("undo", {})
    assert answer.headers["location"] == f"{page.base}item/1"
    after = (good.folder / "reviews").iterdir().__next__().read_bytes()
    assert after.startswith(before) and lines(good.folder)[-1]["kind"] == "undo"
    assert page.ask("").headers["location"] == f"{page.base}item/1"
    assert page.ask("undo", {}).headers["location"] == page.base


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"decision": "maybe"}, "choose accept"),
        ({"decision": "correct", "value": "  ", "note": "kept"}, "says what is right"),
        ({"decision": "accept", "version": "0"}, "the build changed"),
        ({"decision": "accept", "id": "../../x"}, "choose accept"),
        ({"decision": "accept", "note": "x" * 100_000}, "choose accept"),
    ],
)
def test_what_cannot_be_taken_is_said_and_not_saved(untouched: Page, form: dict[str, str], says: str) -> None:
    shown = untouched.ask("item/1")
    answer = untouched.ask("item/1", {"id": shown.field("id"), "version": shown.field("version")} | form)
    assert answer.status in (400, 409)
    assert says in answer.text and ("kept" in answer.text) == ("kept" in form.values())


def test_a_full_disk_is_said_and_nothing_is_lost(page: Page, good: Any) -> None:
    (good.folder / "reviews").write_text("in the way", encoding="utf-8")
    answer = page.judge(1, "accept", note="mild at most")
    assert answer.status == 507
    assert "Nothing was saved" in answer.text and "mild at most" in answer.text
    (good.folder / "reviews").unlink()
    assert page.judge(1, "accept").status == 303


def test_two_reviewers_at_once_see_the_same_items_and_not_each_other(good: Any, start_apart: Start) -> None:
    options = ("--sample", "4", "--stratify", "anatomy")
    anna, ben = (start_apart(good.folder, *options, "--reviewer", name) for name in ("anna", "ben"))
    for place in (1, 2, 3, 4):
        assert anna.judge(place, "accept").status == 303
        assert "You accepted" not in ben.ask(f"item/{place}").text
        assert ben.judge(place, "reject").status == 303
    said = [line for line in lines(good.folder) if line["kind"] == "verdict"]
    assert [line["key"] for line in said if line["reviewer"] == "anna"] == [
        line["key"] for line in said if line["reviewer"] == "ben"
    ]
    assert len(list((good.folder / "reviews").iterdir())) == 2


def test_a_killed_server_goes_on_where_it_stopped(good: Any, start_apart: Start) -> None:
    first = start_apart(good.folder, "--sample", "5", "--reviewer", "anna")
    first.judge(1, "accept")
    first.judge(2, "skip")
    first.end()
    (path,) = (good.folder / "reviews").iterdir()
    path.write_bytes(path.read_bytes() + b'{"id": "cut sho')
    again = start_apart(good.folder, "--sample", "5", "--reviewer", "anna")
    assert again.ask("").headers["location"] == f"{again.base}item/3"
    assert "cut short by a crash" in again.ask("item/3").text
    assert again.judge(3, "accept").headers["location"] == f"{again.base}item/4"


def test_a_build_made_anew_meanwhile_is_shown_as_it_is_now(page: Page, good: Any) -> None:
    import polars as pl

    page.judge(1, "accept")
    old = page.ask("item/2")
    good.edit("findings", lambda rows: rows.with_columns(entities=pl.col("entities").list.head(0)), "validation")
    form = {"id": old.field("id"), "version": old.field("version"), "decision": "accept"}
    assert page.ask("item/2", form).status == 409
    assert "an earlier version of this" in page.ask("item/1").text
    assert page.judge(2, "accept").headers["location"] == f"{page.base}item/3"


def test_an_item_that_is_gone_is_said(page: Page, good: Any) -> None:
    good.edit("findings", lambda rows: rows.head(0), "validation")
    assert "no longer has this item" in page.ask("item/1").text


def test_reviewers_who_were_not_named_name_themselves(good: Any, start: Start) -> None:
    page = start(good.folder, "--sample", "3")
    assert page.ask("").headers["location"] == f"{page.base}who"
    assert page.ask("who", {"reviewer": " "}).status == 400
    answer = page.ask("who", {"reviewer": 'Zoë, "Z"; 读'})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and f"Path={page.base}" in cookie
    page.cookie = cookie.split(";")[0]
    page.judge(1, "accept")
    assert lines(good.folder)[-1]["reviewer"] == 'Zoë, "Z"; 读'


@pytest.mark.parametrize("table", ["entities", "rankings"])
def test_other_tables_are_reviewed_likewise(good: Any, start: Start, table: str) -> None:
    page = start(good.folder, "--table", table, "--sample", "3", "--reviewer", "anna")
    text = page.ask("item/1").text
    assert ('mark class="asked' in text) == (table == "entities")
    assert text.count("<article") == (6 if table == "rankings" else 0)
    assert page.judge(1, "accept").status == 303
    assert page.ask("").headers["location"] == f"{page.base}item/2"


def test_nothing_of_a_report_is_printed_and_ctrl_c_is_the_way_to_end(good: Any, start_apart: Start) -> None:
    page = start_apart(good.folder, "--sample", "3", "--reviewer", "anna")
    page.judge(1, "correct", value="no effusion on the left", note="blunted before")
    page.ask("item/2", Origin="null")
    assert page.process
    page.process.send_signal(signal.SIGINT)
    out, err = page.process.communicate(timeout=20)
    assert page.process.returncode == 0
    assert out == ""
    assert err.splitlines() == ["Every verdict is saved; the same command goes on where this one stopped."]
