"""Writing down a case of the past."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.models import Body
from rtp_applications.bodies.queries import named
from rtp_applications.bundles.commands import tell
from rtp_applications.bundles.errors import KnownAlready
from rtp_applications.cases import store
from rtp_applications.cases.models import Case
from rtp_applications.cases.numbers import new_number, read_number
from rtp_applications.deadlines.rules.days import civil_date, starts_at
from rtp_applications.historic.schemas import HistoricCase, HistoricOutcome
from rtp_applications.history.commands import append, sealed
from rtp_applications.workflow.definition import Caller, Process
from rtp_applications.workflow.enums import ENDED, Role, Status
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Signature, SignedRecord
from rtp_shared.auth import organisation_reader
from rtp_shared.db import SYSTEM, AnyRow, become
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError, Invalid

BEGAN = date(2008, 1, 1)
"""No such case is older than the policy's year: Department of Health, 2008."""


async def record_historic_case(
    session: AsyncSession, told: HistoricCase, *, process: Process, caller: Caller, now: datetime, outbox: Outbox
) -> CaseSnapshot:
    """Put the case on file in its end. Nothing can be done with it; its body and the central team see it."""
    _require_past(told, process, now)
    body = await _body(session, told.employer)
    id_, calendars = await store.beginnings(session, now)
    number = await _number(session, told.number)
    by = Signature(Role.CLIENT, caller.person, caller.vouching_client, now)
    outcome = HistoricOutcome.model_validate({"endedOn": told.ended_on, "outcome": told.outcome, "source": told.source})
    content = outcome.model_dump(mode="json", by_alias=True)
    record = SignedRecord(outcome.KIND, outcome.key, content, (by,), outcome.AUDIENCE)
    opened, ended = starts_at(told.opened_on), starts_at(told.ended_on)
    case = Facts(
        id=id_,
        number=number,
        route=process.route,
        process_version=process.version,
        status=told.status,
        version=1,
        sequence=0,
        opened_by=caller.vouching_client.removeprefix("client:"),
        readers=[caller.vouching_client, *SYSTEM, organisation_reader(body.id), OVERSIGHT],
        employer_id=body.id,
        region=body.region,
        service_name=told.service_name,
        sector=told.sector,
        opened_at=opened,
        changed_at=now,
        submitted_at=opened,
        final_at=ended,
    )
    case = replace(
        case,
        launched_at=ended if told.status is Status.LAUNCHED else None,
        withdrawn_at=ended if told.status is Status.WITHDRAWN else None,
    )
    file = CaseSnapshot(case=case, calendars=calendars).with_record(record)
    file, events = await tell(session, outbox, file, origin="record", now=now)
    file, entries = sealed(None, file, action="record", by=by, at=now, events=events, discloses=True)
    await store.write_new(session, file)
    await append(session, entries)
    return file


def _require_past(told: HistoricCase, process: Process, now: datetime) -> None:
    errors = []
    if told.status not in process.statuses & ENDED:
        errors.append(FieldError("/status", f"one of {', '.join(sorted(process.statuses & ENDED))}"))
    if told.opened_on < BEGAN:
        errors.append(FieldError("/openedOn", f"the right to request began on {BEGAN}"))
    if told.ended_on < told.opened_on:
        errors.append(FieldError("/endedOn", "is before it opened"))
    if told.ended_on > civil_date(now):
        errors.append(FieldError("/endedOn", "lies ahead"))
    if errors:
        raise Invalid(errors=errors)


async def _body(session: AsyncSession, reference: str) -> AnyRow:
    found = await session.execute(select(Body.id, Body.region).where(named(reference)).limit(1))
    row = found.first()
    if row is None:
        raise UnknownBody(errors=[FieldError("/employer", "not a body that is known, now or formerly")])
    return row


async def _number(session: AsyncSession, said: str | None) -> str:
    if said is None:
        return new_number()
    number = read_number(said)
    if number is None:
        raise Invalid(errors=[FieldError("/number", "not a case number, or a digit is wrong")])
    await become(session, SYSTEM)
    if await session.scalar(select(Case.id).where(Case.number == number)):
        raise KnownAlready(f"{number} is another case")
    return number
