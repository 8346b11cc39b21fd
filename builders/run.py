"""Make a dataset in a folder: lock it, plan, run what is missing, publish, and write down what was made."""

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from builders.base import Recipe
from builders.drive import Failure, drive
from builders.limit import limited
from builders.lock import LOCK, locked
from builders.logs import new_log
from builders.making import Making
from builders.plan import Plan, demand_room, plan_of
from builders.pool import InThisProcess, Pool
from builders.progress import shown
from builders.publish import remove_strays
from builders.record import record
from builders.store import Store, in_one_line, read_account, write_bytes
from builders.tally import Tally
from schemas.errors import MedmillError, UsageError
from schemas.manifest import MANIFEST, Manifest, manifest_bytes, read_manifest


@dataclass(frozen=True)
class Orders:
    """How a dataset is made; none of it changes a row, but `limit`, which leaves rows out.

    `workers`: processes on this machine, default one per core; 0 runs everything in this process.
    `scheduler`: address of a Dask scheduler of the user's instead. `settings` are those of the recipe, for the
    manifest. `command` is what a user types to go on, for messages.
    """

    workers: int | None = None
    scheduler: str | None = None
    limit: int | None = None
    quiet: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    command: str = "the same call"

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 0:
            raise UsageError(f"--workers {self.workers}: expected a number of processes, 0 for this one alone")


def make(recipe: Recipe, out: Path, orders: Orders | None = None) -> Manifest:
    """Make all tables of a recipe in the folder `out`, and return the manifest.

    What is there and still right is kept. Raises `MedmillError` after everything that could be made is made.
    """
    orders = orders or Orders()
    out = out.absolute()
    refuse_other(out, recipe.name)
    with locked(out), interruptible() as interruption, in_one_line():
        store = Store(out)
        store.remove_drafts()
        return _make(asked(recipe, orders), store, orders, interruption)


def plan(recipe: Recipe, out: Path, orders: Orders | None = None) -> Plan:
    """What `make` would do; nothing is made."""
    orders = orders or Orders()
    refuse_other(out, recipe.name)
    return plan_of(Making(asked(recipe, orders), Store(out)), _manifest(out))


def asked(recipe: Recipe, orders: Orders) -> Recipe:
    """The recipe, of fewer studies where so many are asked for."""
    return limited(recipe, orders.limit) if orders.limit is not None else recipe


def _manifest(out: Path) -> Manifest | None:
    return read_manifest(out) if (out / MANIFEST).exists() else None


def _make(recipe: Recipe, store: Store, orders: Orders, interruption: "Interruption") -> Manifest:
    with in_one_line(store.root / "logs"):
        tally = Tally(new_log(store.root))
    making = Making(recipe, store, tally.planned)
    for table in recipe.tables:
        if table.stage is not None:
            table.stage.check()
    demand_room(plan_of(making, _manifest(store.root)), store.root)
    _write(making, "running", orders, tally)
    failures = run_missing(making, orders, tally, interruption) if making.graph.anything() else []
    if failures or making.graph.unfinished:
        _write(making, "failed", orders, tally)
        raise MedmillError(report(failures, making, orders))
    _remove_strays(making)
    manifest = _write(making, "complete", orders, tally)
    if manifest.limit is None:
        _remember(store.root)
    return manifest


def _remember(out: Path) -> None:
    """Write down which subjects, studies and texts are in which split, for the checks of other datasets."""
    from qc.build import Build
    from qc.ledger import Ledger

    ledger = Ledger.of_user()
    try:
        ledger.record(Build.open(out))
    except OSError as error:
        raise MedmillError(
            f"{ledger.folder}: {error.strerror or error}: the build is complete, but what it holds could not be "
            "written down for the checks of other datasets; name a folder of your own by XDG_DATA_HOME and run it again"
        ) from error


def run_missing(making: Making, orders: Orders, tally: Tally, interruption: "Interruption") -> list[Failure]:
    """Run all tasks that are not done, and return those that failed."""
    about = f"{making.recipe.name} in {making.store.root}"
    with _pool(orders, making) as pool, shown(tally, about + pool.about, quiet=orders.quiet) as view:

        def ended(node: Any, done: Any) -> None:
            tally.ended(node, done)
            view.changed(node.key.partition("/")[0])
            interruption.check()

        return drive(making.graph, pool, ended, tally.failed)


def _pool(orders: Orders, making: Making) -> AbstractContextManager[Pool]:
    if orders.workers == 0:
        return nullcontext(InThisProcess())
    from builders.engine import Job, local_pool, scheduler_pool

    recipe = making.recipe
    locations = tuple(part for source in recipe.sources.values() for part in source.location.split(","))
    stages = {table.name: table.stage.resources for table in recipe.tables if table.stage is not None}
    job = Job(making.store.root, locations, {name: wanted for name, wanted in stages.items() if wanted})
    if orders.scheduler:
        return scheduler_pool(orders.scheduler, job)
    return local_pool(orders.workers, job)


def _write(making: Making, status: Literal["running", "complete", "failed"], orders: Orders, tally: Tally) -> Manifest:
    manifest = record(
        making,
        status,
        settings=orders.settings,
        limit=orders.limit,
        wall_seconds=tally.seconds(),
        peak_rss_bytes=tally.peak_rss_bytes(),
    )
    write_bytes(making.store.root / MANIFEST, manifest_bytes(manifest))
    tally.log.write(f"build {status}", seconds=round(tally.seconds(), 3), slowest=tally.slowest)
    return manifest


def _remove_strays(making: Making) -> None:
    """Published files that this build did not make: of a split or a table that is gone, of a table with fewer files."""
    root = making.store.root
    wanted = {file.path for files in making.files.values() for file in files}
    for folder in (*root.iterdir(), *(root / "rejected").glob("*")):
        if folder.is_dir():
            remove_strays(
                folder, (path for path in folder.glob("*.parquet") if path in wanted or not read_account(path))
            )


def report(failures: list[Failure], making: Making, orders: Orders) -> str:
    """What failed, and what to do."""
    first = failures[0] if failures else "nothing failed, but not all could run"
    more = f" (and {len(failures) - 1} more, named by medmill status {making.store.root})" if len(failures) > 1 else ""
    return f"{first}{more}; all that does not hang on it is finished; to run just what is missing: {orders.command}"


def refuse_other(out: Path, dataset: str) -> None:
    """Raise `MedmillError` where the folder holds another dataset, another format, or files of somebody else's.

    An attempt at another dataset that made nothing holds nothing.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise MedmillError(f"{out}: this is a file; --out names a folder")
    if (out / MANIFEST).exists():
        made = read_manifest(out)
        if made.dataset != dataset and any(stage.bytes for stage in made.stages):
            raise MedmillError(f"{out}: holds the dataset {made.dataset}, not {dataset}; choose another --out")
    elif not (out / LOCK).exists() and any(out.iterdir()):
        raise MedmillError(f"{out}: holds files that are not of a build; choose an empty or a new folder for --out")


class Interruption:
    """Whether a signal has asked this build to stop."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: Any) -> None:
        """The handler of the signal."""
        self.asked = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raise again what was swallowed: Python drops an exception that a signal raises inside a destructor."""
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Ctrl-C and SIGTERM leave by the same door."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = {number: signal.signal(number, interruption) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interruption
        interruption.check()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
