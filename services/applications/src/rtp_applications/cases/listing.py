"""The list of the cases that a client may see. Row-level security stands behind it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Text, Uuid, and_, any_, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body
from rtp_applications.bodies.queries import get_name
from rtp_applications.cases.models import Case, CaseDeadline, CaseRecord
from rtp_applications.cases.queries import IS_LIVING
from rtp_applications.cases.sight import OWN_CHANGE_TIME, OWN_VERSION, READERS, is_known_to
from rtp_applications.deadlines.rules.deadline import OPEN
from rtp_applications.workflow.stages.reorganisation.payloads import SuccessorChoice
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.names import contain_name

_case, _deadline = Case.__table__.c, CaseDeadline.__table__.c
_body, _record = Body.__table__.c, CaseRecord.__table__.c
_CHOSEN = (
    exists()
    .where(_record.case_id == _case.id, _record.kind == SuccessorChoice.KIND, _record.key == _body.id.cast(Text))
    .correlate(Case.__table__, Body.__table__)
)
_AWAITS_SUCCESSOR = and_(
    IS_LIVING,
    exists().where(
        or_(
            _body.id.in_([_case.employer_id, _case.commissioner_id, _case.decision_body_id, _case.duty_holder_id]),
            _body.id == any_(_case.further_employer_ids),
        ),
        func.cardinality(_body.shared_among) > 1,
        ~_CHOSEN,
    ),
)
"""A body that the case names is followed by several, and which of them takes it is not chosen yet."""
_HAS_DUE = (
    exists()
    .where(
        _deadline.case_id == _case.id,
        _deadline.state.in_([state.value for state in OPEN]),
        _deadline.due_on < bindparam("due_before", type_=Date),
    )
    .correlate(Case.__table__)
)


def _is_set(name: str) -> Any:
    return _case[name].is_not(None) == bindparam(name, type_=Boolean)


_INSTANT = DateTime(timezone=True)
_CONDITIONS = {
    "status": _case.status == any_(bindparam("status", type_=ARRAY(Text))),
    "route": _case.route == bindparam("route"),
    "sector": _case.sector == bindparam("sector"),
    "region": _case.region == bindparam("region"),
    "employer": _case.employer_id == any_(bindparam("employer", type_=ARRAY(Uuid))),
    "number": _case.number == bindparam("number"),
    "q": contain_name(_case.service_name, bindparam("q", type_=Text)),
    "suspended": _is_set("suspended"),
    "escalated_at": _is_set("escalated_at"),
    "final_at": _is_set("final_at"),
    "submitted_since": _case.submitted_at >= bindparam("submitted_since", type_=_INSTANT),
    "submitted_before": _case.submitted_at < bindparam("submitted_before", type_=_INSTANT),
    "changed_since": bindparam("changed_since", type_=_INSTANT) <= OWN_CHANGE_TIME,
    "due_before": _HAS_DUE,
    "awaits_successor": and_(_AWAITS_SUCCESSOR, bindparam("awaits_successor", type_=Boolean)),
    "after": _case.id < bindparam("after_id", type_=Uuid),
    "after_change": tuple_(OWN_CHANGE_TIME, _case.id)
    > tuple_(bindparam("after_at", type_=_INSTANT), bindparam("after_id", type_=Uuid)),
}
"""By name of the filter."""


class After(NamedTuple):
    """The last case of the page before, and when it was changed if the list is in the order of changes."""

    id: UUID
    changed_at: datetime | None


async def list_cases(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    by_change: bool = False,
    after: After | None = None,
    filters: Mapping[str, Any],
) -> Sequence[AnyRow]:
    """Return the newest first, or with `by_change` what changed longest ago; one row more than `limit` where more
    follow.
    """
    payload = {name: value for name, value in filters.items() if value is not None}
    named = set(payload)
    if after is not None:
        named.add("after_change" if by_change else "after")
        payload |= {"after_id": after.id, "after_at": after.changed_at}
    statement = _build_list(frozenset(named), by_change=by_change)
    return (await session.execute(statement, {**payload, "readers": readers, "limit": limit + 1})).all()


@lru_cache(200)
def _build_list(named: frozenset[str], *, by_change: bool) -> AnySelect:
    line = (
        _case.id,
        _case.number,
        _case.route,
        _case.status,
        OWN_VERSION.label("version"),
        _case.employer_id,
        get_name(_case.employer_id).label("employer_name"),
        _case.region,
        _case.service_name,
        _case.sector,
        _case.suspended,
        _case.escalated_at,
        _case.final_at,
        _case.opened_at,
        OWN_CHANGE_TIME.label("changed_at"),
        _case.submitted_at,
    )
    order = (OWN_CHANGE_TIME, _case.id) if by_change else (_case.id.desc(),)
    lines = select(*line).where(is_known_to(READERS), *(_CONDITIONS[name] for name in sorted(named)))
    return lines.order_by(*order).limit(bindparam("limit"))
