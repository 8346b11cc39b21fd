"""Nothing of a source whose text stays home gets out: not in a release, a page, a log, an output, or an error.

Markers are planted where text could slip through: sentences, words that become entities, patients and image files,
a record that raises, a file cut short, a worker's traceback. They are looked for raw, escaped as JSON, in base64, and
behind compression.
"""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builders.api import resolve
from builders.base import Map, Stage, Table
from builders.cli import run as medmill
from builders.run import Orders, make
from schemas.errors import MedmillError
from schemas.retrieval import Study

WORDS = st.text("bcdfghjklmnpqrstvwxz", min_size=7, max_size=12)
FINDING = "pneumothorax"
CASES = st.lists(st.booleans(), min_size=len(FINDING), max_size=len(FINDING)).filter(lambda up: 3 < sum(up) < 9)


@dataclass(frozen=True)
class Markers:
    """What must not be found again."""

    sentence: str
    entity: str
    patient: str
    image: str

    def all(self) -> list[str]:
        return [self.sentence, self.entity, self.patient, self.image]


MARKERS = st.builds(
    lambda a, b, c, up: Markers(
        f"zq{a}", "".join(x.upper() if u else x for x, u in zip(FINDING, up, strict=True)), f"zp{b}", f"zi{c}.dcm"
    ),
    WORDS, WORDS, WORDS, CASES,
)  # fmt: skip


def table(markers: Markers, studies: int = 20) -> pl.DataFrame:
    """Reports of our own with the markers in all of them."""
    texts = [
        f"FINDINGS: There is a {markers.sentence} opacity of {i} mm in the left lower lobe. Large {markers.entity}.\n"
        f"IMPRESSION: Nodule {i}, {markers.sentence}. Effusion on the {'left' if i % 2 else 'right'}."
        for i in range(studies)
    ]
    patients = [f"{markers.patient}{i // 2}" for i in range(studies)]
    images = [f"{markers.patient}/{i}-{markers.image}" for i in range(studies)]
    return pl.DataFrame({"id": [f"st{i}" for i in range(studies)], "text": texts, "who": patients, "file": images})


def strings(folder: Path) -> Iterator[str]:
    """Everything a reader could take out of a folder."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        yield path.name
        if path.suffix == ".parquet":
            yield json.dumps(pl.read_parquet(path).to_dicts(), default=str, ensure_ascii=False)
        elif content[:2] == b"\x1f\x8b":
            yield gzip.decompress(content).decode("utf-8", "replace")
        else:
            yield content.decode("utf-8", "replace")


def disguises(marker: str) -> list[str]:
    """A marker as it is, escaped, and in base64 at each of the three offsets it can stand at."""
    coded = [base64.b64encode(b"\0" * pad + marker.encode())[4 if pad else 0 : -4].decode() for pad in range(3)]
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in marker)
    packed = base64.b64encode(zlib.compress(marker.encode())).decode()
    return [marker, escaped, packed, *(code for code in coded if len(code) > 7)]


def found(markers: Markers, texts: Iterator[str]) -> list[str]:
    everything = "\n".join(texts)
    return [marker for marker in markers.all() if any(shape in everything for shape in disguises(marker))]


def arguments(folder: Path, out: Path) -> list[str]:
    sets = ("patient=who", "image=file", "ids_may_leave=true")
    return [
        "build", "mimic-ir", "--source", f"reports-table={folder / 'r.csv'}", "--out", str(out), "--workers", "0",
        *(part for word in sets for part in ("--set", f"reports-table.{word}")),
    ]  # fmt: skip


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(markers=MARKERS)
def test_no_marker_leaves_a_build_whose_text_stays_home(
    markers: Markers, tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("markers")
    table(markers).write_csv(folder / "r.csv")
    out = folder / "build"
    assert medmill([*arguments(folder, out), "--json"]) in (0, 3)
    assert medmill(["qc", str(out), "--json"]) in (0, 3)
    for target in ("local", "hub", "physionet"):
        package = ["release", str(out), "--version", "1.0.0", "--allow-failed-qc", "--target", target]
        assert medmill([*package, "--out", str(folder / target)]) == 0
        assert medmill(["verify", str(folder / target)]) == 0
        left = Markers(markers.sentence, markers.entity, *([""] * 2)) if target == "physionet" else markers
        assert found(Markers(*(m or "\0" for m in left.all())), strings(folder / target)) == [], target
    medmill(["status", str(out), "--json"])
    said = capfd.readouterr()
    assert found(markers, iter([said.out, said.err])) == []
    assert found(markers, strings(out / "qc")) == []
    assert found(markers, strings(out / "logs")) == []
    assert found(markers, iter([(out / "manifest.json").read_text()])) == []
    assert found(markers, strings(out / "entities")) != [], "the markers were planted well"


@dataclass(frozen=True)
class Quoting(Stage):
    """Fails on some records, and quotes them in what it raises, as careless code does."""

    every: int = 5

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        (rows,) = frames
        if rows.filter(pl.col("id").str.ends_with(str(self.every))).height:
            raise ValueError(f"cannot parse {rows['text'].to_list()} of {rows['patient'].to_list()}")
        return rows


@dataclass(frozen=True)
class Refusing(Quoting):
    """Fails on everything, so that the build ends in an error."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        raise ValueError(f"cannot parse {frames[0]['text'].to_list()}")


def with_stage(folder: Path, stage: Stage):
    settings = {"reports-table.patient": "who", "reports-table.image": "file"}
    recipe, _ = resolve("mimic-ir", {"reports-table": str(folder / "r.csv")}, settings)
    names = [table.name for table in recipe.tables]
    needed = recipe.tables[: names.index("corpus") + 1]
    return replace(recipe, tables=[*needed, Table("quoted", Study, stage, ("corpus",), shape=Map(of="id"))])


@pytest.mark.parametrize("workers", [0, 1])
def test_no_marker_gets_out_of_a_record_that_raises(workers: int, tmp_path: Path, capfd) -> None:
    """In this process, and in a worker whose traceback travels."""
    markers = Markers("zqsentencemark", "PnEuMoThOrAx", "zppatientmark", "ziimagemark.dcm")
    table(markers).write_csv(tmp_path / "r.csv")
    make(with_stage(tmp_path, Quoting()), tmp_path / "out", Orders(workers=workers))
    assert pl.read_parquet(tmp_path / "out" / "rejected" / "quoted" / "*.parquet").height == 2
    with pytest.raises(MedmillError) as error:
        make(with_stage(tmp_path, Refusing()), tmp_path / "out", Orders(workers=workers))
    said = capfd.readouterr()
    texts = [said.out, said.err, str(error.value)]
    assert found(markers, iter(texts)) == []
    assert found(markers, strings(tmp_path / "out" / "logs")) == []
    assert found(markers, strings(tmp_path / "out" / "rejected")) == []


@pytest.mark.parametrize("cut", [200, 1500])
def test_no_marker_gets_out_of_a_file_that_is_cut_short(cut: int, tmp_path: Path, capfd) -> None:
    markers = Markers("zqsentencemark", "PnEuMoThOrAx", "zppatientmark", "ziimagemark.dcm")
    plain = table(markers).write_csv().encode()
    (tmp_path / "r.csv.gz").write_bytes(gzip.compress(plain, compresslevel=0)[:cut])
    (tmp_path / "r.csv").write_bytes(plain[:cut] + b'"')
    for name in ("r.csv.gz", "r.csv"):
        tokens = [token.replace("r.csv", name) for token in arguments(tmp_path, tmp_path / f"out-{name}")]
        medmill(tokens)
        medmill(["export", "reports", "--source", f"reports-table={tmp_path / name}", "--out", str(tmp_path / "e.csv")])
        medmill(["sources", "reports-table", "--check", str(tmp_path / name)])
    said = capfd.readouterr()
    assert found(markers, iter([said.out, said.err])) == []
