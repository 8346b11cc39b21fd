"""One build of the small dataset as a process of its own, for tests that kill it: OUT WORKERS [SCHEDULER]."""

import sys
from pathlib import Path

from builders.run import Orders, make
from schemas.errors import MedmillError
from tests.builders.mill import mill

NAPS = 0.02
"""Seconds that every stage sleeps, so that kills meet stages at work."""


def main() -> int:
    out, workers, *scheduler = sys.argv[1:]
    orders = Orders(workers=int(workers), scheduler=scheduler[0] if scheduler else None)
    try:
        make(mill(naps=NAPS), Path(out), orders)
    except MedmillError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
