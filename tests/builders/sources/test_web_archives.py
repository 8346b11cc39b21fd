"""WARC and WET: which records are documents, where they lie, and what becomes of bad ones. All texts are our own."""

import gzip

import fsspec
import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.sources.warc import Warc
from builders.sources.wet import Wet
from schemas.errors import SourceError
from tests.builders.sources.reading import read_all, reasons
from tests.builders.sources.web_archives import PARAGRAPH, conversion, packed, page, record, response

TEXTS = [f"Text {number}: tea was served in the ward. " * (number * 7 % 40 + 1) for number in range(25)]
WETS = [record("warcinfo", b"software: ours\r\n"), *(conversion(text) for text in TEXTS)]


def wet(path, body, **options):
    path.write_bytes(body)
    return read_all(Wet(location=str(path), **options), "documents")


def warc(path, *records, **options):
    path.write_bytes(packed([*records]))
    return read_all(Warc(location=str(path), **options), "documents")


def test_a_conversion_record_is_a_document(tmp_path):
    body = packed([WETS[0], conversion("A plain text.\nOf two lines.\n", "https://a.example/x", "eng,deu")])
    start = len(gzip.compress(WETS[0]))
    assert wet(tmp_path / "a.warc.wet.gz", body).frame.to_dicts() == [
        {
            "id": f"a.warc.wet.gz#{start}", "text": "A plain text.\nOf two lines.", "title": None, "start": start,
            "end": len(body), "url": "https://a.example/x", "file": "a.warc.wet.gz", "licence": None,
            "declared_language": "eng,deu", "date": "2021-05-06T07:08:09Z",
        }
    ]  # fmt: skip


@settings(max_examples=15)
@given(part=st.integers(400, 20_000), longest=st.sampled_from([500, 2**26]), packs=st.booleans())
def test_the_same_rows_for_any_part_bytes(tmp_path_factory, part, longest, packs):
    path = tmp_path_factory.mktemp("wet") / ("a.wet.gz" if packs else "a.wet")
    body = packed(WETS) if packs else b"".join(WETS)
    made = wet(path, body, part_bytes=part, longest=longest)
    fits = [len(one) <= longest for one in WETS[1:]]
    assert made.frame["text"].to_list() == [text for text, fit in zip(TEXTS, fits, strict=True) if fit]
    assert set(made.rejected["reason"]) <= {"too_long"} and made.rejected.height == len(fits) - sum(fits)
    for start, end, text in made.frame.select("start", "end", "text").iter_rows():
        cut = gzip.decompress(body[start:end]) if packs else body[start:end]
        assert cut.startswith(b"WARC/1.0") and text.encode() in cut


@pytest.mark.parametrize("part", [300, 2**24])
@pytest.mark.parametrize("packs", [True, False], ids=["packed", "plain"])
def test_a_file_cut_off_keeps_what_was_whole(tmp_path, packs, part):
    body = packed(WETS) if packs else b"".join(WETS)
    last = len(body) - len(gzip.compress(WETS[-1]) if packs else WETS[-1])
    name = f"a.wet{'.gz' if packs else ''}"
    made = wet(tmp_path / name, body[: last + 40], part_bytes=part)
    assert made.frame["text"].to_list() == TEXTS[:-1]
    assert reasons(made) == {f"{name}#{last}": "cut_off"}
    assert f"{name}#{last}" in made.rejected["detail"].item()


@pytest.mark.parametrize("part", [300, 2**24])
def test_behind_a_damaged_record_the_others_stand(tmp_path, part):
    members = [gzip.compress(one) for one in WETS]
    at = sum(map(len, members[:8]))
    hurt = bytearray(members[8])
    hurt[20:-8] = b"\xff" * (len(hurt) - 28)
    members[8] = bytes(hurt)
    made = wet(tmp_path / "a.wet.gz", b"".join(members), part_bytes=part)
    assert made.frame["text"].to_list() == TEXTS[:7] + TEXTS[8:]
    assert reasons(made) == {f"a.wet.gz#{at}": "damaged"}


def test_a_record_shorter_than_it_says_is_cut_off(tmp_path):
    short = record("conversion", b"Some words", length=99)
    made = wet(tmp_path / "a.wet.gz", packed([WETS[1], short, WETS[2]]))
    assert made.frame["text"].to_list() == TEXTS[:2] and made.rejected["reason"].to_list() == ["cut_off"]


def test_padding_between_records_is_nobodys(tmp_path):
    made = wet(tmp_path / "a.wet.gz", packed(WETS[:2]) + b"\0" * 700 + packed(WETS[2:4]) + b"\0" * 5)
    assert made.frame["text"].to_list() == TEXTS[:3] and not made.rejected.height


def test_garbage_between_records_is_told(tmp_path):
    first = packed(WETS[:2])
    made = wet(tmp_path / "a.wet.gz", first + b"garbage" * 9 + packed(WETS[2:4]))
    assert made.frame["text"].to_list() == TEXTS[:3] and reasons(made) == {f"a.wet.gz#{len(first)}": "damaged"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (gzip.compress(b"".join(WETS), mtime=0), "packed as a whole; expected a gzip member for each record"),
        (zstandard.ZstdCompressor().compress(WETS[0]), "packed with Zstandard"),
        (b'{"text": "a"}\n', "no web archive, whatever its name says"),
    ],
    ids=["one member", "zstd", "JSON"],
)
def test_what_cannot_be_read_in_parts_is_one_clear_error(tmp_path, body, told):
    with pytest.raises(SourceError, match=told):
        wet(tmp_path / "a.wet.gz", body)


def test_a_plain_archive_called_gz_is_read(tmp_path):
    assert wet(tmp_path / "a.wet.gz", b"".join(WETS)).frame["text"].to_list() == TEXTS


def test_empty_and_one_letter_texts_and_nul_bytes(tmp_path):
    made = wet(tmp_path / "a.wet.gz", packed([conversion(""), conversion("x"), conversion(" \n"), conversion("a\0b")]))
    assert made.frame["text"].to_list() == ["x", "a\0b"]
    assert made.rejected["reason"].to_list() == ["empty_text", "empty_text"]


@pytest.mark.parametrize(
    "text", ["Plain words by the harbour. " * 5, "La clinique près du port. " * 5, "港口边的小诊所。" * 9]
)
def test_a_text_of_a_crawl_with_a_broken_letter_is_still_utf_8(tmp_path, text):
    """A byte that is broken made other letters of all others, or of the record nothing."""
    body = record("conversion", f"{text}|{text}".encode().replace(b"|", b"\xff"), WARC_Target_URI="https://a.example/")
    made = wet(tmp_path / "a.wet.gz", packed([body]))
    assert made.frame["text"].to_list() == [f"{text}\ufffd{text}"]


def test_a_response_gives_its_main_text(tmp_path):
    head = '<meta property="article:published_time" content="2019-02-03">'
    body = page(head=head, language="en-GB").replace(
        "About us", '<a rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">CC</a>'
    )
    asked = record("request", b"GET / HTTP/1.1\r\n\r\n", Content_Type="application/http; msgtype=request")
    made = warc(tmp_path / "a.warc.gz", asked, response(body.encode(), "https://a.example/clinic"))
    row = made.frame.row(0, named=True)
    assert PARAGRAPH.strip() in row["text"] and "Home" not in row["text"] and not made.rejected.height
    assert (row["title"], row["url"]) == ("The clinic", "https://a.example/clinic")
    assert (row["date"], row["declared_language"], row["licence"]) == ("2019-02-03", "en-GB", "CC BY-SA 4.0")


def test_a_page_without_a_date_has_that_of_its_fetching(tmp_path):
    assert warc(tmp_path / "a.warc.gz", response(page().encode())).frame["date"].item() == "2021-05-06T07:08:09Z"


def test_responses_that_are_no_pages_are_told(tmp_path):
    bad = [
        response(page().encode(), status="404 Not Found"),
        response(b"%PDF-1.4", kind="application/pdf"),
        response(b"<html><head><title>Nothing</title></head><body></body></html>"),
        response(b" "),
        response(b"\x1f\x8bno gzip", more="Content-Encoding: gzip\r\n"),
    ]
    made = warc(tmp_path / "a.warc.gz", *bad, response(page().encode()))
    told = made.rejected.sort(pl.col("id").str.extract(r"#(\d+)").cast(pl.Int64))["reason"].to_list()
    assert told == ["no_page", "no_page", "no_main_text", "empty_text", "bad_response"] and made.frame.height == 1


def test_packed_and_chunked_responses_are_unpacked(tmp_path):
    body = gzip.compress(page().encode())
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    more = "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
    made = warc(tmp_path / "a.warc.gz", response(chunked, more=more), response(b"Plain words.", kind="text/plain"))
    assert PARAGRAPH.strip() in made.frame["text"][0] and made.frame["text"][1] == "Plain words."


RUSSIAN = "Маленькая клиника у гавани снова открылась весной, и люди приезжали с островов на приём к врачу. "
JAPANESE = "港のそばの小さな診療所は春にまた開き、島々から人びとが診察を受けに来た。看護師は来訪を記録した。"
CHINESE = "港口边的小诊所在春天重新开门，岛上的人们前来看病。护士记下每一次来访，医生在星期五晚上朗读。"


@pytest.mark.parametrize(
    ("words", "encoding", "said"),
    [
        (RUSSIAN, "cp1251", "windows-1251"), (RUSSIAN, "koi8-r", ""), (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE, "euc-jp", ""), (CHINESE, "gb18030", "gb2312"), (CHINESE, "gb18030", ""), (CHINESE, "utf-8", "gbk"),
        (RUSSIAN, "utf-16", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["header", "meta"])
def test_pages_in_other_encodings(tmp_path, words, encoding, said, where):
    head = f'<meta charset="{said}">' if said and where == "meta" else ""
    kind = f"text/html; charset={said}" if said and where == "header" else "text/html"
    made = warc(tmp_path / "a.warc.gz", response(page(words, head=head, times=4).encode(encoding), kind=kind))
    assert made.frame["text"].item().count(words.strip()) == 4


def test_archives_behind_a_url():
    with fsspec.open("memory://crawl/segment/a.wet.gz", "wb") as file:
        file.write(packed(WETS))
    made = read_all(Wet(location="memory://crawl", part_bytes=900), "documents")
    assert made.frame["text"].to_list() == TEXTS and made.frame["file"].unique().to_list() == ["segment/a.wet.gz"]


def test_an_archive_that_changed_since_the_listing_is_an_error(tmp_path):
    (tmp_path / "a.wet.gz").write_bytes(packed(WETS))
    source = Wet(location=str(tmp_path))
    listed = source.shards("documents")
    (tmp_path / "a.wet.gz").write_bytes(packed(WETS[:-1]))
    with pytest.raises(SourceError, match="changed while the build ran"):
        source.read("documents", listed[0].name)


@pytest.mark.real
def test_real_archives(samples):
    where = samples / "web_text/general/web_warc_dolma/tests/data/warc"
    whole = read_all(Warc(location=str(where)), "documents")
    assert whole.frame.height == 37 and whole.frame["text"].str.len_chars().min() > 20
    assert whole.frame["declared_language"].drop_nulls().str.starts_with("en").all()
    assert whole.frame["url"].str.starts_with("http").all() and whole.frame["licence"].drop_nulls().len() == 5
    parts = read_all(Warc(location=str(where), part_bytes=400_000), "documents")
    assert parts.frame.sort("id").equals(whole.frame.sort("id"))
