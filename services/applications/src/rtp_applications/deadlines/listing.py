"""The list of deadlines over all cases that a client may see. Row-level security stands behind it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Date, DateTime, Table, Text, Uuid, and_, any_, bindparam, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.queries import get_name
from rtp_applications.cases.models import Case, CaseDeadline
from rtp_applications.cases.sight import READERS, is_known_to
from rtp_applications.deadlines.rules.deadline import OPEN, DeadlineState
from rtp_shared.db import AnyRow, AnySelect

_case, _deadline = cast("Table", Case.__table__).c, cast("Table", CaseDeadline.__table__).c
CONDITIONS = {
    "state": _deadline.state == bindparam("state"),
    "open": _deadline.state.in_([state.value for state in OPEN]),
    "overdue": or_(
        _deadline.state == DeadlineState.MISSED.value,
        and_(_deadline.state == DeadlineState.RUNNING.value, _deadline.due_at <= bindparam("overdue")),
    ),
    "due_before": _deadline.due_on < bindparam("due_before", type_=Date),
    "due_after": _deadline.due_on > bindparam("due_after", type_=Date),
    "clock": _deadline.clock == bindparam("clock"),
    "basis": _deadline.content["basis"].astext == bindparam("basis"),
    "case_id": _deadline.case_id == bindparam("case_id", type_=Uuid),
    "route": _case.route == bindparam("route"),
    "status": _case.status == any_(bindparam("status", type_=ARRAY(Text))),
    "employer": _case.employer_id == any_(bindparam("employer", type_=ARRAY(Uuid))),
    "after": tuple_(_deadline.due_at, _deadline.id)
    > tuple_(bindparam("after_at", type_=DateTime(timezone=True)), bindparam("after_id", type_=Uuid)),
}
"""By name of the filter; `overdue` is given the time."""

LINE = (
    _deadline.id,
    _deadline.case_id,
    _case.number,
    _case.service_name,
    _case.route,
    _case.status,
    _case.employer_id,
    get_name(_case.employer_id).label("employer_name"),
    _deadline.clock,
    _deadline.content["basis"].astext.label("basis"),
    _deadline.state,
    _deadline.content["started_on"].astext.label("started_on"),
    _deadline.due_on,
    _deadline.due_at,
    _deadline.content["provisional"].as_boolean().label("provisional"),
)
"""The columns of a line."""


async def list_deadlines(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    filters: Mapping[str, Any],
) -> Sequence[AnyRow]:
    """Return deadlines, the next due first, and one more than `limit` if more follow.

    They are the open ones, unless another state is asked for.
    """
    named, payload = make_filters(filters, after)
    if not named & {"state", "overdue"}:
        named.add("open")
    payload |= {"readers": readers, "limit": limit + 1}
    return (await session.execute(_select_lines(frozenset(named)), payload)).all()


def make_filters(filters: Mapping[str, Any], after: tuple[datetime, UUID] | None) -> tuple[set[str], dict[str, Any]]:
    """Return the names of the conditions that are asked for, and what they are to be given."""
    payload = {name: value for name, value in filters.items() if value is not None}
    named = {*payload, *(("after",) if after else ())}
    return named, payload | ({"after_at": after[0], "after_id": after[1]} if after else {})


@cache
def _select_lines(named: frozenset[str]) -> AnySelect:
    shown = select(*LINE).join(Case.__table__, _case.id == _deadline.case_id)
    conditions = [CONDITIONS[name] for name in sorted(named)]
    return (
        shown.where(is_known_to(READERS), *conditions)
        .order_by(_deadline.due_at, _deadline.id)
        .limit(bindparam("limit"))
    )
