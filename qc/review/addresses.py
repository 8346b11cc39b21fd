"""The addresses of the review page, its forms and its answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from qc.review.desk import ChangedError, Desk
from qc.review.pages import HOME, Pages
from qc.review.volume_files import VolumeFiles
from schemas.review import Decision
from schemas.voxels import VolumeError

MOST_BYTES: Final = 64_000
"""Of a form; a note is a sentence, not a file."""

_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_ID: Final = re.compile(r"[0-9a-f]{32}")
_DECISIONS: Final[dict[str, Decision]] = {"accept": "accept", "reject": "reject", "correct": "correct", "skip": "skip"}
_SCRIPT: Final = "text/javascript"
_FILES: Final = {"review.css": "text/css"} | dict.fromkeys(("keys.js", "viewer.js", "static/niivue.umd.js"), _SCRIPT)


@dataclass(frozen=True)
class Site:
    """What the addresses do. Handlers run one after the other, so that a verdict is whole before the next request."""

    desk: Desk
    token: str
    reviewer: str = ""
    files: VolumeFiles = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", VolumeFiles(self.desk))

    @property
    def base(self) -> str:
        """Start of every address."""
        return f"/{self.token}/"

    def routes(self) -> Mount:
        """All addresses, below the token."""
        return Mount(
            f"/{self.token}",
            routes=[
                Route("/", self.start),
                Route("/who", self.who, methods=["GET", "POST"]),
                Route("/item/{place:int}", self.item, methods=["GET", "POST"]),
                Route("/undo", self.undo, methods=["POST"]),
                Route("/done", self.done),
                Route("/volume/{place:int}.nii.gz", self.volume),
                Route("/mask/{place:int}.nii.gz", self.mask),
                Route("/{name:path}", self.file),
            ],
        )

    async def start(self, request: Request) -> Response:
        """The first item without a verdict."""
        reviewer = self._who(request)
        return self._to_next(reviewer, 0) if reviewer else self._to("who")

    async def who(self, request: Request) -> Response:
        """Ask for, and take, the name of the reviewer; it lives in a cookie of this page alone."""
        if self.reviewer or request.method == "GET":
            return self._to("") if self.reviewer else HTMLResponse(self._pages().who())
        name = " ".join((await _form(request)).get("reviewer", "").split())
        if not named_rightly(name):
            return HTMLResponse(self._pages().who("A name has 1 to 80 letters."), 400)
        answer = self._to("")
        answer.set_cookie("reviewer", quote(name), path=self.base, httponly=True, samesite="strict")
        return answer

    async def item(self, request: Request) -> Response:
        """Show an item, or take a verdict on it and go on."""
        reviewer, place = self._who(request), request.path_params["place"]
        if not reviewer:
            return self._to("who")
        if not 1 <= place <= self.desk.keys.height:
            return self._to("")
        if request.method == "GET":
            return HTMLResponse(self._pages().item(place, reviewer, self.desk.progress(reviewer)))
        form = await _form(request)
        problem = self._take(place, reviewer, form)
        if problem:
            page = self._pages().item(place, reviewer, self.desk.progress(reviewer), problem[1], form)
            return HTMLResponse(page, problem[0])
        return self._to_next(reviewer, place)

    async def undo(self, request: Request) -> Response:
        """Take back the last verdict and show its item."""
        reviewer = self._who(request)
        await request.body()
        if not reviewer:
            return self._to("who")
        try:
            place = self.desk.undo(reviewer)
        except OSError as error:
            return PlainTextResponse(f"Not saved ({error.strerror or error}); go back and try again.", 507)
        return self._to(f"item/{place}" if place else "")

    async def done(self, request: Request) -> Response:
        """What was said."""
        reviewer = self._who(request)
        progress = self.desk.progress(reviewer)
        return HTMLResponse(self._pages().done(reviewer, progress)) if reviewer else self._to("who")

    async def volume(self, request: Request) -> Response:
        """The volume of an item; opened beside the page, which goes on answering."""
        return await self._sent(request, self.files.volume)

    async def mask(self, request: Request) -> Response:
        """The mask file of an item as it lies in the build."""
        return await self._sent(request, self.files.mask)

    async def _sent(self, request: Request, content: Callable[[int], bytes]) -> Response:
        place = request.path_params["place"]
        if not self._who(request) or not 1 <= place <= self.desk.keys.height:
            return PlainTextResponse("no such volume", 404)
        try:
            return Response(await run_in_threadpool(content, place), media_type="application/gzip")
        except VolumeError as error:
            return PlainTextResponse(f"{error.reason.replace('_', ' ')}: {error.detail}", 404)

    async def file(self, request: Request) -> Response:
        """The style and the scripts."""
        name = request.path_params["name"]
        if name not in _FILES:
            return PlainTextResponse("no such page", 404)
        return Response((HOME / name).read_bytes(), media_type=_FILES[name])

    def _take(self, place: int, reviewer: str, form: dict[str, str]) -> tuple[int, str] | None:
        """Put the verdict on the disk; (status, what to tell the reviewer) where that could not be."""
        decision = _DECISIONS.get(form.get("decision", ""))
        value, note = form.get("value", "").strip(), form.get("note", "").strip()
        if decision is None or not _ID.fullmatch(form.get("id", "")):
            return 400, "Nothing was saved: choose accept, reject, correct or skip."
        if decision == "correct" and not value:
            return 400, "Nothing was saved: a correction says what is right."
        try:
            self.desk.decide(place, reviewer, form["id"], form.get("version", ""), decision, value, note)
        except ChangedError:
            return 409, "Nothing was saved: the build changed meanwhile. This is the item as it is now."
        except OSError as error:
            return 507, f"Nothing was saved: {error.strerror or error}. What you typed is still here; try again."
        return None

    def _to_next(self, reviewer: str, after: int) -> Response:
        place = self.desk.progress(reviewer).next(after)
        return self._to(f"item/{place}" if place else "done")

    def _to(self, address: str) -> RedirectResponse:
        return RedirectResponse(f"{self.base}{address}", 303)

    def _who(self, request: Request) -> str:
        name = self.reviewer or unquote(request.cookies.get("reviewer", ""))
        return name if named_rightly(name) else ""

    def _pages(self) -> Pages:
        return Pages(self.desk, self.base, fixed=bool(self.reviewer))


def named_rightly(name: str) -> bool:
    """Whether a reviewer can be called so."""
    return bool(_NAME.fullmatch(name))


async def _form(request: Request) -> dict[str, str]:
    """Fields of a form as browsers send it; nothing where it is too long."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            return {}
    return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
