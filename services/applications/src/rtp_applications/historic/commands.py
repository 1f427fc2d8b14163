"""The recording of a case of the past."""

from datetime import date, datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.models import Body
from rtp_applications.bodies.queries import match_body
from rtp_applications.cases import store
from rtp_applications.cases.change import create_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.errors import KnownAlready
from rtp_applications.cases.numbers import make_number, read_number
from rtp_applications.deadlines.rules.days import civil_date, starts_at
from rtp_applications.historic.schemas import HistoricCase, HistoricOutcome
from rtp_applications.history.sealing import seal_entries
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import ENDED, Role, Status
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Signature, SignedRecord
from rtp_shared.contracts.applications import CaseImported
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.db import AnyRow, system_scope
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.problems import FieldError, Invalid

BEGAN = date(2008, 1, 1)
"""No such case is older than the policy's year: Department of Health, 2008."""


async def record_historic_case(context: CommandContext, past: HistoricCase) -> CaseSnapshot:
    """Put the case on file in its end. Nothing can be done with it; its body and the central team see it."""
    process, now = context.equipment.processes.find_newest(Route.RIGHT_TO_REQUEST), context.now
    _require_past(past, process, now)
    body = await _find_body(context.session, past.employer)
    id_, calendars = await store.read_beginnings(context.session, now)
    number = await _choose_number(context.session, past.number)
    by = Signature(Role.CLIENT, context.caller.person, context.caller.vouching_client, now)
    opened, ended = starts_at(past.opened_on), starts_at(past.ended_on)
    case = Facts(
        id=id_,
        number=number,
        route=process.route,
        process_version=process.version,
        status=past.status,
        version=1,
        sequence=0,
        opened_by=by.holder.removeprefix("client:"),
        readers=[by.holder, *SYSTEM, organisation_identity(body.id), OVERSIGHT],
        employer_id=body.id,
        region=body.region,
        service_name=past.service_name,
        sector=past.sector,
        opened_at=opened,
        changed_at=now,
        submitted_at=opened,
        final_at=ended,
        launched_at=ended if past.status is Status.LAUNCHED else None,
        withdrawn_at=ended if past.status is Status.WITHDRAWN else None,
    )
    snapshot = CaseSnapshot(case=case, calendars=calendars).with_record(_build_record(past, by))
    event = CaseImported(case_id=id_, number=number, route=case.route, status=case.status, origin="record", at=now)
    seal = partial(seal_entries, None, action="record", by=by, at=now, discloses=True)
    return await create_case(context, snapshot, event, seal)


def _build_record(past: HistoricCase, by: Signature) -> SignedRecord:
    outcome = HistoricOutcome.model_validate({"endedOn": past.ended_on, "outcome": past.outcome, "source": past.source})
    content = outcome.model_dump(mode="json", by_alias=True)
    return SignedRecord(outcome.KIND, outcome.key, content, (by,), outcome.AUDIENCE)


def _require_past(past: HistoricCase, process: Process, now: datetime) -> None:
    errors = []
    if past.status not in process.statuses & ENDED:
        errors.append(FieldError("/status", f"one of {', '.join(sorted(process.statuses & ENDED))}"))
    if past.opened_on < BEGAN:
        errors.append(FieldError("/openedOn", f"the right to request began on {BEGAN}"))
    if past.ended_on < past.opened_on:
        errors.append(FieldError("/endedOn", "is before it opened"))
    if past.ended_on > civil_date(now):
        errors.append(FieldError("/endedOn", "lies ahead"))
    if errors:
        raise Invalid(errors=errors)


async def _find_body(session: AsyncSession, reference: str) -> AnyRow:
    found = await session.execute(select(Body.id, Body.region).where(match_body(reference)).limit(1))
    row = found.first()
    if row is None:
        raise UnknownBody(errors=[FieldError("/employer", "not a body that is known, now or formerly")])
    return row


async def _choose_number(session: AsyncSession, text: str | None) -> str:
    if text is None:
        return make_number()
    number = read_number(text)
    if number is None:
        raise Invalid(errors=[FieldError("/number", "not a case number, or a digit is wrong")])
    async with system_scope(session, "no submitted case has the number, whoever sees it"):
        taken = await store.is_number_taken(session, number)
    if taken:
        raise KnownAlready(f"{number} is another case")
    return number
