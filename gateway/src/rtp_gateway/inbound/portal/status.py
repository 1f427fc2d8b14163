"""The status of every part of the platform at one address, for machines and for people."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from html import escape
from typing import NamedTuple

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import text

from rtp_gateway.inbound.portal.pages import render_link, render_page, render_table
from rtp_gateway.inbound.proxy.forward import Upstreams
from rtp_gateway.routing import NAMES
from rtp_gateway.types import JsonObject
from rtp_shared.problems import Unavailable
from rtp_shared.service import Runtime

status_pages = APIRouter(include_in_schema=False)

KEPT_SECONDS = 5.0
"""For so long an answer is given again: whoever asks often asks the parts no oftener."""
PATIENCE_SECONDS = 10.0
ABOUT = {
    "gateway": "Tokens, the API's front, events and their delivery",
    "applications": "Cases, documents, deadlines, decisions",
    "advice-matching": "Advisers and mentors",
    "finance-directory": "Grants, loans, contract notices",
}


class PartStatus(NamedTuple):
    """A part of the platform: it works if it answered, and its database did; `milliseconds` is how long that took."""

    name: str
    works: bool
    milliseconds: float


class PlatformStatus(NamedTuple):
    """The status of all parts at a time."""

    asked_at: datetime
    parts: list[PartStatus]

    @property
    def works(self) -> bool:
        return all(part.works for part in self.parts)


class StatusBoard:
    """Asks every part whether it works, at most once in a while."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._lock = asyncio.Lock()
        self._kept: tuple[float, PlatformStatus] | None = None

    async def read(self) -> PlatformStatus:
        """Return the status, a few seconds old at most."""
        async with self._lock:
            if self._kept is None or time.monotonic() - self._kept[0] > KEPT_SECONDS:
                runtime: Runtime = self._app.state.runtime
                parts = [_ask("gateway", self._ask_own), *(_ask(name, self._ask_service(name)) for name in NAMES)]
                self._kept = time.monotonic(), PlatformStatus(runtime.clock(), await asyncio.gather(*parts))
            return self._kept[1]

    async def _ask_own(self) -> None:
        runtime: Runtime = self._app.state.runtime
        async with runtime.database.transaction((), read_only=True) as session:
            await session.execute(text("SELECT 1"))

    def _ask_service(self, name: str) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            upstreams: Upstreams = self._app.state.upstreams
            if (await upstreams.fetch_json(name, "/ready")).get("status") != "ready":
                raise Unavailable(f"{name} is not ready")

        return ask


async def _ask(name: str, question: Callable[[], Awaitable[None]]) -> PartStatus:
    began, works = time.perf_counter(), True
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await question()
    except Exception:  # noqa: BLE001 - whatever it is that went wrong, the part does not work
        works = False
    return PartStatus(name, works, round((time.perf_counter() - began) * 1000, 1))


@status_pages.get("/status.json")
async def read_status(request: Request) -> JSONResponse:
    """Say of each part whether it works: 200 if all do, or else 503."""
    status = await _get_board(request).read()
    return JSONResponse(_to_json(status), status_code=200 if status.works else 503)


def _to_json(status: PlatformStatus) -> JsonObject:
    return {
        "works": status.works,
        "askedAt": status.asked_at.isoformat().replace("+00:00", "Z"),
        "parts": [{"name": part.name, "works": part.works, "milliseconds": part.milliseconds} for part in status.parts],
    }


@status_pages.get("/status")
async def show_status(request: Request) -> HTMLResponse:
    status = await _get_board(request).read()
    said = "Everything works." if status.works else "Something does not work: requests to it are refused, none is lost."
    rows = (
        [escape(part.name), escape(ABOUT[part.name]), "works" if part.works else "<strong>does not answer</strong>"]
        for part in status.parts
    )
    body = (
        f"<p><strong>{said}</strong></p>{render_table(['Part', 'What it does', 'Now'], rows)}"
        f"<p>Asked at {status.asked_at:%H:%M:%S} UTC on {status.asked_at:%-d %B %Y}. "
        f"{render_link('/status.json', 'The same for machines')}.</p>"
    )
    return render_page("Status", body, back=("/", "Right to Provide"))


def _get_board(request: Request) -> StatusBoard:
    state = request.app.state
    if not hasattr(state, "status_board"):
        state.status_board = StatusBoard(request.app)
    board: StatusBoard = state.status_board
    return board
