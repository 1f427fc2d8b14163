"""Processes over HTTP, as the engine goes by them."""

import hashlib
from functools import cache
from typing import Annotated

from fastapi import Path, Response

from rtp_applications.auth import Anyone
from rtp_applications.processes.schemas import ProcessSummary, ProcessView
from rtp_applications.processes.views import show_process, summarise_process
from rtp_applications.workflow.processes import Processes
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.paging import Page
from rtp_shared.web import create_router

processes = create_router(prefix="/v1/processes", tags=["Processes"])

CACHED = "public, max-age=3600"


@processes.get("")
async def list_processes(_: Anyone, response: Response) -> Page[ProcessSummary]:
    """List the process that new cases of each route follow: its newest version. A case stays with the one it began."""
    known = Processes()
    newest = {process.route: known.find_newest(process.route) for process in known.list_all()}
    response.headers["Cache-Control"] = CACHED
    return Page(items=[summarise_process(process) for process in newest.values()])


@processes.get("/{route}/versions/{version}")
async def get_process(
    route: Route, version: Annotated[int, Path(ge=1, le=10_000)], _: Anyone, response: Response
) -> ProcessView:
    """Read a process: its statuses, who may do what on which conditions, its clocks, and the settings with sources.

    It is what the platform goes by, not a description of it. A version never changes once cases are pinned to it.
    """
    shown, tag = _show_version(route, version)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = CACHED
    return shown


@cache
def _show_version(route: Route, version: int) -> tuple[ProcessView, str]:
    """Return the process and its ETag, made once: definitions do not change while the platform runs."""
    shown = show_process(Processes()[route, version])
    return shown, f'"{hashlib.sha256(shown.model_dump_json(by_alias=True).encode()).hexdigest()[:32]}"'
