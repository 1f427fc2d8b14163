"""Queries of the deadline scheduler: the cases that are due, and those that name a body that has ended."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Date, DateTime, Table, Text, Uuid, any_, bindparam, exists, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body, BodyRule
from rtp_applications.bodies.queries import find_current_successor
from rtp_applications.bodies.rules import Rule
from rtp_applications.cases.models import Case, CaseDeadline, CaseRecord
from rtp_applications.cases.queries import IS_LIVING
from rtp_applications.deadlines.succession import REFERENCES
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.reorganisation.payloads import SuccessorChoice
from rtp_applications.workflow.stages.review.clocks import UNTIL_ANSWERED
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.db import AnyRow
from rtp_shared.identities import organisation_identity

_case, _deadline = cast("Table", Case.__table__).c, cast("Table", CaseDeadline.__table__).c
_record = cast("Table", CaseRecord.__table__).c
_body = cast("Table", Body.__table__).c
_NOW = bindparam("now", type_=DateTime(timezone=True))
_FIRST = func.min(_deadline.look_at)
_DUE = (
    select(_deadline.case_id, _FIRST.label("at"))
    .where(_deadline.look_at <= _NOW)
    .group_by(_deadline.case_id)
    .order_by(_FIRST, _deadline.case_id)
    .limit(bindparam("limit"))
)
_DUE_AFTER = _DUE.having(
    tuple_(_FIRST, _deadline.case_id)
    > tuple_(bindparam("at", type_=DateTime(timezone=True)), bindparam("case_id", type_=Uuid))
)
_NEXT = select(func.min(_deadline.look_at)).where(_deadline.look_at > _NOW)

Place = tuple[datetime, UUID]


async def list_due_cases(
    session: AsyncSession, now: datetime, *, limit: int, after: Place | None = None
) -> list[Place]:
    """Return the cases with a deadline to look at by now, those that wait longest first."""
    payload = {"now": now, "limit": limit}
    if after is None:
        rows = await session.execute(_DUE, payload)
    else:
        rows = await session.execute(_DUE_AFTER, {**payload, "at": after[0], "case_id": after[1]})
    return [(row.at, row.case_id) for row in rows]


async def find_next_look(session: AsyncSession, now: datetime) -> datetime | None:
    """Return when the next look is due, of those that are not due yet."""
    found: datetime | None = await session.scalar(_NEXT, {"now": now})
    return found


_REFERENCES = tuple(_case[name] for name in REFERENCES)
# By the readers, which have an index: a case that was transferred keeps the old one, and is left out by its columns.
_NAMED_STILL = exists().where(
    _case.readers.overlap(array([literal("org:").concat(_body.id.cast(Text))])),
    or_(*(column == _body.id for column in _REFERENCES), _body.id == any_(_case.further_employer_ids)),
    IS_LIVING,
)
_ENDED = select(_body.id).where(
    _body.ended_on <= bindparam("today", type_=Date), _body.successor_id.is_not(None), _NAMED_STILL
)
_SHARED_OUT = select(_body.id).where(
    _body.ended_on <= bindparam("today", type_=Date), func.cardinality(_body.shared_among) > 1, _NAMED_STILL
)
_CHOSEN = exists().where(
    _record.case_id == _case.id,
    _record.kind == SuccessorChoice.KIND,
    _record.key == any_(bindparam("keys", type_=ARRAY(Text))),
)
_NAMING = select(_case.id).where(
    _case.readers.overlap(bindparam("readers", type_=ARRAY(Text))),
    or_(
        *(column == any_(bindparam("bodies", type_=ARRAY(Uuid))) for column in _REFERENCES),
        _case.further_employer_ids.overlap(bindparam("bodies", type_=ARRAY(Uuid))),
    ),
    IS_LIVING,
)


_rule = cast("Table", BodyRule.__table__).c
_TODAY = bindparam("today", type_=Date)
_LATE_CLOCKS: Mapping[str, tuple[str, Collection[Status]]] = {
    Rule.MAXIMUM_DECISION_PERIOD: ("eoi-decision", UNTIL_ANSWERED),
    Rule.PROCUREMENT_GAP: ("procurement-start", {Status.EOI_ACCEPTED}),
}
"""The clocks that wait for a period which the authority must publish, and in which statuses."""
_PUBLISHED = select(_rule.rule, _rule.body_id, _rule.sector).where(
    _rule.rule.in_(sorted(_LATE_CLOCKS)),
    _rule.value.is_not(None),
    _rule.valid_from <= _TODAY,
    or_(_rule.valid_to.is_(None), _rule.valid_to >= _TODAY),
    or_(_rule.valid_from >= bindparam("since", type_=Date), _rule.set_at >= bindparam("since", type_=Date)),
)
_BODIES = bindparam("bodies", type_=ARRAY(Uuid))
_WAITING = select(_case.id, _case.employer_id, _case.decision_body_id, _case.sector).where(
    _case.readers.overlap(bindparam("readers", type_=ARRAY(Text))),
    or_(_case.employer_id == any_(_BODIES), _case.decision_body_id == any_(_BODIES)),
    _case.route == Route.COMMUNITY_RIGHT_TO_CHALLENGE,
    _case.status == any_(bindparam("statuses", type_=ARRAY(Text))),
    ~exists().where(_deadline.case_id == _case.id, _deadline.clock == bindparam("clock", type_=Text)),
)
LOOKED_BACK = timedelta(days=7)
"""A period that was published in these days may have cases that wait for it: longer than any outage."""


async def list_cases_waiting_for_a_period(session: AsyncSession, today: date) -> list[UUID]:
    """Return the challenges under way whose authority published only now how long it takes to decide at most, such as
    on their kind of service, or, of those accepted, until it procures.
    """
    published = (await session.execute(_PUBLISHED, {"today": today, "since": today - LOOKED_BACK})).all()
    found: list[UUID] = []
    for rule, (clock, statuses) in _LATE_CLOCKS.items():
        of_which = {(row.body_id, row.sector) for row in published if row.rule == rule}
        if not of_which:
            continue
        bodies = list({body for body, _ in of_which})
        named = {"readers": [organisation_identity(body) for body in bodies], "bodies": bodies}
        waiting = await session.execute(_WAITING, {**named, "clock": clock, "statuses": sorted(statuses)})
        found.extend(row.id for row in waiting if _is_meant(row, of_which))
    return found


def _is_meant(case: AnyRow, published: Collection[tuple[UUID, str]]) -> bool:
    """Return whether one of the case's bodies published a period for its kind of service, or for every kind."""
    bodies, kinds = (case.employer_id, case.decision_body_id), (case.sector, "")
    return any((body, kind) in published for body in bodies for kind in kinds)


async def list_successions(session: AsyncSession, today: date) -> Mapping[UUID, UUID]:
    """Return the bodies that ended though open cases name them, each with the body that stands in its place today."""
    ended = list(await session.scalars(_ENDED, {"today": today}))
    found = {body: await find_current_successor(session, body, today) for body in ended}
    return {body: successor for body, successor in found.items() if successor is not None}


async def list_cases_shared_out(session: AsyncSession, today: date) -> list[UUID]:
    """Return the open cases that name a body whose cases are shared out, and in which it was chosen to whom."""
    ended = list(await session.scalars(_SHARED_OUT, {"today": today}))
    if not ended:
        return []
    named = {"readers": [organisation_identity(body) for body in ended], "bodies": ended}
    return list(await session.scalars(_NAMING.where(_CHOSEN), {**named, "keys": [str(body) for body in ended]}))


async def list_cases_naming(session: AsyncSession, bodies: Sequence[UUID]) -> list[UUID]:
    """Return the open, submitted cases that name one of these bodies."""
    payload = {"readers": [organisation_identity(body) for body in bodies], "bodies": list(bodies)}
    return list(await session.scalars(_NAMING, payload))
