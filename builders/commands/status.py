"""`medmill status`."""

from pathlib import Path


def status(build: Path, *, json: bool = False) -> int:
    """How far a build is, from any shell.

    Example: `medmill status out/mimic-ir`

    Args:
        build: The build folder.
        json: Print it as JSON.
    """
    from builders.progress import line
    from builders.state import state_of

    state = state_of(build)
    if json:
        from json import dumps

        print(dumps(state.as_json(), indent=2))
        return 0
    by = f", by {state.holder}" if state.holder else ""
    print(f"{state.dataset}: {state.state}{by}")
    for name, tally in state.tables.items():
        print(f"  {name}: {line(tally)}")
    for failure in state.failures:
        print(f"  failed {failure}")
    for seconds, partition in state.slowest:
        print(f"  {seconds:8.1f} s  {partition}")
    if state.state == "interrupted":
        print("  the same build command goes on where this one stopped")
    return 0
