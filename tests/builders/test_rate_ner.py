"""`rate-ner` from end to end: reports drawn evenly, sentences once, votes by rules and by a served model, and terms."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from annotators.llm.tasks.findings.task import FindingsTask
from builders.api import build
from builders.cli import run as command
from qc.run import run
from schemas.errors import GoneError, UsageError
from schemas.manifest import read_manifest
from tests.annotators.llm.scripted import Asked, Scripted, first_words, serving
from tests.builders.sources.note_tree import write_notes

KINDS = (("CT", "Head"), ("XR", "Chest"), ("MR", "Knee"))


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / name / "*.parquet")


def rejected(folder: Path, stage: str) -> pl.DataFrame:
    return pl.read_parquet(folder / "rejected" / stage / "*.parquet")


def test_by_rules_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    build("rate-ner", sources={"synthetic": "150"}, out=out, workers=0)
    sentences, corpus = table(out, "sentences"), table(out, "corpus")
    assert set(sentences["split"]) == {"train", "validation", "test"}
    assert set(sentences["status"]) == {"single"} and set(sentences["modality"]) == {"x-ray"}
    texts = dict(corpus.select("id", "text").iter_rows())
    spans = 0
    for row in sentences.iter_rows(named=True):
        assert row["text"] in texts[row["report"]]
        for span in row["entities"]:
            spans += 1
            word = row["text"][span["start"] : span["end"]]
            assert word and word == word.strip()
    assert spans > 300
    homes = sentences.join(corpus.select(report="id", patient="patient"), on="report")
    assert homes.group_by("patient").agg(pl.col("split").n_unique())["split"].max() == 1
    report = run(out)
    assert {check.name for check in report.checks} >= {"sentence_copies", "entity_spans", "entity_types"}
    assert not [check.name for check in report.checks if check.verdict == "fail"]
    manifest = read_manifest(out)
    cut = manifest.stage("sentences.distinct")
    assert cut.ids_in == cut.ids_passed + cut.ids_rejected and set(cut.rejected) == {"near_duplicate"}
    assert cut.ids_passed == sentences.height


def test_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    for name, workers in (("one", 0), ("two", 2)):
        build("rate-ner", sources={"synthetic": "60"}, out=tmp_path / name, workers=workers)
    made = {name: {path.relative_to(tmp_path / name): path.read_bytes()
                   for path in (tmp_path / name).glob("*/*.parquet")} for name in ("one", "two")}  # fmt: skip
    assert made["one"] == made["two"] and len(made["one"]) > 5


def hospital(folder: Path) -> Path:
    """60 reports of three kinds, 40 of them CTs of the head, half without a heading; two reports of a patient."""
    rows = []
    for number in range(60):
        modality, part = KINDS[0] if number < 40 else KINDS[1 + number % 2]
        text = f"Case {'abcdefghij'[number // 10]}{'klmnopqrst'[number % 10]} shows a mass. No fracture is seen."
        rows.append({"key": f"h{number:02d}", "who": f"w{number // 2}", "body": text, "mod": modality, "part": part})
    path = folder / "hospital.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def of_hospital(folder: Path) -> dict[str, str]:
    named = {"id": "key", "text": "body", "patient": "who", "exam": "mod,part"}
    return {f"reports-table.{name}": value for name, value in named.items()}


def test_reports_are_drawn_evenly_over_kinds(tmp_path: Path) -> None:
    sources = {"reports-table": str(hospital(tmp_path))}
    build("rate-ner", sources=sources, out=tmp_path / "out", workers=0,
          settings={**of_hospital(tmp_path), "reports": 24})  # fmt: skip
    drawn = table(tmp_path / "out", "drawn")
    assert drawn.height == 60
    kinds = drawn.filter("drawn").group_by("modality", "region").len().sort("modality").rows()
    assert kinds == [("x-ray", "chest", 8), ("ct", "brain", 8), ("mri", "lower-limb", 8)]
    corpus = table(tmp_path / "out", "corpus")
    assert set(corpus["id"]) == set(drawn.filter("drawn")["id"])


def test_a_sentence_that_only_differs_in_numbers_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    texts = [f"There is a nodule of {n} mm in the right upper lobe of the lung. Case {'abcdefgh'[n]} is new."
             for n in range(8)]  # fmt: skip
    pl.DataFrame({"id": [f"r{n}" for n in range(8)], "text": texts}).write_csv(path)
    build("rate-ner", sources={"reports-table": str(path)}, out=tmp_path / "out", workers=0)
    found = table(tmp_path / "out", "sentences")["text"].str.replace(r"\d", "#")
    assert (found == "There is a nodule of # mm in the right upper lobe of the lung.").sum() == 1
    told = rejected(tmp_path / "out", "sentences.distinct")
    assert set(told["reason"]) == {"near_duplicate"} and told["detail"].str.starts_with("repeats r").all()


def test_notes_and_articles_together_without_sealed_subjects(tmp_path: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    article = {"id": "a1", "title": "Ultrasound of the thyroid", "text": "A goitre is an enlarged thyroid gland."}
    articles.write_text(json.dumps(article), encoding="utf-8")
    sealed = tmp_path / "split.csv"
    sealed.write_text("dicom_id,study_id,subject_id,split\nd,5,10000001,test\nd,6,10000002,train\n", encoding="utf-8")
    sources = {"mimic-iv-note": str(write_notes(tmp_path / "notes")), "articles": str(articles)}
    settings = {"sealed": str(sealed), "articles.exam": "title"}
    build("rate-ner", sources=sources, out=tmp_path / "out", workers=0, settings=settings)
    assert rejected(tmp_path / "out", "unsealed.mimic-iv-note").select("id", "reason").rows() == [
        ("10000001-RR-1", "sealed_subject"), ("10000001-RR-2", "sealed_subject")
    ]  # fmt: skip
    kinds = table(tmp_path / "out", "drawn").select("id", "source", "modality", "region").rows()
    assert kinds == [
        ("10000002-RR-1", "mimic-iv-note", "ultrasound", "liver"),
        ("10000003-RR-9", "mimic-iv-note", "ultrasound", "abdomen"),
        ("a1", "articles", "ultrasound", "thyroid"),
    ]
    assert set(table(tmp_path / "out", "sentences")["source"]) == {"mimic-iv-note", "articles"}
    settings_told = json.dumps(read_manifest(tmp_path / "out").settings)
    assert "10000001" not in settings_told, "a manifest names no subject"


def voting(folder: Path, script: Scripted, **more: object) -> Path:
    out = folder / "out"
    settings = {"annotators": f"rules,llm:first@{script.url}", "answers": str(folder / "answers"), **more}
    build("rate-ner", sources={"synthetic": "30"}, out=out, workers=0, settings=settings)
    return out


def test_a_served_model_votes_and_is_asked_once(tmp_path: Path) -> None:
    with serving(Scripted()) as script:
        out = voting(tmp_path, script)
        asked = len(script.asked)
        votes, sentences = table(out, "votes"), table(out, "sentences")
        assert asked == sentences["text"].n_unique() > 20
        assert votes["annotator"].value_counts().sort("annotator").rows() == [
            ("llm", sentences.height), ("rules", sentences.height)
        ]  # fmt: skip
        first = votes.filter(annotator="llm").join(sentences.select("id", "text"), on="id")
        for row in first.to_dicts():
            words = [row["text"][span["start"] : span["end"]] for span in row["entities"]]
            assert words and words[0] == re.findall(r"\w+", row["text"])[0]
        disputes = table(out, "disputes")
        assert disputes.height and set(disputes["by"].list.first()) == {"llm", "rules"}
        assert next(c for c in run(out).checks if c.name == "voters").figures["llm/rules all exact"] is not None
        voting(tmp_path, script, conflicts="review")
        assert len(script.asked) == asked, "another way to decide asks nothing"
        left = rejected(out, "sentences")
        assert set(left["reason"]) == {"in_review"}
        assert set(table(out, "sentences").filter(split="train")["status"]) <= {"agreed"}


def test_a_sentence_without_an_answer_stays_with_the_votes_it_has(tmp_path: Path) -> None:
    """And says why the model has none: an invented quotation falls, its neighbours do not."""

    def inventive(asked: Asked) -> str:
        if "lungs" not in asked[-1]["content"].lower() and "cannot be used" not in asked[-1]["content"]:
            return first_words(asked)
        return json.dumps({"entities": [{"sentence": 1, "quote": "unicorn", "occurrence": 1, "type": "Disease",
                                         "assertion": "present", "anatomy": ""}]})  # fmt: skip

    with serving(Scripted(say=inventive)) as script:
        out = voting(tmp_path, script)
    lost = rejected(out, "votes.llm")
    assert set(lost["reason"]) == {"quote_not_in_source"}
    sentences = table(out, "sentences")
    kept = sentences.filter(pl.col("id").is_in(lost["id"].implode()))
    assert kept.height == lost.height > 0 and set(kept["status"]) == {"single"}
    assert "conflict" in set(sentences["status"])


def test_text_goes_to_no_remote_server_that_the_terms_forbid(tmp_path: Path) -> None:
    sources = {"reports-table": str(hospital(tmp_path))}
    settings = {**of_hospital(tmp_path), "annotators": "llm:m@http://8.8.8.8:9/v1", "answers": str(tmp_path / "a")}
    with pytest.raises(UsageError, match="nothing was sent"):
        build("rate-ner", sources=sources, out=tmp_path / "out", settings=settings)
    assert not (tmp_path / "out").exists() and not (tmp_path / "a").exists()


def test_a_server_that_is_gone_ends_the_build_at_once_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """Every partition waited for it in turn: sixteen times the patience before anybody was told."""
    settings, turns = {"answers": str(tmp_path / "answers"), "llm.patience": 1}, iter(range(9))

    def built(url: str) -> None:
        told = {**settings, "annotators": f"rules,llm:first@{url}"}
        build("rate-ner", sources={"synthetic": "30"}, out=tmp_path / "out", workers=0, settings=told)

    def a_few(asked: Asked) -> str | tuple[int, dict[str, str]]:
        return first_words(asked) if next(turns, None) is not None else (503, {})

    with serving(Scripted(say=a_few)) as script, pytest.raises(GoneError, match="the same command goes on"):
        built(script.url)
    with serving(Scripted()) as second:
        built(second.url)
        assert len(second.asked) + 9 == table(tmp_path / "out", "sentences")["text"].n_unique()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"annotators": "rules,rules"}, "each kind votes once"),
        ({"annotators": "rules", "stronger": "llm"}, "no such annotator"),
        ({"annotators": "magic"}, "rules, transformers:FOLDER"),
        ({"sealed": "/dev/null"}, "no subject here"),
    ],
)
def test_settings_that_do_not_fit_are_refused(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        build("rate-ner", sources={"synthetic": "20"}, out=tmp_path / "out", settings=settings)


def test_the_prompt_the_rules_and_the_reviewer_read_one_guideline() -> None:
    page = Path("annotators/guidelines/entities.md").read_text(encoding="utf-8")
    assert page.partition("\n")[2].strip() in FindingsTask().prompt.system


@pytest.mark.real
def test_openi_by_rules(samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(
        "rate-ner", sources={"openi": str(samples / "openi")}, out=out, settings={"reports": 200}, limit=400, workers=0
    )
    assert table(out, "corpus").height == 200
    assert not [check.name for check in run(out).checks if check.verdict == "fail"]


def test_no_sentence_of_a_closed_source_leaves_and_its_owner_gets_each_back(tmp_path: Path) -> None:
    source = ["--source", f"reports-table={hospital(tmp_path)}"]
    told = {**of_hospital(tmp_path), "reports-table.ids_may_leave": "true"}
    settings = [word for name, value in told.items() for word in ("--set", f"{name}={value}")]
    built, left, back = (str(tmp_path / name) for name in ("built", "left", "back"))
    assert command(["build", "rate-ner", *source, *settings, "--out", built, "--workers", "0", "--quiet"]) == 0
    assert command(["release", built, "--version", "1.0.0", "--out", left]) == 0
    files = [path.read_bytes() for path in Path(left).rglob("*") if path.is_file()]
    assert files and not any(b"shows a mass" in content or b"fracture" in content for content in files)
    assert command(["rehydrate", left, *source, *settings, "--out", back]) == 0
    own, again = (table(Path(folder), "sentences").sort("id") for folder in (built, back))
    assert own["text"].equals(again["text"]) and own["entities"].equals(again["entities"])
