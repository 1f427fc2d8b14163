"""From door to table: a request's way from its route down to each statement is short, and enters no file twice."""

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from rtp_shared.clock import today
from tests.conftest import NewClient
from tests.support.actors import submitted_office
from tests.support.cases import READY

pytestmark = pytest.mark.anyio

AT_MOST = 12
DOORS = ("cases/routes.py", "cases/action_routes.py")
STATEMENTS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "_prepare_and_execute"}

Way = tuple[str, ...]


class WayRecorder:
    """Follows calls in this thread, and records the files of ours between a route of cases and each statement."""

    def __init__(self) -> None:
        self.ways: set[Way] = set()
        self._spawning: FrameType | None = None

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        name, file = frame.f_code.co_name, frame.f_code.co_filename
        if name == "greenlet_spawn":  # SQLAlchemy goes on in a greenlet, whose stack begins anew
            self._spawning = frame
        elif name in STATEMENTS and "asyncpg" in file:
            way = _trace_way(frame) or (self._spawning and _trace_way(self._spawning))
            self.ways |= {way} if way else set()


def _trace_way(frame: FrameType | None) -> Way | None:
    """Return our files on the stack, from the route down; None where no route of cases is on it."""
    files: list[str] = []
    while frame is not None:
        _, ours, path = frame.f_code.co_filename.rpartition("/src/rtp_")
        if ours and (not files or files[-1] != path):
            files.append(path)
        if path.endswith(DOORS):
            return tuple(reversed(files))
        frame = frame.f_back
    return None


@contextmanager
def record_ways() -> Iterator[set[Way]]:
    recorder, before = WayRecorder(), sys.getprofile()
    sys.setprofile(recorder)
    try:
        yield recorder.ways
    finally:
        sys.setprofile(before)


def check(ways: set[Way]) -> None:
    assert len(ways) > 3, "too little was recorded"
    assert [way for way in ways if len(set(way)) < len(way)] == []
    assert len({file for way in ways for file in way}) <= AT_MOST, sorted(ways)


async def test_opening_a_case(new_client: NewClient) -> None:
    api = await new_client()
    with record_ways() as ways:
        answer = await api.post("/v1/cases", json=READY, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status_code == 201
    check(ways)


async def test_accepting_an_expression_of_interest(new_client: NewClient) -> None:
    office = await submitted_office(new_client)
    case, officer, on = office.case, office.officer, str(today())
    await officer.do(case, "acknowledge", sentOn=on)
    await officer.do(case, "begin-screening")
    await officer.do(case, "notify-decision-date", expectedOn=on, notifiedOn=on)
    await officer.do(case, "begin-review")
    with record_ways() as ways:
        await office.decider.do(case, "accept-eoi", reasons="It fits", equalityNote="Screened")
    check(ways)
