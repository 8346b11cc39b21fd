"""A model divides sentences by structure; what it says is taken where it stands, else the rules do it."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from annotators.llm.by_name import llm_named
from annotators.rules import Findings
from builders.api import build
from builders.stages.ground import Ground
from builders.stages.ground_by_model import RULE, GroundByModel
from schemas.errors import UsageError
from schemas.grounding import GroundedSentence
from schemas.references import passages
from tests.annotators.llm.scripted import Asked, Scripted, serving
from tests.builders.stages.grounded import corpus

NODES = ("heart", "liver", "right upper lobe")


def divide(asked: Asked) -> str:
    """Every sentence whole, of the first node that it names; the spleen is put where no list has it."""
    question = next(m["content"] for m in reversed(asked) if re.search(r"^\[1\] ", m["content"], re.MULTILINE))
    sentences = []
    for number, line in re.findall(r"^\[(\d+)\] (.*)$", question, re.MULTILINE):
        named = next((node for node in NODES if node in line.lower()), "none")
        node = "left elbow" if "spleen" in line else named
        sentences.append({"sentence": int(number), "parts": [{"quote": line, "occurrence": 1, "node": node}]})
    return json.dumps({"sentences": sentences})


def made(url: str, folder: Path, **texts: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows by the model, and rows by the rules."""
    studies = corpus(**texts)
    entities = Findings().annotate(passages(studies))
    llm = llm_named(f"llm:m@{url}", "region-division", answers=str(folder / "answers"))
    return GroundedSentence.validate(GroundByModel(llm)(studies, entities)), Ground()(studies, entities)


def test_parts_are_the_models_and_findings_the_rules(tmp_path: Path) -> None:
    with serving(Scripted(divide)) as script:
        rows, _ = made(
            script.url, tmp_path, a="The heart is enlarged. Contrast was given. A nodule in the right upper lobe."
        )
    told = rows.select("sentence", "node", "kind", "rule", pl.col("findings").list.eval(
        pl.element().struct.field("term"))).rows()  # fmt: skip
    assert told == [
        (0, "heart", "whole_organ", RULE, ["cardiomegaly"]),
        (1, "none", "none", "none:technique", []),
        (2, "right upper lobe", "focal", RULE, ["nodule"]),
    ]
    assert all(row["text"] and row["id"].startswith("a/findings-0/") for row in rows.to_dicts())


def test_a_section_without_a_usable_answer_is_grounded_by_the_rules(tmp_path: Path) -> None:
    with serving(Scripted(divide)) as script:
        rows, ruled = made(script.url, tmp_path, a="The heart is enlarged.", b="The spleen is enlarged.")
        again = len(script.asked)
        made(script.url, tmp_path, a="The heart is enlarged.", b="The spleen is enlarged.")
        assert len(script.asked) == again, "answers that cannot be used are stored too"
    assert rows.filter(study="a")["rule"].to_list() == [RULE]
    assert rows.filter(study="b").equals(ruled.filter(study="b"))


def test_the_recipe_takes_a_model_where_terms_allow_it(tmp_path: Path) -> None:
    sources, told = {"synthetic-ct": "2"}, {"answers": str(tmp_path / "answers"), "segmenter": "precomputed:nowhere"}
    with pytest.raises(UsageError, match="expected rules, or llm:MODEL@URL"):
        build("radgenome-chest-ct", sources=sources, out=tmp_path / "out", settings={**told, "division": "magic"})
    reports = {"ct-folder": str(tmp_path)}
    with pytest.raises(UsageError, match="nothing was sent"):
        remote = {**told, "division": "llm:m@http://8.8.8.8/v1"}
        build("radgenome-chest-ct", sources=reports, out=tmp_path / "out", settings=remote)
