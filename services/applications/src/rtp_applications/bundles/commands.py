"""Taking in a case that comes in a bundle."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.models import Body
from rtp_applications.bundles import arrival
from rtp_applications.bundles.arrival import Arrived
from rtp_applications.bundles.errors import KnownAlready, NotToBeTakenIn
from rtp_applications.cases import store
from rtp_applications.cases.commands import publish
from rtp_applications.cases.models import Case, CaseDeadline, CaseParty
from rtp_applications.history.bundle import Bundle
from rtp_applications.history.commands import append
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Signature
from rtp_shared.contracts.applications import CaseImported
from rtp_shared.db import SYSTEM, become
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError

_case, _party, _deadline, _body = (cast("Table", model.__table__).c for model in (Case, CaseParty, CaseDeadline, Body))
_IMPORTS = 0x52_54_50_11
"""Advisory lock: cases come in one at a time, so that two that bring the same one see each other."""


async def import_case(
    session: AsyncSession,
    bundle: Bundle,
    *,
    caller: Caller,
    now: datetime,
    outbox: Outbox,
    processes: Processes,
) -> CaseSnapshot:
    """Keep the case of a bundle that holds, as it is. Nothing of it is told again but that it came in."""
    _, calendars = await store.beginnings(session, now)
    arrived = Arrived.of(bundle, calendars)
    await become(session, SYSTEM)
    await session.execute(select(func.pg_advisory_xact_lock(_IMPORTS)))
    _require_process(arrived.file.case, processes)
    await _require_unknown(session, arrived.file)
    await require_bodies(session, arrived.file.case)
    after = arrival.settled(arrived.file, client=caller.vouching_client.removeprefix("client:"), now=now)
    after, events = await tell(session, outbox, after, origin="bundle", now=now)
    by = Signature(Role.CLIENT, caller.person, caller.vouching_client, now)
    after, rows = arrival.told(arrived.file, after, by=by, events=events)
    await store.write_new(session, after)
    await append(session, [*arrived.rows(), *rows])
    return after


async def tell(
    session: AsyncSession, outbox: Outbox, file: CaseSnapshot, *, origin: str, now: datetime
) -> tuple[CaseSnapshot, list[dict[str, Any]]]:
    """Publish that the case came in; the file with the event counted, and the event as it was published."""
    case = file.case
    event = CaseImported(
        case_id=case.id, number=case.number, route=case.route, status=case.status, origin=origin, at=now
    )
    return await publish(session, outbox, file, event, readers=case.readers)


async def require_bodies(session: AsyncSession, case: Facts) -> None:
    """Every body that the case names is known here, whether or not it still exists."""
    known = set(await session.scalars(select(_body.id).where(_body.id.in_(case.bodies))))
    if unknown := [body for body in case.bodies if body not in known]:
        raise UnknownBody(errors=[FieldError("/", f"{body} is not a body that is known here") for body in unknown])


def _require_process(case: Facts, processes: Processes) -> None:
    pinned = {(each.route, each.version): each for each in processes.list_all()}
    process = pinned.get((case.route, case.process_version))
    if process is None or case.status not in process.statuses:
        raise NotToBeTakenIn(f"{case.route}, version {case.process_version}, has no status {case.status} here")


async def _require_unknown(session: AsyncSession, file: CaseSnapshot) -> None:
    case = file.case
    taken: Sequence[Any] = (
        await session.scalars(
            select(_case.id)
            .where(or_(_case.id == case.id, _case.number == case.number))
            .union_all(
                select(_party.id).where(_party.id.in_(file.parties)),
                select(_deadline.id).where(_deadline.id.in_(file.deadlines)),
            )
        )
    ).all()
    if taken:
        raise KnownAlready(f"{case.number}, or a part of it, is here already")
