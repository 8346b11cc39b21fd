"""Counts in sentences."""


def counted(n: int, one: str, many: str = "") -> str:
    """`1 file`, `12,000 files`; `many` where adding an s is not enough."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"
