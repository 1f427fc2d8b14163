"""The import of a case that comes in a bundle."""

from functools import partial
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.models import Body
from rtp_applications.bundles import arrival
from rtp_applications.bundles.arrival import ArrivedCase
from rtp_applications.bundles.documents import Contents, find_submitted_versions, store_documents
from rtp_applications.bundles.errors import NotToBeTakenIn
from rtp_applications.cases import store
from rtp_applications.cases.change import create_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.errors import KnownAlready
from rtp_applications.cases.models import Case, CaseDeadline, CaseParty
from rtp_applications.documents.models import Document
from rtp_applications.history.bundle import Bundle
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Signature
from rtp_shared.contracts.applications import CaseImported
from rtp_shared.db import enter_system_scope
from rtp_shared.problems import FieldError

_case, _party, _deadline, _document, _body = (
    cast("Table", model.__table__).c for model in (Case, CaseParty, CaseDeadline, Document, Body)
)
_IMPORTS = 0x52_54_50_11
"""Advisory lock: cases come in one at a time, so that two that bring the same one see each other."""


async def import_case(context: CommandContext, bundle: Bundle, contents: Contents) -> CaseSnapshot:
    """Put the case of a bundle that holds on file, as it is. Nothing of it is told again but that it came in."""
    session, caller, now = context.session, context.caller, context.now
    _, calendars = await store.read_beginnings(session, now)
    arrived = ArrivedCase.read(bundle, calendars)
    await enter_system_scope(session, "what arrives is held against all cases, and holds what its bringer may not see")
    await session.execute(select(func.pg_advisory_xact_lock(_IMPORTS)))
    _require_process(arrived.snapshot.case, context.equipment.processes)
    await _require_unknown(session, arrived.snapshot)
    await _require_bodies(session, arrived.snapshot.case)
    snapshot = arrival.settle_here(arrived.snapshot, client=caller.vouching_client.removeprefix("client:"), now=now)
    by, case = Signature(Role.CLIENT, caller.person, caller.vouching_client, now), snapshot.case
    event = CaseImported(
        case_id=case.id, number=case.number, route=case.route, status=case.status, origin="bundle", at=now
    )
    seal = partial(arrival.seal_import, arrived.snapshot, by=by)
    snapshot = await create_case(context, snapshot, event, seal, earlier=arrived.list_entries())
    await store_documents(session, snapshot, contents, by, submitted=find_submitted_versions(bundle.entries))
    return snapshot


async def _require_bodies(session: AsyncSession, case: Facts) -> None:
    """Refuse a case that names a body which was never known here."""
    known = set(await session.scalars(select(_body.id).where(_body.id.in_(case.bodies))))
    if unknown := [body for body in case.bodies if body not in known]:
        raise UnknownBody(errors=[FieldError("", f"{body} is not a body that is known here") for body in unknown])


def _require_process(case: Facts, processes: Processes) -> None:
    pinned = {(each.route, each.version): each for each in processes.list_all()}
    process = pinned.get((case.route, case.process_version))
    if process is None or case.status not in process.statuses:
        raise NotToBeTakenIn(f"{case.route}, version {case.process_version}, has no status {case.status} here")


async def _require_unknown(session: AsyncSession, snapshot: CaseSnapshot) -> None:
    case = snapshot.case
    if case.submitted_at and await store.is_number_taken(session, case.number):
        raise KnownAlready(f"{case.number} is another case")
    taken = (
        await session.scalars(
            select(_case.id)
            .where(_case.id == case.id)
            .union_all(
                select(_party.id).where(_party.id.in_(snapshot.parties)),
                select(_deadline.id).where(_deadline.id.in_(snapshot.deadlines)),
                select(_document.id).where(_document.id.in_(snapshot.documents)),
            )
        )
    ).all()
    if taken:
        raise KnownAlready(f"{case.number}, or a part of it, is here already")
