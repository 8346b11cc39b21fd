"""XML of records, articles and translation memories; and files that would read others or grow without end."""

import pytest

from builders.instructions.reading import jats
from builders.instructions.reading.xml_stream import elements
from tests.builders.instructions.reading.own_corpora import every, failure, rows, source, written

RECORDS = """<?xml version="1.0"?>
<Set id="s1" xmlns="urn:ward"><Group code="g"><Pair n="1"><Ask kind="short">What &amp; <b>why</b>?</Ask>
<Say>One.</Say><Say> Two.</Say></Pair>
<Pair n="2"><Ask>Where?</Ask><!-- nothing --><Say/></Pair></Group></Set>"""
FIELDS = {"question": "{Ask}", "answer": "{Say}"}


def pairs(**more):
    return every("**/*.xml", element="Pair", **more)


def test_columns_are_paths_below_a_record_attributes_and_what_is_around_it(tmp_path):
    written(tmp_path / "a.xml", RECORDS)
    fields = {**FIELDS, "context": "{Ask/@kind} {@n} {/*/@id} {ancestor::*[1]/@code} {Ask/b}"}
    frame, rejected = rows(source(tmp_path, "xml", pairs(), fields))
    assert frame["Ask"].to_list() == ["What & why?", "Where?"]
    assert frame["Say"].to_list() == [["One.", "Two."], []]
    assert frame.select("Ask/@kind", "@n", "/*/@id", "ancestor::*[1]/@code", "Ask/b").rows() == [
        ("short", "1", "s1", "g", "why"), (None, "2", "s1", "g", None),
    ]  # fmt: skip
    assert rejected.height == 0


def test_an_id_may_be_of_the_element_around(tmp_path):
    written(tmp_path / "a.xml", "<R id='7'><s><q>w</q><a>x</a></s><s><q>y</q><a>z</a></s></R>")
    options = every("*.xml", element="s", document="{ancestor::R/@id}")
    frame, _ = rows(source(tmp_path, "xml", options, {"question": "{q}", "answer": "{a}"}))
    assert frame["__document"].to_list() == ["ward/7", "ward/7"]


def test_many_records_come_all_and_in_order(tmp_path):
    body = "".join(f"<r><Ask>q{n}</Ask><Say>a</Say></r>" for n in range(3000))
    written(tmp_path / "a.xml", f"<all>{body}</all>")
    frame, _ = rows(source(tmp_path, "xml", every("*.xml", element="r"), FIELDS))
    assert frame["Ask"].to_list() == [f"q{n}" for n in range(3000)]


def test_a_file_that_is_no_xml_is_rejected_and_one_cut_off_behind_records_is_an_error(tmp_path):
    written(tmp_path / "a.xml", RECORDS)
    written(tmp_path / "b.xml", "<Set><Pair")
    _, rejected = rows(source(tmp_path, "xml", pairs(), FIELDS))
    assert rejected.select("id", "reason").rows() == [("ward/b.xml#1", "bad_xml")]
    written(tmp_path / "b.xml", RECORDS.replace("</Group></Set>", ""))
    assert "b.xml" in failure(source(tmp_path, "xml", pairs(), FIELDS))


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x><Pair><Ask>&b;</Ask><Say>a</Say></Pair></x>'
FETCHED = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x><Pair><Ask>&a;</Ask><Say>a</Say></Pair></x>'


@pytest.mark.parametrize("body", [LAUGHS, FETCHED])
def test_entities_of_a_file_are_never_read(tmp_path, body):
    written(tmp_path / "a.xml", body)
    assert "entities" in failure(source(tmp_path, "xml", pairs(), FIELDS))


@pytest.mark.parametrize("body", [LAUGHS, FETCHED])
def test_entities_hidden_in_another_encoding_stay_unread(body):
    found = list(elements("a.xml", f'<?xml version="1.0" encoding="utf-16"?>{body}'.encode("utf-16"), "Ask"))
    assert "".join("".join(one.itertext("*")) for one in found) == ""


def test_letters_that_html_names_are_read_without_a_dtd(tmp_path):
    body = "<x><Pair><Ask>a&nbsp;b &eacute; &amp; &lt;</Ask><Say>&nosuch;</Say></Pair></x>"
    written(tmp_path / "a.xml", body.replace("&nosuch;", "c"))
    assert rows(source(tmp_path, "xml", pairs(), FIELDS))[0]["Ask"].to_list() == ["a\u00a0b é & <"]
    written(tmp_path / "a.xml", body)
    assert rows(source(tmp_path, "xml", pairs(), FIELDS))[1]["reason"].to_list() == ["bad_xml"]


ASKED = {"text": "{body}", "summary": "{title}"}
ARTICLE = """<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "JATS.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="case-report"><front><journal-meta>
<journal-title-group><journal-title>Ward Notes</journal-title></journal-title-group></journal-meta><article-meta>
<article-id pub-id-type="pmcid">12</article-id><article-id pub-id-type="doi">10.0/x</article-id>
<title-group>
<article-title>A <italic>rare</italic> rash<xref ref-type="fn">*</xref> seen</article-title></title-group>
<permissions><license xlink:href="LINK"><license-p>WORDS</license-p></license></permissions>
<abstract abstract-type="graphical"><p>Picture.</p></abstract><abstract><p>In short.</p></abstract>
<kwd-group><kwd>rash</kwd></kwd-group></article-meta></front>
<body><p>Before.</p><sec><title>Case</title><p>First<table-wrap><p>cell</p></table-wrap> line.</p>
<sec><title>Inner</title><p>Deep.<list><list-item><p>item</p></list-item></list></p></sec></sec></body>
<sub-article><front-stub/><body><p>Another.</p></body></sub-article></article>"""


def test_an_article_has_its_parts(tmp_path):
    written(tmp_path / "a.xml", ARTICLE.replace("LINK", "https://creativecommons.org/licenses/by-nc/4.0/"))
    options = every("*.xml", document="{pmcid}", licence="{licence}")
    frame, _ = rows(source(tmp_path, "jats", options, ASKED, licence="per-document"))
    row = frame.row(0, named=True)
    assert (row["pmcid"], row["doi"], row["journal"], row["article_type"]) == (
        "PMC12", "10.0/x", "Ward Notes", "case-report",
    )  # fmt: skip
    assert row["title"] == "A rare rash seen"
    assert row["abstract"] == "In short."
    assert row["body"] == "Before.\nCase\nFirst line.\nInner\nDeep.item"
    assert row["sections"] == [{"name": "Case", "text": "Case\nFirst line.\nInner\nDeep.item"}]
    assert (row["__document"], row["__licence"]) == ("ward/PMC12", "cc-by-nc-4.0")
    assert frame.height == 1


@pytest.mark.parametrize(
    ("link", "words", "licence"),
    [
        ("http://creativecommons.org/licenses/by/3.0", "", "cc-by-3.0"),
        ("", "under a Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 License", "cc-by-nc-nd-4.0"),
        ("", "the Creative Commons Attribution License, which permits non-commercial and other use", "cc-by-4.0"),
        ("", "Creative Commons Attribution ShareAlike 3.0 Unported", "cc-by-sa-3.0"),
        ("", "https://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("", "All rights reserved.", "unknown"),
    ],
)
def test_licences_of_articles(tmp_path, link, words, licence):
    written(tmp_path / "a.xml", ARTICLE.replace("LINK", link).replace("WORDS", words))
    frame, _ = rows(source(tmp_path, "jats", every("*.xml"), ASKED))
    assert frame["licence"].to_list() == [licence]


def test_a_file_without_an_article_is_rejected(tmp_path):
    written(tmp_path / "a.xml", "<other/>")
    written(tmp_path / "b.xml", "<article>")
    _, rejected = rows(source(tmp_path, "jats", every("*.xml"), ASKED))
    assert rejected["reason"].to_list() == ["no_article", "bad_xml"]
    assert jats.read.__module__.endswith("jats")


MEMORY = """<tmx version="1.4"><header/><body>
<tu tuid="a"><tuv xml:lang="EN">
<seg>Take <bpt i="1">&lt;b&gt;</bpt>one<ept i="1">&lt;/b&gt;</ept> <hi>pill</hi></seg></tuv>
<tuv xml:lang="sv-SE"><seg>Ta ett piller</seg></tuv></tu>
<tu><tuv lang="en"><seg>Rest</seg></tuv></tu></body></tmx>"""


def test_languages_of_a_memory_are_columns(tmp_path):
    written(tmp_path / "a.tmx", MEMORY)
    options = every("*.tmx", languages=("en", "sv"))
    frame, _ = rows(source(tmp_path, "tmx", options, {"source": "{en}", "target": "{sv}"}, shape="translation"))
    assert frame.select("en", "sv").rows() == [("Take one pill", "Ta ett piller"), ("Rest", None)]
    written(tmp_path / "a.tmx", MEMORY.replace("</body></tmx>", ""))
    assert "a.tmx" in failure(source(tmp_path, "tmx", options, {"source": "{en}", "target": "{sv}"}))
