"""`medmill doctor`."""


def doctor() -> None:
    """Versions, packages, devices, disk, and what is missing for which dataset."""
    from importlib.metadata import version

    print(f"medmill {version('medmill')}")
