"""`medmill doctor`: what this installation and this machine have, and what is missing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from builders.installation import install, installed, packages
from builders.machine import Machine, look


@dataclass(frozen=True)
class Findings:
    """What the doctor saw.

    `packages` maps extra → distribution → installed version, None where it is missing; `datasets` maps the name
    of each dataset to what is missing for it, or to the sources it can be built from.
    """

    medmill: str
    python: str
    platform: str
    packages: Mapping[str, Mapping[str, str | None]]
    machine: Machine
    datasets: Mapping[str, str]

    @property
    def core_is_whole(self) -> bool:
        """Whether every package is installed that medmill needs to start."""
        return all(self.packages[""].values())


def doctor(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Versions, packages, devices, disk, and what is missing for which dataset.

    Exit code 1 if a package of the core is missing. Example:

        medmill doctor --json

    Args:
        as_json: print one JSON object.
    """
    import json

    findings = examine()
    if as_json:
        print(json.dumps(asdict(findings), indent=2))
    else:
        _show(findings)
    return 0 if findings.core_is_whole else 1


def examine() -> Findings:
    """Look at the installation, the machine and the datasets; stands where packages are missing."""
    import platform
    from importlib.metadata import version

    return Findings(
        medmill=version("medmill"),
        python=platform.python_version(),
        platform=platform.platform(terse=True),
        packages={extra: {name: installed(name) for name in names} for extra, names in packages().items()},
        machine=look(Path.cwd()),
        datasets=_datasets(),
    )


def _datasets() -> dict[str, str]:
    try:
        from builders.discovery import names, recipe_module, sources_of

        modules = {name: recipe_module(name) for name in names("recipe")}
        takes = {name: sources_of(module, module.Options()) for name, module in modules.items()}
        return {name: f"takes --source {', '.join(accepted)}" for name, accepted in takes.items()}
    except ImportError as error:
        return {"every dataset": f"missing: {error.name or error}; install medmill anew"}


def _show(findings: Findings) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for row in (*_machine(findings), *_packages(findings), *findings.datasets.items()):
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def _machine(findings: Findings) -> list[tuple[str, str]]:
    machine = findings.machine
    shared = "none" if machine.shared_memory is None else _gib(machine.shared_memory)
    gpus = [f"{gpu.name}, {_gib(gpu.memory)}, driver {gpu.driver}" for gpu in machine.gpus]
    return [
        ("medmill", f"{findings.medmill}, Python {findings.python}, {findings.platform}"),
        ("cores", str(machine.cores)),
        ("memory", f"{_gib(machine.memory)}, {_gib(machine.memory_free)} free; shared memory {shared}"),
        ("disk", f"{_gib(machine.disk_free)} free here"),
        ("GPUs", "; ".join(gpus) or "none (no dataset of this version needs one)"),
    ]


def _packages(findings: Findings) -> list[tuple[str, str]]:
    rows = []
    for extra, versions in findings.packages.items():
        there = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
        absent = ", ".join(name for name, version in versions.items() if not version)
        mend = f"missing: {absent}; {install(extra)}" if absent else ""
        rows.append((f"extra {extra}" if extra else "core", "; ".join(part for part in (there, mend) if part)))
    return rows


def _gib(count: int) -> str:
    return f"{count / 2**30:.1f} GiB"
