"""Settings of the command line: typed by the dataclass they belong to, refused by name where they fit nothing."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import polars as pl
import pytest

from builders.api import resolve
from builders.base import Stage
from builders.overrides import with_settings
from builders.provenance import plain_settings
from builders.settings import for_part, for_recipe, pairs, typed
from builders.stages.finding_sets import FindingSets
from schemas.errors import UsageError
from tests.builders.mill import Items, Polish, mill


@dataclass(frozen=True)
class Options:
    """Settings of every kind."""

    text: Literal["findings", "impression"] = "findings"
    top_k: int = 100
    same_patient: bool = False
    fractions: tuple[float, float] = (0.5, 0.5)
    languages: tuple[str, ...] = ()
    limit: int | None = None


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [
        ("text", "impression", "impression"),
        ("top_k", "7", 7),
        ("same_patient", "true", True),
        ("same_patient", "no", False),
        ("fractions", "0.9, 0.1", (0.9, 0.1)),
        ("languages", "en,tr", ("en", "tr")),
        ("limit", "3", 3),
        ("top_k", 7, 7),
    ],
)
def test_a_value_is_read_as_its_field_is_declared(key: str, value: object, meant: object) -> None:
    assert typed(Options, "recipe", {key: value}) == {key: meant}


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("text", "history", r"recipe.text=history: Input should be 'findings' or 'impression'"),
        ("top_k", "many", r"recipe.top_k=many: Input should be a valid integer"),
        ("topk", "7", r"recipe has no setting topk; it has text, top_k, same_patient, fractions, languages, limit"),
    ],
)
def test_what_does_not_fit_is_one_line(key: str, value: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        typed(Options, "recipe", {key: value})


def test_names_part_the_settings() -> None:
    settings = pairs(["top-k=7", "recipe.text=impression", "items.per-shard=3"], "--set")
    assert for_recipe(settings) == {"top_k": "7", "text": "impression"}
    assert for_part(settings, "items") == {"per_shard": "3"}


@pytest.mark.parametrize(("tokens", "says"), [(["x"], "expected NAME=VALUE"), (["x=1", "x=2"], "is given twice")])
def test_tokens_of_another_form_are_refused(tokens: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        pairs(tokens, "--set")


@dataclass(frozen=True)
class Nested(Stage):
    """A stage that holds a part with settings of its own."""

    annotator: Polish = field(default_factory=Polish)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        return frames[0]


def test_a_stage_and_what_it_holds_are_set_by_name() -> None:
    recipe = mill(source=Items(count=5))
    tables = [replace(table, stage=Nested()) if table.name == "polished" else table for table in recipe.tables]
    made = with_settings(
        replace(recipe, tables=tables), {"annotator.least": "4", "drawings.naps": "0.5", "items.count": "5"}
    )
    stages = {table.name: table.stage for table in made.tables}
    assert stages["polished"] == Nested(Polish(least=4))
    assert plain_settings(stages["polished"]) == {"annotator": {"least": 4, "raises_on": "", "naps": 0.0}}
    assert plain_settings(stages["drawings"]) == {"naps": 0.5}


def test_an_unknown_part_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no part of mill is called corpus; there are items, polished, keys"):
        with_settings(mill(), {"corpus.text": "both"})


def test_surface_words_become_source_text_for_all_who_read_tags() -> None:
    """As a label they were shown on the report page of sources whose text stays home."""
    recipe, _ = resolve("mimic-ir", {"synthetic": "10"}, {"findings.term": "surface"})
    findings = next(table for table in recipe.tables if table.name == "findings")
    assert (findings.schema.entities.metadata or {})["tag"] == "source_text"
    plain, _ = resolve("mimic-ir", {"synthetic": "10"}, {})
    assert (next(t for t in plain.tables if t.name == "findings").schema.entities.metadata or {})["tag"] == "label"


def test_the_published_rollup_scores_what_is_normal_always() -> None:
    recipe, _ = resolve("mimic-ir", {"synthetic": "10"}, {"rollup": "published"})
    sets = next(table.stage for table in recipe.tables if table.name == "sets")
    assert isinstance(sets, FindingSets) and sets.normal == "always"


@pytest.mark.parametrize(
    "setting",
    ["top_k=0", "top-k=-4", "sample=-1", "shards=0", "embedder=foo", "empty_score=2", "rankings.top_k=0"],
)
def test_a_setting_out_of_its_range_is_named(setting: str) -> None:
    """`top_k=0` once wrote beyond its arrays."""
    key, _, value = setting.partition("=")
    with pytest.raises(UsageError, match=key.rpartition(".")[2].replace("-", "_")):
        resolve("mimic-ir", {"synthetic": "10"}, {key: value})


def test_two_sources_where_one_is_read_are_refused() -> None:
    with pytest.raises(UsageError, match="mimic-ir reads one source, got reports-table, synthetic"):
        resolve("mimic-ir", {"synthetic": "10", "reports-table": "a.csv"}, {})


def test_a_setting_of_tables_of_several_sources_is_given_by_their_first_name_or_by_the_whole(tmp_path: Path) -> None:
    for name in ("a/x.jsonl", "b/x.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text('{"text": "x"}\n')
    sources = {"web-jsonl": str(tmp_path / "a"), "text-folder": str(tmp_path / "b")}
    recipe, _ = resolve("mmedc", sources, {"sound.min_words": "7", "sound.text-folder.min_words": "9"})
    words = {table.name: table.stage.min_words for table in recipe.tables if table.name.startswith("sound.")}  # pyright: ignore
    assert words == {"sound.web-jsonl": 7, "sound.text-folder": 9}
    with pytest.raises(UsageError, match=r"no part of mmedc is called sound\.openi"):
        resolve("mmedc", sources, {"sound.openi.min_words": "9"})
