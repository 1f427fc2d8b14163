"""What can be done with a case: verb(session, subject, *, details)."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from rtp_applications.errors import NoSuchCase, UnknownBody
from rtp_applications.models import Case
from rtp_applications.queries import open_bodies
from rtp_shared.clock import utcnow
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted, CaseWithdrawn
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.db import visible_to
from rtp_shared.etags import Expected
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError


class Actor(Protocol):
    """Who acts: a client, and as whom it sees cases."""

    @property
    def client_id(self) -> str: ...
    @property
    def readers(self) -> Sequence[str]: ...


BODY_FIELDS = {"employer": "employer_id", "commissioner": "commissioner_id", "decision_body": "decision_body_id"}
_ON_THE_WIRE = {"employer": "/employer", "commissioner": "/commissioner", "decision_body": "/decisionBody"}

_TABLE = cast("Table", Case.__table__)
_INSERT = insert(_TABLE).returning(_TABLE.c.id)
_INSERTED = [column.name for column in _TABLE.columns if column.name != "id"]


async def open_case(
    session: AsyncSession, *, route: Route, details: Mapping[str, Any], actor: Actor, outbox: Outbox
) -> Case:
    """Open a draft. Only the client that opened it may see it until it is submitted."""
    case = Case.open(route=route, opened_by=actor.client_id, now=utcnow())
    for name, value in (await _resolved(session, details)).items():
        setattr(case, name, value)
    await _insert(session, case)
    await _publish(session, outbox, case, CaseOpened(case_id=case.id, route=case.route))
    return case


async def edit_case(
    session: AsyncSession, case_id: UUID, *, version: Expected, changes: Mapping[str, Any], actor: Actor
) -> Case:
    """Change a draft; fields that are not named stay as they are."""
    case = await _locked(session, case_id, version=version, actor=actor)
    case.edit(await _resolved(session, changes), now=utcnow())
    await session.flush()
    return case


async def submit_case(session: AsyncSession, case_id: UUID, *, version: Expected, actor: Actor, outbox: Outbox) -> Case:
    """Disclose the draft to the bodies it names, and start what follows."""
    case = await _locked(session, case_id, version=version, actor=actor)
    await _require_open_bodies(session, case)
    case.submit(now=utcnow())
    await session.flush()
    await _publish(session, outbox, case, _submitted(case))
    return case


async def withdraw_case(
    session: AsyncSession, case_id: UUID, *, version: Expected, reason: str | None, actor: Actor, outbox: Outbox
) -> Case:
    """End the case at the staff group's wish."""
    case = await _locked(session, case_id, version=version, actor=actor)
    now = utcnow()
    before = case.withdraw(reason=reason, now=now)
    await session.flush()
    event = CaseWithdrawn(case_id=case.id, number=case.number, withdrawn_from=before, withdrawn_at=now)
    await _publish(session, outbox, case, event)
    return case


_LOCKED = (
    select(Case)
    .where(Case.id == bindparam("case_id"), visible_to(Case.readers, bindparam("readers")))
    .with_for_update()
)


async def _locked(session: AsyncSession, case_id: UUID, *, version: Expected, actor: Actor) -> Case:
    case = (await session.execute(_LOCKED, {"case_id": case_id, "readers": actor.readers})).scalar_one_or_none()
    if case is None:
        raise NoSuchCase
    case.expect(version, by=actor.client_id)
    return case


async def _insert(session: AsyncSession, case: Case) -> None:
    """Insert a new case and hand it to the session as if it had been loaded: later changes are seen like any others.

    Past the unit of work, which costs a fifth of opening a case and orders what is a single row here.
    """
    values = {name: getattr(case, name) for name in _INSERTED}
    values["id"] = (await session.execute(_INSERT, values)).scalar_one()
    for name, value in values.items():
        set_committed_value(case, name, value)
    make_transient_to_detached(case)
    session.add(case)


async def _require_open_bodies(session: AsyncSession, case: Case) -> None:
    """A body may have ended since the draft named it, and what is disclosed cannot be taken back."""
    named = {name: str(id_) for name, column in BODY_FIELDS.items() if (id_ := getattr(case, column))}
    known = await open_bodies(session, list(named.values()))
    _refuse_unknown([name for name, id_ in named.items() if id_ not in known])


def _refuse_unknown(names: Sequence[str]) -> None:
    if names:
        raise UnknownBody(errors=[FieldError(_ON_THE_WIRE[name], "not a body that exists today") for name in names])


async def _resolved(session: AsyncSession, details: Mapping[str, Any]) -> dict[str, Any]:
    """The details as columns: bodies by id, and the region that the employer lies in."""
    columns = {name: value for name, value in details.items() if name not in BODY_FIELDS}
    named = {name: details[name] for name in BODY_FIELDS if name in details}
    bodies = await open_bodies(session, [reference for reference in named.values() if reference])
    _refuse_unknown([name for name, reference in named.items() if reference and reference not in bodies])
    for name, reference in named.items():
        columns[BODY_FIELDS[name]] = bodies[reference].id if reference else None
    if "employer" in named:
        columns["region"] = bodies[named["employer"]].region if named["employer"] else None
    return columns


def _submitted(case: Case) -> CaseSubmitted:
    assert case.employer_id is not None  # noqa: S101
    assert case.sector is not None  # noqa: S101
    assert case.submitted_at is not None  # noqa: S101
    return CaseSubmitted(
        case_id=case.id,
        number=case.number,
        route=case.route,
        status=case.status,
        sector=case.sector,
        region=case.region,
        employer=case.employer_id,
        commissioner=case.commissioner_id,
        decision_body=case.decision_body_id,
        headcount=case.headcount,
        legal_form=case.legal_form,
        annual_value_pence=case.annual_value_pence,
        finance_sought_pence=case.finance_sought_pence,
        finance_purposes=case.finance_purposes,
        support_needs=case.support_needs,
        submitted_at=case.submitted_at,
    )


async def _publish(
    session: AsyncSession, outbox: Outbox, case: Case, data: CaseOpened | CaseSubmitted | CaseWithdrawn
) -> None:
    await outbox.publish(
        session,
        data,
        case_id=case.id,
        sequence=case.sequence,
        dataref=f"/v1/cases/{case.id}",
        readers=case.readers,
    )
