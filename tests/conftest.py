"""For every test: where the real samples are, which files come first, and that CI does not skip what it could run."""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

if settings.get_current_profile_name() == "default":  # hypothesis has one of its own for CI, which does not time either
    settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("untimed")

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data"
HOW_TO_GET_SAMPLES = (
    "the real sample data are not beside this checkout (../shared/data); docs/samples.md says which public files "
    "they are and how to lay them out"
)


WITH_EXTRAS = ("tests/releases/hub/", "tests/qc/review/", "tests/releases/test_reviewed.py", "docs/releasing.md")
"""What of the tests needs the extras `hub` and `review`."""


LONGEST = (
    "tests/test_docs.py",
    "tests/builders/test_mmedc_bad_input.py",
    "tests/annotators/llm/test_engine.py",
    "tests/builders/test_engine_workers.py",
    "tests/builders/test_engine_chaos.py",
    "tests/annotators/segmenting/test_total_segmentator.py",
    "tests/builders/trainings/test_ner.py",
    "tests/releases/hub/test_hub_faults.py",
    "tests/qc/test_damages.py",
    "tests/builders/test_mmedc_real.py",
    "tests/builders/test_rate_ner.py",
    "tests/releases/hub/test_hub.py",
    "tests/annotators/llm/test_annotator.py",
    "tests/builders/test_bad_input.py",
    "tests/builders/test_mmedc_chaos.py",
    "tests/releases/hub/test_hub_kill.py",
    "tests/builders/stages/test_segment.py",
    "tests/builders/test_ctrate_ir.py",
    "tests/builders/test_exact_scores.py",
    "tests/releases/hub/test_hub_real.py",
    "tests/builders/sources/test_pdf_folder.py",
    "tests/annotators/ocr/test_tesseract.py",
    "tests/qc/review/test_addresses.py",
    "tests/builders/test_radgenome_chest_ct.py",
    "tests/builders/test_bad_volumes.py",
    "tests/releases/test_markers.py",
    "tests/builders/test_mmedc.py",
    "tests/builders/test_mmedbench.py",
    "tests/builders/test_meds_ins_bad_input.py",
    "tests/builders/test_meds_ins.py",
    "tests/builders/test_meds_ins_by_model.py",
    "tests/builders/test_meds_ins_contamination.py",
)
"""Files that take more than 15 s, the longest first: a process that begins one of them last leaves the other idle.

The second compiles the kernels of `mmedc` in one process, before two workers of a build want them at once.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what the core alone cannot run, and put the longest files first."""
    for item in items:
        if any(part in item.nodeid for part in WITH_EXTRAS):
            item.add_marker(pytest.mark.extras)
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


def pytest_collection_finish() -> None:
    """What was collected stays to the end: no later collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """Processes that share the cores take one thread each: those of torch wait for each other by turning in circles.

    Two processes of two threads on two cores took five times as long to train a net as two of one thread.
    """
    if hasattr(config, "workerinput"):
        os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True, scope="session")
def own_ledger(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path, None, None]:
    """What tests build is written down in a folder of their own, not in the user's."""
    home = tmp_path_factory.mktemp("data-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(home))
        yield home / "medmill" / "ledger"


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample data, read in place; skips where it is missing."""
    if not SAMPLES.is_dir():
        pytest.skip(HOW_TO_GET_SAMPLES)
    return SAMPLES


def may_skip(reason: str) -> bool:
    """Whether a test may skip for this reason: in CI with the samples beside the checkout, only for want of a GPU."""
    everything_is_here = os.environ.get("CI") == "true" and SAMPLES.is_dir()
    return not everything_is_here or "GPU" in reason


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip that CI does not allow into a failure."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself while it is collected."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or not isinstance(report.longrepr, tuple):
        return
    reason = report.longrepr[2]
    if not may_skip(reason):
        report.outcome = "failed"
        report.longrepr = f"{reason}\nCI has the samples, so only a missing GPU is a reason to skip"
