"""Terms of an ontology."""

import random

import polars as pl
import pytest

from builders.instructions.converting.by_shape import convert
from tests.builders.instructions.converting.own_rows import made, one, reason, rows, task

TERM = {
    "name": ["lung disease"],
    "synonym": [
        ['"disease of the lung" EXACT []', '"Lung Disease" EXACT []', '"chest illness" RELATED []', "pulmopathy"]
    ],
    "def": ['"A disease that is in the \\"lung\\"." [url:nowhere]'],
}


def test_exact_synonyms_are_right_and_the_term_itself_is_none():
    found = one(TERM, "ontology", term="{name}", asked="synonym", synonyms="{synonym}")
    assert (found["input"], found["outputs"]) == ("lung disease", ["disease of the lung", "pulmopathy"])
    bare = {**TERM, "synonym": [['"chest illness" BROAD []']]}
    assert reason(bare, "ontology", term="{name}", asked="synonym", synonyms="{synonym}")[0] == "no_synonym"


def test_definitions_are_told_without_their_source():
    found = one(TERM, "ontology", term="{name}", asked="definition", definition="{def}")
    assert found["outputs"] == ['A disease that is in the "lung".']
    plain = one({**TERM, "def": ["Plain words."]}, "ontology", term="{name}", asked="definition", definition="{def}")
    assert plain["outputs"] == ["Plain words."]
    empty = {**TERM, "def": ['"" []']}
    assert reason(empty, "ontology", term="{name}", asked="definition", definition="{def}")[0] == "empty_output"


def test_a_name_that_begins_with_quotation_marks_is_whole():
    quoted = {**TERM, "synonym": [['"crazy paving" pattern']]}
    assert one(quoted, "ontology", term="{name}", asked="synonym", synonyms="{synonym}")["outputs"] == [
        '"crazy paving" pattern'
    ]


def test_a_name_is_asked_by_its_definition():
    fields = {"term": "{name}", "asked": "name", "definition": "{def}"}
    assert one(TERM, "ontology", **fields)["outputs"] == ["lung disease"]
    assert one(TERM, "ontology", **fields, synonyms="{synonym}")["outputs"][:2] == [
        "lung disease",
        "disease of the lung",
    ]


def many(count: int) -> dict[str, list[str]]:
    return {"name": [f"term {n}" for n in range(count)], "def": [f"Meaning of {n}." for n in range(count)]}


def test_a_definition_is_matched_with_numbered_terms():
    kept = made(many(30), "ontology", term="{name}", asked="match", definition="{def}")
    assert kept.rejected.is_empty()
    for row in kept.frame.iter_rows(named=True):
        meant = {choice["mark"]: choice["text"] for choice in row["choices"]}
        number = row["row"].split("/")[1]
        assert list(meant) == ["1", "2", "3", "4", "5"] and len(set(meant.values())) == 5
        assert [meant[mark] for mark in row["gold"]] == [f"term {number}"]
        assert row["outputs"] == row["gold"]
        assert row["input"] == f"Meaning of {number}.\n\n" + "\n".join(f"{n}. {text}" for n, text in meant.items())
    assert len(set(kept.frame["gold"].explode())) == 5
    assert reason({"name": ["t"], "def": ["d"]}, "ontology", term="{name}", asked="match", definition="{def}") == (
        "no_candidates", "no other document in the frame",
    )  # fmt: skip


RELATION = {
    "term": "{name}", "asked": "relation", "synonyms": "{synonym}", "parents": "{is_a}",
    "words": {"parent": "broader", "child": "narrower", "synonym": "synonym", "none": "unrelated"},
}  # fmt: skip
TREE = rows(
    pl.DataFrame(
        {
            "name": [f"kind {n}" for n in range(60)],
            "synonym": [[f'"sort {n}" EXACT []'] for n in range(60)],
            "is_a": [[] if n == 0 else [f"D:{(n - 1) // 2} ! kind {(n - 1) // 2}"] for n in range(60)],
        }
    ),
    id=[f"D:{n}" for n in range(60)],
)


def above(number: int) -> set[int]:
    return {(number - 1) // 2} | above((number - 1) // 2) if number else set()


@pytest.mark.parametrize("form", ["id ! name", "id", "name"])
def test_two_terms_are_related_as_the_ontology_says(form: str):
    part = {"id ! name": r"(.*)", "id": r"(D:\d+)", "name": r"! (.*)"}[form]
    tree = TREE.with_columns(pl.col("is_a").list.eval(pl.element().str.extract(part)))
    kept = convert(tree, task("ontology", RELATION), "seed")
    assert kept.frame.height == 60
    assert {gold for [gold] in kept.frame["gold"]} == {"broader", "narrower", "synonym", "unrelated"}
    for row in kept.frame.iter_rows(named=True):
        first, second = (line.split(": ")[1] for line in row["input"].split("\n"))
        one_, other = int(first.split()[1]), int(second.split()[1])
        if second.startswith("sort"):
            assert (one_, row["gold"]) == (other, ["synonym"])
        else:
            meant = (
                "narrower"
                if other == (one_ - 1) // 2 and one_
                else "broader"
                if one_ == (other - 1) // 2
                else "unrelated"
            )
            assert row["gold"] == [meant]
            assert meant != "unrelated" or not (other in above(one_) or one_ in above(other))


def test_no_order_of_rows_changes_what_is_drawn():
    order = random.Random(3).sample(range(60), 60)
    for fields in (RELATION, {"term": "{name}", "asked": "match", "definition": "{name}"}):
        kept = [convert(one_, task("ontology", fields), "seed").frame.sort("row") for one_ in (TREE, TREE[order])]
        assert kept[0].equals(kept[1])


def test_a_parent_whose_name_is_nowhere_is_no_partner():
    alone = {"name": ["kind 1"], "synonym": [[]], "is_a": [["D:0"]]}
    assert reason(alone, "ontology", **RELATION)[0] == "no_relation"
    cycle = rows({"name": ["a", "b"], "is_a": [["b"], ["a"]], "synonym": [["a2"], ["b2"]]})
    assert convert(cycle, task("ontology", RELATION), "seed").frame.height == 2
