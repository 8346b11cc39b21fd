"""How much of a text was read wrongly."""


def error_rate(truth: str, read: str) -> float:
    """Edits (insert, delete, replace a letter) per letter of the truth; white space does not count."""
    a, b = "".join(truth.split()), "".join(read.split())
    row = list(range(len(b) + 1))
    for number, letter in enumerate(a, 1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(b, 1):
            diagonal, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, diagonal + (letter != other)),
            )
    return row[-1] / len(a)
