"""Where the weights of TotalSegmentator lie, whether they are there, and what they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from annotators.segmenting.network import CHECKPOINT
from schemas.checksums import sha256_of
from schemas.errors import MedmillError

TESTED = {"totalsegmentator": "2.18", "nnunetv2": "2.8"}
"""The releases whose steps are repeated here; others may do something else."""


@dataclass(frozen=True)
class Weights:
    """One nnU-Net result folder of TotalSegmentator: `number` of the dataset; `folds=None` means all that are there."""

    number: int
    folder: Path
    folds: tuple[int, ...] | None

    @property
    def complete(self) -> bool:
        """Whether all files are there that nnU-Net reads."""
        return len(self.files) > 2 and all(path.is_file() for path in self.files)

    @property
    def files(self) -> list[Path]:
        """Plans, names of labels, and one checkpoint a fold."""
        return result_files(self.folder, self.folds)


def result_files(folder: Path, folds: tuple[int, ...] | None) -> list[Path]:
    """The files of an nnU-Net result folder that decide what it finds."""
    numbered = [folder / f"fold_{fold}" / CHECKPOINT for fold in folds or ()]
    found = numbered or sorted(folder.glob(f"fold_[0-9]*/{CHECKPOINT}"))
    return [folder / "plans.json", folder / "dataset.json", *found]


def hashed(files: Iterable[Path]) -> str:
    """16 hexadecimal digits of names and bytes."""
    total = sha256()
    for path in files:
        total.update(f"{path.parent.name}/{path.name}:{sha256_of(path)};".encode())
    return total.hexdigest()[:16]


def check_packages() -> None:
    """Raise `MedmillError` where a package is missing or of another release than those that were tested."""
    for package, tested in TESTED.items():
        found = installed(package)
        if not found:
            raise MedmillError(f"{package} is not installed: pip install 'medmill[ct]'")
        if found.split(".")[:2] != tested.split("."):
            raise MedmillError(
                f"{package} {found}: medmill repeats the steps of {tested}.x, and another release may take others; "
                f"pip install '{package}=={tested}.*'"
            )


def installed(package: str) -> str:
    """Its version; empty where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def check_weights(weights: Sequence[Weights]) -> None:
    """Raise `MedmillError` for weights that are not there; nothing is downloaded."""
    missing = [one for one in weights if not one.complete]
    if missing:
        commands = " && ".join(dict.fromkeys(f"totalseg_download_weights -t {_fetched(one.number)}" for one in missing))
        raise MedmillError(
            f"totalsegmentator: no weights in {missing[0].folder}"
            + (f" and {len(missing) - 1} more folders" if missing[1:] else "")
            + f"; get them with {commands}, or set TOTALSEG_HOME_DIR to a folder that has them"
        )


def _fetched(number: int) -> str:
    """The package's own name of what to download for a dataset."""
    from totalsegmentator.bin.totalseg_download_weights import TASK_TO_ID

    return min(
        (task for task, numbers in TASK_TO_ID.items() if number in numbers), key=lambda task: len(TASK_TO_ID[task])
    )
