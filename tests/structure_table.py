"""The tables of docs/structures.md, from schemas/structures.tsv: `python tests/structure_table.py` prints them."""

from schemas.structures import Structure, structures

HOW = {"direct": "label", "union": "union of", "split": "side of", "none": "–"}
TITLES = {"structure": "Structures", "region": "Regions", "finding": "Findings"}
SIDE_OF = {"breast": "`breasts:breast`", "thyroid": "`total:thyroid_gland`"}


def row(one: Structure) -> str:
    """One line: the published name, the node it is known by, and how it is obtained or why not."""
    parts = ", ".join(f"`{part}`" if ":" in part else part for part in one.of)
    made = SIDE_OF[one.name.split()[-1]] if one.how == "split" else parts
    name = one.name if one.name == one.known_as else f"{one.name} → {one.known_as}"
    return f"| {name} | {HOW[one.how]} {made or one.why} |"


def tables() -> str:
    """One table per kind."""
    text = []
    for kind, title in TITLES.items():
        rows = [one for one in structures().values() if one.kind == kind]
        there = sum(one.how != "none" for one in rows)
        text += [f"## {title}", f"{there} of {len(rows)} are obtained.", "", "| name → known as | how |", "|---|---|"]
        text += [*map(row, rows), ""]
    return "\n".join(text).rstrip() + "\n"


if __name__ == "__main__":
    print(tables(), end="")
