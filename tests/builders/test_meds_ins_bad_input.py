"""`meds-ins` over bad input of every kind: what is good comes out, what is bad is a rejected row or one clear line."""

import gzip
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from builders.base import Shard
from builders.cli import run
from builders.instructions.corpus_files import CorpusFiles
from builders.instructions.declared import with_own
from builders.recipes.meds_ins import Options, recipe
from builders.run import Orders, make
from schemas.errors import MedmillError
from schemas.manifest import read_manifest
from tests.builders.chaos import digests, ended, start_medmill, wait_until
from tests.builders.instructions.own_tasks import ANSWERS, PARTED, SPANS, declared
from tests.builders.sources.reading import as_nobody

WORD = "zebrafinch"
"""Stands in every text that is damaged, and must not stand in what is said of it."""
CHOICES = 'question = "{question}", options = "{options}", answer = "{answer}"'
WRITES = 'text = "{input}", output = "{output}"'
FIELDS = 'question = "{q}", answer = "{a}"'


@dataclass(frozen=True)
class Build:
    """Exit code and standard error of a build by the command line, and where it is."""

    code: int
    said: list[str]
    out: Path

    def rejected(self, table: str) -> dict[str, str]:
        """Id to reason."""
        found = sorted((self.out / "rejected" / table).glob("*.parquet"))
        rows = pl.concat([pl.read_parquet(path) for path in found])
        assert (rows["detail"] != "").all()
        return dict(rows.select("id", "reason").iter_rows())

    def rows(self, table: str) -> pl.DataFrame:
        return pl.read_parquet(self.out / table / "*.parquet")


@pytest.fixture
def build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Build]:
    """Build by the command line in this process, from sources NAME=PLACE."""

    def build(
        *sources: str,
        own: Sequence[Path] = (),
        words: Sequence[str] = (),
        dataset: str = "meds-ins",
        out: Path = tmp_path / "out",
        qc: bool = False,
    ) -> Build:
        named = [f"--source={source}" for source in sources]
        told = ["--set", f"own={','.join(map(str, own))}"] if own else []
        rest = ["--out", str(out), "--workers", "0", "--quiet", *([] if qc else ["--no-qc"])]
        capsys.readouterr()
        code = run(["build", dataset, *named, *told, *words, *rest])
        return Build(code, capsys.readouterr().err.splitlines(), out)

    return build


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body.encode() if isinstance(body, str) else body)
    return folder


def lines(*rows: object) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)


def asked(number: int, **more: object) -> dict[str, object]:
    return {"id": str(number), "question": f"Why {WORD} {number}?", "answer": f"Because of {number}.", **more}


def packed(frame: pl.DataFrame) -> bytes:
    held = io.BytesIO()
    frame.write_parquet(held)
    return held.getvalue()


def json_lines(folder: Path) -> tuple[Path, dict[str, str]]:
    good = lines(asked(1))
    body = (b"\xef\xbb\xbf" + good.encode() + b"\0\0\0\n" + b'{"question": "caf\xe9", "answer": "a"}\r\n'
            + f'{{"question": "{WORD}"'.encode() + b"\n// a comment\n[]\n" + b'{"question": "\\ud800", "answer": "a"}\n'
            + b'{"question": ' + b"[" * 3000 + b"]" * 3000 + b"}\n" + lines(asked(9, answer=None)).encode()
            + lines(asked(10, question="\u200b \n")).encode()
            + lines(asked(11, answer=["a", 1, {"b": None}])).encode())  # fmt: skip
    write(folder / "lines", {
        "a.jsonl": body, "b.jsonl.gz": gzip.compress(good.encode()), "utf-16.jsonl": good.encode("utf-16"),
        "numbers.jsonl": lines({"question": 5, "answer": 1.5}), "array.jsonl": json.dumps([asked(1), 5]),
    })  # fmt: skip
    whys = {2: "bad_row", 3: "not_utf8", 4: "bad_row", 5: "bad_row", 6: "bad_row", 7: "bad_row", 8: "bad_row",
            9: "empty_output"}  # fmt: skip
    own = declared(folder, "lines", "json-lines", 'files = { all = "*.jsonl" }')
    return own, {f"lines/a.jsonl#{number}": why for number, why in whys.items()} | {"lines/array.jsonl#2": "bad_row"}


def tables(folder: Path) -> tuple[Path, dict[str, str]]:
    body = f"\ufeffquestion,answer\r\n{WORD} 1?,a\r\n{WORD},b,c\r\nonly {WORD}\r\n".encode()
    body += (
        f'{WORD} 4?,"two\r\nlines"\r\n'.encode() + b"caf\xe9,a\r\nwhole?,b\r\n" + f'"{WORD} never closed,a\r\n'.encode()
    )
    write(
        folder / "tables", {"a.csv": body, "empty.csv": "question,answer\n", "other-sign.csv": "question;answer\nq;a\n"}
    )
    why = {"a.csv#2": "bad_row", "a.csv#3": "empty_output", "a.csv#5": "not_utf8", "a.csv#7": "bad_row",
           "empty.csv#1": "no_rows"}  # fmt: skip
    return declared(folder, "tables", "csv", 'files = { all = "*.csv" }'), {f"tables/{name}": why[name] for name in why}


def choices(folder: Path) -> tuple[Path, dict[str, str]]:
    two = ["the liver", "the spleen"]
    rows = [asked(1, options=two, answer="B"), asked(2, options=two, answer="D"), asked(3, options=two, answer=WORD),
            asked(4, options=["one"], answer="A"), asked(5, options=[], answer="A"), asked(6, options=None, answer="A"),
            asked(7, options=[*two, " "], answer="A"), asked(8, options=["same", "same"], answer="B"),
            asked(9, options=two, answer=None), asked(10, options=[f"{n}" for n in range(40)], answer="A"),
            asked(1, options=two, answer="A"), asked(11, options=two, answer="A,B"),
            asked(12, options="A. x", answer="A")]  # fmt: skip
    write(folder / "choices", {"a.jsonl": lines(*rows, {"question": "no id", "options": two, "answer": "A"})})
    own = declared(
        folder, "choices", "json-lines", 'files = { all = "*.jsonl" }\nid = "{id}"', "multiple-choice", CHOICES
    )
    return own, {"choices/2": "answer_beyond_options", "choices/3": "answer_beyond_options",
                 "choices/1": "duplicate_id", "choices/a.jsonl#14": "missing_id"}  # fmt: skip


def spans(folder: Path) -> tuple[Path, dict[str, str]]:
    body = f"{WORD}\tI-X\nb\tI-X\nc\tO\n\nb\tB-X\nc\tI-Y\n\n{WORD}\n\n{WORD}\tZ\n\n\tB-X\n"
    write(folder / "tokens", {"a.txt": body, "none.txt": "\n\n", "utf-16.txt": "a\tB-X\n".encode("utf-16")})
    own = declared(folder, "tokens", "bio", 'files = { all = "*.txt" }', "span-list", SPANS)
    whys = {"a.txt#3": "bad_labels", "a.txt#4": "bad_labels", "a.txt#5": "bad_labels", "none.txt#1": "no_rows"}
    return own, {f"tokens/{name}": why for name, why in whys.items()}


def standoff(folder: Path) -> tuple[Path, dict[str, str]]:
    span = "T1\tDrug 0 7\taspirin\n"
    files = {"good": ("aspirin", span), "beyond": ("aspirin", f"T1\tDrug 0 900\t{WORD}\n"), "other": (WORD, span),
             "broken": (b"aspirin\xff", span), "garbage": ("aspirin", f"T1 {WORD}\n"), "empty": ("", ""),
             "turned": ("aspirin", "T1\tDrug 7 0\taspirin\n"),
             "endless": ("aspirin", f"T1\tDrug 0 {'9' * 5000}\tx\n")}  # fmt: skip
    for name, (text, marks) in files.items():
        write(folder / "standoff", {f"{name}.txt": text, f"{name}.ann": marks})
    own = declared(folder, "standoff", "brat", 'files = { all = "*.txt" }', "span-list", SPANS)
    whys = {"beyond": "bad_standoff", "other": "bad_standoff", "broken": "not_utf8", "garbage": "bad_standoff",
            "empty": "empty_input", "turned": "bad_standoff", "endless": "bad_standoff"}  # fmt: skip
    return own, {f"standoff/{name}.txt#1": why for name, why in whys.items()}


def records(folder: Path) -> tuple[Path, dict[str, str]]:
    def one(question: str) -> str:
        return f"<r><row><q>{question}</q><a>an answer</a></row></r>"

    write(folder / "records", {
        "good.xml": one("caf&eacute;"),
        "declared.xml": b'<?xml version="1.0" encoding="GB18030"?>' + one("糖").encode("gb18030"),
        "other.xml": f"<r><line>{WORD}</line></r>", "page.xml": f"<html><br>{WORD}</html>", "empty.xml": "",
        "cut.xml": one(WORD)[:12], "unknown.xml": one("&nosuchthing;"), "control.xml": one(f"{WORD}&#1;"),
        "latin.xml": one("café").encode("latin-1"),
        "dtd.xml": '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">' + one("w?"),
        "deep.xml": one("<x>" * 5000 + "</x>" * 5000),
        "late.xml": '<!DOCTYPE r [<!-- ]> --><!ENTITY e "x">]>' + one("&e;"),
    })  # fmt: skip
    bad = ("page", "empty", "cut", "unknown", "control", "deep", "latin")
    own = declared(folder, "records", "xml", 'files = { all = "*.xml" }\nelement = "row"', fields=FIELDS)
    whys = dict.fromkeys(bad, "bad_xml") | {"other": "no_rows", "late": "empty_input"}
    return own, {f"records/{name}.xml#1": why for name, why in whys.items()}


def published(folder: Path) -> tuple[Path, dict[str, str]]:
    good = {"id": "1", "input": "What is it?", "output": ["It."]}
    bad = [
        {"id": "2", "input": WORD},
        {"id": "3", "input": " ", "output": "o"},
        5,
        None,
        {"input": WORD, "output": [{}]},
    ]
    body = json.dumps({"Definition": "Say it.", "Instances": [good, *bad]})
    write(folder / "published", {
        "a.json": "// begin\n" + body.removesuffix("]}") + ", /* end */ ],\n}", "none.json": '{"Instances": []}',
        "bytes.json": b'{"Instances": [{"id": "1", "input": "caf\xe9", "output": "a"}]}',
    })  # fmt: skip
    own = declared(folder, "published", "task-file", 'files = { all = "*.json" }', "generation", WRITES)
    whys = {f"published/a.json#{number}": "bad_row" for number in range(2, 7)}
    return own, whys | {"published/none.json#1": "no_rows", "published/bytes.json#1": "not_utf8"}


def columns(folder: Path) -> tuple[Path, dict[str, str]]:
    texts = pl.DataFrame({"question": [f"{WORD}?", None, "r?"], "answer": [["a", None], ["b"], []]})
    coded = pl.DataFrame({"question": ["q?"], "answer": ["a"]}).cast(pl.Categorical)
    broken = pl.DataFrame({"question": [b"caf\xe9", b"whole?"], "answer": ["a", "b"]})
    other = pl.DataFrame({"question": [7], "answer": [pl.Series([1.5])]})
    write(folder / "columns", {
        "a.parquet": packed(texts), "coded.parquet": packed(coded), "bytes.parquet": packed(broken),
        "numbers.parquet": packed(other), "none.parquet": packed(texts.clear()),
    })  # fmt: skip
    whys = {"a.parquet#2": "empty_input", "a.parquet#3": "empty_output", "bytes.parquet#1": "not_utf8",
            "none.parquet#1": "no_rows"}  # fmt: skip
    own = declared(folder, "columns", "parquet", 'files = { all = "*.parquet" }')
    return own, {f"columns/{name}": why for name, why in whys.items()}


EVERY = {json_lines: 7, tables: 4, choices: 2, spans: 3, standoff: 1, records: 3, published: 1, columns: 4}
"""How many rows of each stand."""


def test_everything_bad_at_once(build: Callable[..., Build], tmp_path: Path):
    made = [(*each(tmp_path), stand) for each, stand in EVERY.items()]
    names = [own.stem for own, _, _ in made]
    built = build(*(f"{name}={tmp_path / name}" for name in names), own=[own for own, _, _ in made])
    assert built.said == [] and built.code == 0
    manifest = read_manifest(built.out)
    passed = {stage.table: stage.ids_passed for stage in manifest.stages}
    for name, (_, whys, stand) in zip(names, made, strict=True):
        rejected = built.rejected(f"instances.{name}")
        assert {id_: rejected.get(id_) for id_ in whys} == whys
        assert passed[f"instances.{name}"] == stand, name
    for stage in manifest.stages:
        assert stage.ids_in == stage.ids_passed + stage.ids_rejected, stage.table
    assert not told_anywhere(built.out, WORD)


def told_anywhere(out: Path, word: str) -> list[str]:
    """Rejected rows that repeat a word of the corpus."""
    rows = pl.concat([pl.read_parquet(path) for path in sorted((out / "rejected").rglob("*.parquet"))])
    return [str(row) for row in rows.iter_rows() if any(word in str(cell) for cell in row)]


@dataclass(frozen=True)
class Damage:
    """Files of a corpus that cannot be read, and what is told of them."""

    layout: str
    files: dict[str, str | bytes]
    told: str
    options: str = ""
    fields: str = ANSWERS

    @property
    def pattern(self) -> str:
        return f'files = {{ all = "*.{self.layout if self.layout != "json-lines" else "jsonl"}" }}\n{self.options}'


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><r><row><q>&b;</q><a>b</a></row></r>'
OUTSIDE = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><row><q>&a;</q><a>b</a></row></r>'
ROW = 'element = "row"'
XML = f"<r><row><q>{WORD}</q><a>a</a></row>"
GOOD = lines(asked(1))
WIDE = pl.DataFrame({"question": pl.Series([1], dtype=pl.Int128), "answer": ["a"]})
CHINESE = "question,answer\n" + "糖尿病是什么,一种慢性疾病\n" * 9
DAMAGES = {
    "nothing": Damage("csv", {}, "no file *.csv here, of which tasks ward-task are made; ward is ward,"),
    "another corpus": Damage("csv", {"notes.txt": WORD, "a.tar.gz": b"x"}, "(a.tar.gz may have to be unpacked)"),
    "empty": Damage("csv", {"a.csv": ""}, "a.csv: the file is empty"),
    "empty lines": Damage("json-lines", {"a.jsonl": ""}, "a.jsonl: the file is empty; download it again"),
    "renamed": Damage("csv", {"a.csv": f"Question,answer\n{WORD},a\n"}, "for question there is Question"),
    "renamed keys": Damage("json-lines", {"a.jsonl": lines({"query": WORD, "answer": "a"})}, "found query, answer; "),
    "no header": Damage("csv", {"a.csv": f"Why is the {WORD} so tired today?,yes.\n"}, "does not look like a header"),
    "gb18030": Damage("csv", {"a.csv": CHINESE.encode("gb18030")}, "look like gb18030; write `encoding`"),
    "utf-16 without a mark": Damage("csv", {"a.csv": CHINESE.encode("utf-16-le")}, "this is UTF-16; save it as UTF-8"),
    "mac": Damage("csv", {"a.csv": f"question,answer\r{WORD},a\r"}, "lines end in CR alone"),
    "gb18030 lines": Damage("json-lines", {"a.jsonl": CHINESE.encode("gb18030")}, "looks like gb18030"),
    "a page": Damage("json-lines", {"a.jsonl": f"<html>{WORD}</html>"}, "got 1 line, none of them a JSON object"),
    "cut gzip": Damage("json-lines", {"a.jsonl.gz": gzip.compress(GOOD.encode() * 99)[:-30]}, "cut off or damaged"),
    "no gzip": Damage("json-lines", {"a.jsonl.gz": GOOD}, "this is no gzip file, whatever its name says"),
    "cut zip": Damage("json-lines", {"a.jsonl.zip": b"PK\x03\x04" + GOOD.encode()}, "the zip file is cut off"),
    "cut json": Damage("json", {"a.json": f'[{{"question": "{WORD}'}, "no whole JSON file: it breaks at line 1"),
    "deep json": Damage("json", {"a.json": "[" * 99_999 + "]" * 99_999}, "nested too deeply"),
    "digits": Damage("json", {"a.json": f'[{{"question": {"9" * 5000}}}]'}, "a number of thousands of digits"),
    "no records": Damage("json", {"a.json": '{"rows": []}'}, "nothing at data of `records = data`; found rows",
                         'records = "data"'),
    "no parquet": Damage("parquet", {"a.parquet": b"PAR1" + WORD.encode() + b"PAR1"}, "no Parquet file, cut off"),
    "int128": Damage("parquet", {"a.parquet": packed(WIDE)},
                     "a kind of column that is not read"),
    "no spreadsheet": Damage("xlsx", {"a.xlsx": WORD}, "no spreadsheet that can be read"),
    "bomb": Damage("xml", {"a.xml": BOMB}, "declares entities of its own, which are not read", ROW, FIELDS),
    "outside": Damage("xml", {"a.xml": OUTSIDE}, "declares entities of its own, which are not read", ROW, FIELDS),
    "cut xml": Damage("xml", {"a.xml": XML}, "no whole XML: it breaks in line 1, behind 1 records", ROW, FIELDS),
    "renamed xml": Damage("xml", {"a.xml": "<r>" + f"<row><qq>{WORD}</qq><a>b</a></row>" * 30 + "</r>"},
                          "no column q; the tasks of ward need q, a, found a;", ROW, FIELDS),
    "no table beside": Damage("csv", {"a.csv": "question,answer,k\nq,a,1\n"}, "no file codes.tsv here",
                              'beside = { files = { all = "codes.tsv" }, on = "k" }'),
    "another table beside": Damage("csv", {"a.csv": f"question,answer,k\n{WORD},a,1\n", "codes.tsv": "kk\tv\n1\t2\n"},
                                   "codes.tsv: no column k", 'beside = { files = { all = "codes.tsv" }, on = "k" }'),
    "no test ids": Damage("json-lines", {"a.jsonl": GOOD}, "no file ids.txt, which names the ids of the test",
                          'test_ids = "ids.txt"'),
    "empty test ids": Damage("json-lines", {"a.jsonl": GOOD, "ids.txt": "\n"}, "ids.txt: names no id",
                             'test_ids = "ids.txt"'),
    "unknown document": Damage("json-lines", {"a.jsonl": GOOD}, "no column patient", 'document = "{patient}"'),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_corpus_that_cannot_be_read_is_one_line(build: Callable[..., Build], tmp_path: Path, damage: Damage):
    own = declared(tmp_path, "ward", damage.layout, damage.pattern, fields=damage.fields)
    (tmp_path / "ward").mkdir()
    made = build(f"ward={write(tmp_path / 'ward', damage.files)}", own=[own])
    assert made.code == 1 and len(made.said) == 1
    assert damage.told in made.said[0] and str(tmp_path / "ward") in made.said[0]
    assert WORD not in made.said[0] and "internal error" not in made.said[0]


@pytest.fixture
def ward(tmp_path: Path) -> tuple[Path, Path]:
    """A declaration, and a folder of good files of train and test."""
    own = declared(tmp_path, "ward", "json-lines", f'{PARTED}\nid = "{{id}}"')
    train = {f"train{part}.jsonl": lines(*(asked(100 * part + n) for n in range(20))) for part in range(3)}
    return own, write(tmp_path / "ward", {**train, "test.jsonl": lines(asked(999))})


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("tasks=nobody", "no task is called nobody; `medmill sources --dataset meds-ins` lists them"),
        ("tasks=39", "task 39 is not-rebuilt: "),
        ("tasks=45", "meds-ins takes no source ward; tasks=45 names none of its tasks; add one of ward-task"),
        ("weights=ward-task", "weights=ward-task: expected NAME=NUMBER"),
        ("weights=nobody=2", "weights=nobody: no task, category or language of this build; there are Question"),
        ("weights=en=-1", "expected a number that is not negative"),
        ("weights=en=nan", "expected a number that is not negative"),
        ("weights=en=1,en=2", "weights=en: stands there twice"),
        ("caps=45=9", "caps=45: no task of this build; there are ward-task"),
        ("caps=ward-task=1.5", "expected a whole number from 1 on"),
        ("samples=some", "meds-ins.samples=some"),
        ("samples=-1", "meds-ins.samples=-1"),
        ("temperature=0", "meds-ins.temperature=0"),
        ("leaves_out=conflicts", "meds-ins.leaves_out="),
        ("tokenizer=/nowhere", "tokenizer=/nowhere: no tokenizer.json there"),
        ("definitions=/nowhere", "definitions=/nowhere: not readable"),
        ("sampels=5", "meds-ins has no setting sampels; it has own, tasks"),
        ("require=all", "require=all: no source is given for ebm-nlp, pubmedqa"),
    ],
)  # fmt: skip
def test_a_setting_that_does_not_fit_is_one_line(build: Callable[..., Build], ward, word: str, told: str):
    own, folder = ward
    made = build(f"ward={folder}", own=[own], words=["--set", word])
    assert made.code == 2 and len(made.said) == 1 and told in made.said[0]


def test_two_targets_are_one_line(build: Callable[..., Build], ward):
    made = build(f"ward={ward[1]}", own=[ward[0]], words=["--set", "samples=5", "--set", "tokens=5"])
    assert made.code == 2 and made.said == [
        "medmill: samples and tokens are two targets of one mixture; set one of them"
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("{question}", "{qestion}"), "for qestion there is question"),
        (("json-lines", "json-line"), "did you mean json-lines?"),
        (('"ward-task"', "45"), "expected a new one, got '45' of"),
        (("name = \"ward\"", "name = \"pubmedqa\""), "expected a new one, got 'pubmedqa' of"),
        (("splits = ", "splits = ["), "expected TOML, got: "),
        (("metric", "metrik"), "did you mean metric?"),
    ],
)  # fmt: skip
def test_a_declaration_that_does_not_fit_is_one_line(build: Callable[..., Build], ward, change, told: str):
    own, folder = ward
    own.write_text(own.read_text().replace(*change))
    made = build(f"ward={folder}", own=[own])
    assert made.code in (1, 2) and len(made.said) == 1 and told in made.said[0]


def test_declarations_and_sources_that_are_not_there_or_there_twice(build: Callable[..., Build], ward, tmp_path: Path):
    own, folder = ward
    twin = tmp_path / "twin.toml"
    twin.write_text(own.read_text())
    good = f"ward={folder}"
    cases = [
        (build(good, own=[own, twin]), 2, "expected a new one, got 'ward' of"),
        (build(good, own=[tmp_path / "none.toml"]), 2, "none.toml: not readable"),
        (build(good, own=[tmp_path]), 2, "not readable (Is a directory)"),
        (build(good), 2, "meds-ins takes no source ward; it takes"),
        (build(own=[own]), 2, "meds-ins needs --source NAME=VALUE; it takes"),
        (build(f"ward={tmp_path / 'nowhere'}", own=[own]), 1, "nowhere: no such folder"),
        (build(f"ward={own}", own=[own]), 1, "ward.toml: no file train*, test* here"),
        (build("ward=klingon://a/b", own=[own]), 1, "this address cannot be opened"),
        (build(good, good, own=[own]), 2, "is given twice"),
        (build(good, own=[own], words=["--limit", "0"]), 2, "--limit 0: expected a number"),
        (build(good, own=[own], out=own), 1, "this is a file; --out names a folder"),
        (build(f"benchmark-questions={folder}", own=[own]), 2, "benchmark-questions alone is no corpus"),
        (build(good, f"benchmark-questions={tmp_path / 'none'}", own=[own]), 1, "none: no such folder"),
        (build(good, f"benchmark-questions={own}", own=[own]), 1, "no table of questions; expected .jsonl"),
        (build(f"ward={folder}", own=[own], dataset="meds-bench", words=["--set", "tasks=39"]), 2, "not-rebuilt"),
    ]  # fmt: skip
    for made, code, told in cases:
        assert made.code == code and len(made.said) == 1 and told in made.said[0], (made, told)


@pytest.mark.parametrize("target", ["nowhere", "train9.jsonl"])
def test_a_link_to_nowhere_or_to_itself_is_one_line(build: Callable[..., Build], ward, target: str):
    own, folder = ward
    (folder / "train9.jsonl").symlink_to(folder / target)
    made = build(f"ward={folder}", own=[own])
    assert made.code == 1 and len(made.said) == 1 and str(folder / "train9.jsonl") in made.said[0]


def test_a_file_that_nobody_may_read_is_one_line(ward, tmp_path: Path):
    own, folder = ward
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(0o755)
    (folder / "train1.jsonl").chmod(0)
    known = with_own([own])
    with as_nobody(), pytest.raises(MedmillError, match=r"train1\.jsonl: no permission to read this file"):
        CorpusFiles(str(folder), known.corpora["ward"], known.of("ward")).shards("instances")


def test_folders_that_are_links_to_themselves_are_listed_once(build: Callable[..., Build], ward):
    own, folder = ward
    (folder / "again").symlink_to(folder)
    made = build(f"ward={folder}", own=[own])
    assert made.code == 0 and made.rows("chats").height == 60


def test_ids_of_two_files_go_out_once_and_are_counted_once(build: Callable[..., Build], ward):
    own, folder = ward
    shutil.copy(folder / "train1.jsonl", folder / "train1 (1).jsonl")
    (folder / "train3.jsonl").write_text(lines(asked(1, question="Another one?"), asked(300)))
    made = build(f"ward={folder}", own=[own], qc=True)
    assert made.code == 0 and made.rows("chats").height == 61
    assert made.rows("mixture")["drawn"].to_list() == [61]
    assert Counter(made.rejected("chats").values()) == {"duplicate_id": 21}


@pytest.mark.parametrize(
    "files",
    [{"test.jsonl": GOOD}, {"train.jsonl": lines(asked(1, answer=None), asked(2, question=""))}],
    ids=["test alone", "all rejected"],
)
def test_a_training_set_of_nothing_fails_its_check(build: Callable[..., Build], tmp_path: Path, files):
    own = declared(tmp_path, "ward", "json-lines", f'{PARTED}\nid = "{{id}}"')
    made = build(f"ward={write(tmp_path / 'ward', files)}", own=[own], qc=True)
    assert made.code == 3
    assert "no instance was drawn" in (made.out / "qc" / "report.json").read_text()
    assert made.rows("mixture")["drawn"].to_list() == [0]


ODD = [
    "a/../b",
    "line\nbreak",
    "ü" * 300,
    "x" * 100_000,
    "\0",
    "😀",
    "a|b:0-5+3#*?",
    " 7 ",
    "7",
    7,
    7.0,
    True,
    [1, 2],
    {"a": 1},
]
"""Ids of any kind; the last but one of 7 stand for one."""


def test_ids_of_any_kind_are_short_and_told_apart(build: Callable[..., Build], tmp_path: Path):
    rows = [{**asked(0), "id": id_, "question": f"Why {number}?"} for number, id_ in enumerate(ODD)]
    own = declared(tmp_path, "ward", "json-lines", f'{PARTED}\nid = "{{id}}"')
    made = build(f"ward={write(tmp_path / 'ward', {'train.jsonl': lines(*rows)})}", own=[own])
    ids = made.rows("chats")["id"]
    assert made.code == 0 and ids.n_unique() == len(ids) == len(ODD) - 3
    assert ids.str.contains(r"^ward-task:ward/[!-~]{1,80}$").all()
    assert Counter(made.rejected("instances.ward").values()) == {"duplicate_id": 1}


def test_ten_rows_are_the_first_of_the_whole(build: Callable[..., Build], ward, tmp_path: Path):
    own, folder = ward
    made = build(f"ward={folder}", own=[own], words=["--limit", "10"], out=tmp_path / "ten")
    assert made.code == 0 and made.rows("chats").height == 10
    assert set(made.rows("chats")["id"]) <= set(build(f"ward={folder}", own=[own]).rows("chats")["id"])


@dataclass(frozen=True)
class Restless(CorpusFiles):
    """Files of which one becomes another each time when they have been listed."""

    def shards(self, table: str) -> Sequence[Shard]:
        found = super().shards(table)
        path = Path(self.location) / "train1.jsonl"
        path.write_text(path.read_text().replace("Why", "Why,"))
        return found


def test_a_file_that_changes_after_it_was_listed(ward, tmp_path: Path):
    own, folder = ward
    known = with_own([own])
    told = Options(own=(str(own),), tasks=("ward-task",))
    kinds = {"restless": Restless, "still": CorpusFiles}
    made = {name: kind(str(folder), known.corpora["ward"], known.of("ward")) for name, kind in kinds.items()}
    with pytest.raises(MedmillError, match=r"train1\.jsonl.*changed while the build ran; run the same command") as said:
        make(recipe({"ward": made["restless"]}, told), tmp_path / "out", Orders(workers=0))
    assert "\n" not in str(said.value)
    make(recipe({"ward": made["still"]}, told), tmp_path / "out", Orders(workers=0))
    assert pl.read_parquet(tmp_path / "out" / "chats" / "*.parquet").height == 60


def test_a_build_that_was_killed_goes_on_to_the_same_bytes(build: Callable[..., Build], ward, tmp_path: Path):
    own, folder = ward
    whole = build(f"ward={folder}", own=[own], out=tmp_path / "whole")
    words = [f"--source=ward={folder}", f"--set=own={own}", "--out", str(tmp_path / "out"), "--workers=0", "--quiet"]
    killed = start_medmill("build", "meds-ins", *words, "--no-qc")
    wait_until(tmp_path / "out", 30, killed)
    killed.kill()
    assert ended(killed)[0] == -9
    assert build(f"ward={folder}", own=[own]).code == 0
    assert digests(tmp_path / "out") == digests(whole.out)


def test_the_benchmark_holds_what_is_good_of_bad_files_and_each_id_once(build: Callable[..., Build], ward):
    own, folder = ward
    bad = f'{{"question": "{WORD}"\n'
    write(
        folder, {"test.jsonl": lines(asked(1), asked(2, answer=None)) + bad, "test2.jsonl": lines(asked(1), asked(3))}
    )
    made = build(f"ward={folder}", own=[own], dataset="meds-bench")
    assert (made.code, made.said) == (0, []) and made.rows("items")["id"].str.tail(2).to_list() == ["/1", "/3"]
    assert made.rejected("instances.ward") == {"ward/2": "empty_output", "ward/test.jsonl#3": "bad_row"}
    assert Counter(made.rejected("items").values()) == {"duplicate_id": 1}
    assert not told_anywhere(made.out, WORD)


@pytest.mark.soak
def test_a_record_of_50_mb(build: Callable[..., Build], tmp_path: Path):
    own = declared(tmp_path, "ward", "json-lines", f'{PARTED}\nid = "{{id}}"')
    large = asked(2, question=f"{WORD} " * (50_000_000 // (len(WORD) + 1)))
    made = build(f"ward={write(tmp_path / 'ward', {'train.jsonl': lines(asked(1), large)})}", own=[own])
    assert (made.code, made.said) == (0, []) and made.rows("chats").height == 2
