"""Folders of texts and pages: which files, in which encodings, and what becomes of bad ones. All texts are our own."""

import gzip
import os

import fsspec
import pytest

from builders.sources.html_folder import HtmlFolder
from builders.sources.text_folder import TextFolder
from schemas.errors import SourceError
from tests.builders.sources.reading import as_nobody, read_all, reasons
from tests.builders.sources.web_archives import PARAGRAPH, page

TEXTS = {
    "en": "The ward was quiet that night, and the nurse wrote her notes by the window.",
    "fr": "La salle était calme cette nuit-là, et l'infirmière écrivait près de la fenêtre, où la lune brillait.",
    "es": "La sala estaba tranquila esa noche y la enfermera escribía junto a la ventana; ¿quién más velaría?",
    "ru": "В палате было тихо той ночью, и медсестра писала свои заметки у окна.",
    "zh": "那天晚上病房很安静，护士在窗边写她的记录，窗外下着小雨。",
    "ja": "その夜、病棟は静かで、看護師は窓のそばで記録を書いていた。外は小雨だった。",
}
ENCODINGS = {
    "en": ["utf-8", "utf-8-sig", "utf-16", "utf-32"],
    "fr": ["cp1252", "iso8859-1", "utf-16-le", "utf-16-be"],
    "es": ["cp1252"],
    "ru": ["cp1251", "koi8-r", "utf-16"],
    "zh": ["gb18030", "gbk", "utf-16"],
    "ja": ["cp932", "euc-jp", "iso2022-jp", "utf-16"],
}


def texts(folder, **options):
    return read_all(TextFolder(location=str(folder), **options), "documents")


def pages(folder, **options):
    return read_all(HtmlFolder(location=str(folder), **options), "documents")


@pytest.mark.parametrize(("language", "encoding"), [(name, one) for name, all_ in ENCODINGS.items() for one in all_])
@pytest.mark.parametrize("times", [1, 30])
def test_the_encoding_of_a_text_is_found(tmp_path, language, encoding, times):
    text = "\n".join([TEXTS[language]] * times)
    body = text.encode(encoding)
    (tmp_path / "a.txt").write_bytes(body)
    row = texts(tmp_path).frame.row(0, named=True)
    assert row["text"] == text
    assert (row["id"], row["file"], row["start"], row["end"]) == ("a.txt", "a.txt", 0, len(body))


@pytest.mark.parametrize("language", [name for name in TEXTS if name != "en"])
def test_a_text_with_a_broken_letter_is_not_taken_for_another_encoding(tmp_path, language):
    """French UTF-8 was read as Japanese where one byte of it was broken."""
    whole = (TEXTS[language] * 3).encode()
    (tmp_path / "a.txt").write_bytes(whole + b"\xff" + whole)
    assert texts(tmp_path).frame["text"].item() == f"{TEXTS[language] * 3}\ufffd{TEXTS[language] * 3}"


def test_files_of_all_folders_are_read_and_no_hidden_ones(tmp_path):
    for name in ("b.txt", "deep/er/a.md", "deep/c.TXT", ".hidden/d.txt", "deep/.e.txt", "f.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"Words of {name}.")
    assert texts(tmp_path).frame["id"].to_list() == ["b.txt", "deep/c.TXT", "deep/er/a.md"]
    assert texts(tmp_path / "deep/c.TXT").frame["id"].to_list() == ["c.TXT"]


@pytest.mark.parametrize("part", [1, 40, 10**6])
def test_the_same_rows_for_any_part_bytes(tmp_path, part):
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text("words " * number)
    made = texts(tmp_path, part_bytes=part)
    assert made.frame["id"].to_list() == [f"{number}.txt" for number in range(1, 9)]
    assert reasons(made) == {"0.txt": "empty_text"}
    shards = TextFolder(location=str(tmp_path), part_bytes=part).shards("documents")
    assert sum(shard.rows for shard in shards) == 9 and (len(shards) == 1) == (part > 1000)


def test_bad_files_are_rejected_and_the_others_stand(tmp_path):
    bodies = {
        "blank.txt": b" \n\t", "empty.txt": b"", "letter.txt": b"x", "nul.txt": b"a\0b and more words",
        "zip.txt": b"PK\x03\x04\x14\0",
        "gzip.txt": gzip.compress(b"Words."), "pdf.txt": b"%PDF-1.4", "long.txt": b"x" * 2000,
        "noise.txt": bytes(range(128, 256)) * 7 + bytes([0x81, 0x8D, 0x8F, 0xFF, 0xFE, 0xFD] * 40),
    }  # fmt: skip
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
    made = texts(tmp_path, longest=1999)
    assert dict(made.frame.select("id", "text").iter_rows()) == {"letter.txt": "x", "nul.txt": "a\0b and more words"}
    assert reasons(made) == {
        "blank.txt": "empty_text", "empty.txt": "empty_text", "zip.txt": "no_text_file", "gzip.txt": "no_text_file",
        "pdf.txt": "no_text_file", "long.txt": "too_long", "noise.txt": "unknown_encoding",
    }  # fmt: skip


def test_a_document_of_50_mb_is_one_document(tmp_path):
    body = (TEXTS["zh"] * 600_000)[:17_000_000]
    (tmp_path / "a.txt").write_text(body, encoding="utf-8")
    assert (tmp_path / "a.txt").stat().st_size > 50_000_000
    assert texts(tmp_path).frame["text"].item() == body


def test_a_file_that_may_not_be_read_is_rejected(tmp_path):
    (tmp_path / "a.txt").write_text("Words.")
    (tmp_path / "b.txt").write_text("Words.")
    os.chmod(tmp_path / "b.txt", 0)  # noqa: PTH101
    for folder in (tmp_path, *tmp_path.parents[:3]):  # one more where pytest has several processes
        if folder.stat().st_uid == os.getuid() and len(folder.parts) > 2:
            folder.chmod(0o755)
    with as_nobody():
        made = texts(tmp_path)
    assert made.frame["id"].to_list() == ["a.txt"] and reasons(made) == {"b.txt": "unreadable_file"}


def test_what_changed_since_the_listing_is_an_error(tmp_path):
    (tmp_path / "a.txt").write_text("Words.")
    (tmp_path / "b.txt").write_text("Words.")
    source = TextFolder(location=str(tmp_path))
    (listed,) = source.shards("documents")
    assert source.read("documents", listed.name).frame.height == 2
    (tmp_path / "b.txt").write_text("Other words.")
    with pytest.raises(SourceError, match="changed while the build ran; run the same command again"):
        source.read("documents", listed.name)
    assert source.shards("documents")[0].identity != listed.identity
    (tmp_path / "b.txt").unlink()
    with pytest.raises(SourceError, match="changed while the build ran"):
        source.read("documents", listed.name)


def test_a_folder_without_texts_says_what_was_looked_for(tmp_path):
    with pytest.raises(SourceError, match=r"no files here that end in \.txt, \.md"):
        TextFolder(location=str(tmp_path)).shards("documents")
    with pytest.raises(SourceError, match="no such folder"):
        TextFolder(location=str(tmp_path / "gone")).shards("documents")


def test_several_folders_give_their_files_their_names(tmp_path):
    for name in ("one/a.txt", "two/a.txt", "more/one/a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"Words of {name}.")
    both = texts(f"{tmp_path}/one, {tmp_path}/two")
    assert both.frame["id"].to_list() == ["one/a.txt", "two/a.txt"]
    with pytest.raises(SourceError, match=r"would both be called one/a\.txt"):
        texts(f"{tmp_path}/one,{tmp_path}/more/one")


def test_texts_behind_a_url():
    with fsspec.open("memory://texts/deep/a.txt", "wb") as file:
        file.write(TEXTS["ru"].encode("cp1251"))
    made = texts("memory://texts")
    assert made.frame.select("id", "text").row(0) == ("deep/a.txt", TEXTS["ru"])


def test_pages_of_a_folder(tmp_path):
    head = (
        '<link rel="canonical" href="https://a.example/clinic">'
        '<meta property="article:published_time" content="2019-02-03">'
    )
    body = page(head=head).replace(
        "About us", '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">x</a>'
    )
    (tmp_path / "a.html").write_text(body)
    (tmp_path / "empty.html").write_text("")
    (tmp_path / "menu.htm").write_text("<html><head><title>Nothing</title></head><body></body></html>")
    (tmp_path / "long.html").write_text(page(times=200))
    made = pages(tmp_path, longest=20_000)
    row = made.frame.row(0, named=True)
    assert PARAGRAPH.strip() in row["text"] and "Home" not in row["text"]
    assert (row["title"], row["url"], row["date"]) == ("The clinic", "https://a.example/clinic", "2019-02-03")
    assert (row["declared_language"], row["licence"], row["id"]) == ("en", "CC BY 4.0", "a.html")
    assert reasons(made) == {"empty.html": "empty_text", "menu.htm": "no_main_text", "long.html": "too_long"}


@pytest.mark.parametrize(
    "body",
    ["<div>" * 20_000 + "word", "\0" * 500, "<html><body>" + "<table><tr><td>" * 3000, "plain words, no tags", "<?xml"],
    ids=["deep", "NUL bytes", "tables", "no tags", "stub"],
)
def test_a_page_that_breaks_the_reader_is_rejected_and_the_others_stand(tmp_path, body):
    (tmp_path / "a.html").write_text(body)
    (tmp_path / "b.html").write_text(page())
    made = pages(tmp_path)
    assert "b.html" in made.frame["id"] and set(made.frame["id"]) | set(made.rejected["id"]) == {"a.html", "b.html"}
    assert set(made.rejected["reason"]) <= {"no_main_text", "unreadable_page", "empty_text"}


def test_a_page_of_tags_is_rejected_before_it_takes_minutes(tmp_path):
    (tmp_path / "a.html").write_text("<html><body>" + "<p>word" * 90_000)
    (tmp_path / "b.html").write_text(page())
    made = pages(tmp_path)
    assert made.frame["id"].to_list() == ["b.html"] and reasons(made) == {"a.html": "too_many_tags"}
    assert reasons(pages(tmp_path, most_tags=5)) == {"a.html": "too_many_tags", "b.html": "too_many_tags"}


@pytest.mark.real
def test_real_texts(samples):
    made = texts(samples / "web_text/medical")
    assert made.frame.height > 5 and not made.rejected.height and made.frame["text"].str.len_chars().min() > 100


def test_a_page_with_a_few_broken_letters_is_kept(tmp_path):
    words = "La salle était calme, l'infirmière écrivait près de la fenêtre où brillait la lune. " * 3
    body = page(words, head='<meta charset="utf-8">').encode() + b"\xff"
    (tmp_path / "a.html").write_bytes(body)
    assert "infirmière écrivait" in pages(tmp_path).frame["text"].item()


def test_a_licence_for_all_rows_stands_back_behind_that_of_a_row(tmp_path):
    body = page().replace("About us", '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">x</a>')
    (tmp_path / "a.html").write_text(body)
    (tmp_path / "b.html").write_text(page())
    assert pages(tmp_path).frame["licence"].to_list() == ["CC BY 4.0", None]
    assert pages(tmp_path, licence="CC BY-NC 4.0").frame["licence"].to_list() == ["CC BY 4.0", "CC BY-NC 4.0"]


def test_texts_may_only_be_sent_away_where_that_is_said(tmp_path):
    assert not TextFolder(location=str(tmp_path)).terms.remote_processing
    assert TextFolder(location=str(tmp_path), remote_processing=True).terms.remote_processing
