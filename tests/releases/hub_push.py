"""A push as a process of its own, with settings that the command line does not offer (see `--help`)."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from releases.endpoint import Endpoint, endpoint
from releases.outgoing import outgoing
from releases.patience import Patience
from schemas.errors import MedmillError


def main() -> int:
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("repo")
    parser.add_argument("pauses", type=float, nargs="*", help="seconds between tries")
    parser.add_argument("--files", type=int, default=100, help="of one commit")
    parser.add_argument("--xet", action="store_true", help="move main as over Xet, which the loopback does not speak")
    wanted = parser.parse_args()
    place = endpoint(wanted.repo)
    from releases.hub import Hub
    from releases.pushing import Push
    from releases.staging import How

    hub = Hub(wanted.repo, place)
    if wanted.xet and hub.settings():  # the client is made for LFS by now
        object.__setattr__(hub, "endpoint", Endpoint(place.url, xet=True))
    how = How(patience=Patience(tuple(wanted.pauses)), files_a_commit=wanted.files)
    try:
        print(Push(outgoing(wanted.folder), hub, how, print).run().commit)
    except MedmillError as error:
        print(f"medmill: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
