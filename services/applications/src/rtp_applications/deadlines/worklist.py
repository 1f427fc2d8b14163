"""What waits for whom: the clocks that run, with the actions that answer them. Row-level security stands behind it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Table, Text, and_, any_, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import Case, CaseDeadline, CaseParty
from rtp_applications.cases.sight import READERS, is_known_to
from rtp_applications.deadlines.listing import CONDITIONS, LINE, make_filters
from rtp_applications.deadlines.rules.deadline import OPEN, DeadlineState
from rtp_applications.history.models import AuditEntry
from rtp_applications.workflow.clock_answers import ClockAnswer, list_clock_answers
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role, Status
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.db import AnyRow, AnySelect

_cases, _deadlines = cast("Table", Case.__table__), cast("Table", CaseDeadline.__table__)
_case, _deadline = _cases.c, _deadlines.c
_party, _entry = cast("Table", CaseParty.__table__).c, cast("Table", AuditEntry.__table__).c
_other = _deadlines.alias("other")
_OPEN = [state.value for state in OPEN]
_answer = (
    func.unnest(
        bindparam("routes", type_=ARRAY(Text)),
        bindparam("versions", type_=ARRAY(Integer)),
        bindparam("statuses", type_=ARRAY(Text)),
        bindparam("clocks", type_=ARRAY(Text)),
        bindparam("roles", type_=ARRAY(Text)),
        bindparam("meetings", type_=ARRAY(Text)),
    )
    .table_valued("route", "version", "status", "clock", "role", "met_by", name="answer")
    .render_derived()
)


class Wanted(NamedTuple):
    """Whose work is looked for."""

    roles: frozenset[Role] | None
    """The roles that may act; None: any."""
    caller: Caller | None
    """The person whose parts in the cases count; None: everybody's."""
    today: date


def find_actions(row: AnyRow, roles: frozenset[Role] | None) -> list[ClockAnswer]:
    """Return the actions that answer the deadline of a row, those of the roles alone."""
    answers = list_clock_answers().get((Route(row.route), row.process_version), ())
    return [
        answer
        for answer in answers
        if (answer.clock, answer.status) == (row.clock, Status(row.status)) and (roles is None or answer.roles & roles)
    ]


async def list_work(
    session: AsyncSession,
    wanted: Wanted,
    *,
    readers: Sequence[str],
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    filters: dict[str, object],
) -> Sequence[AnyRow]:
    """Return the deadlines that wait for somebody, the next due first, and one more than `limit` if more follow."""
    named, payload = make_filters(filters, after)
    payload |= {**_list_answer_columns(wanted.roles), "readers": readers, "limit": limit + 1}
    if wanted.caller is not None:
        payload |= {
            "person": wanted.caller.person,
            "client": wanted.caller.vouching_client,
            "holders": list(wanted.caller.identities),
            "global_roles": [str(role) for role in wanted.caller.global_roles],
            "today": wanted.today,
        }
    return (await session.execute(_select_work(frozenset(named), mine=wanted.caller is not None), payload)).all()


@lru_cache(64)
def _list_answer_columns(roles: frozenset[Role] | None) -> Mapping[str, list[object]]:
    """Return what answers each clock, of these roles alone, as the columns that a statement is given."""
    rows = [
        (str(route), version, str(answer.status), answer.clock, str(role), " ".join(answer.met_by))
        for (route, version), answers in list_clock_answers().items()
        for answer in answers
        for role in answer.roles
        if roles is None or role in roles
    ]
    names = ("routes", "versions", "statuses", "clocks", "roles", "meetings")
    return dict(zip(names, map(list, zip(*rows, strict=True)) if rows else ([] for _ in names), strict=True))


@cache
def _select_work(named: frozenset[str], *, mine: bool) -> AnySelect:
    waits = exists().where(
        _answer.c.route == _case.route,
        _answer.c.version == _case.process_version,
        _answer.c.status == _case.status,
        _answer.c.clock == _deadline.clock,
        or_(_deadline.state.in_(_OPEN), _is_still_missed()),
        *([_is_ones_own()] if mine else []),
    )
    waits = waits.correlate(_cases, _deadlines)
    shown = select(*LINE, _case.process_version).join(_cases, _case.id == _deadline.case_id)
    return (
        shown.where(is_known_to(READERS), waits, *(CONDITIONS[name] for name in sorted(named)))
        .order_by(_deadline.due_at, _deadline.id)
        .limit(bindparam("limit"))
    )


def _is_still_missed() -> ColumnElement[bool]:
    """Return the condition that the deadline was missed, that no other of its clock runs in its place, and that none of
    the actions that meet it was taken since, as far as the reader sees.
    """
    runs = exists().where(
        _other.c.case_id == _deadline.case_id, _other.c.clock == _deadline.clock, _other.c.state.in_(_OPEN)
    )
    done = exists().where(
        _entry.case_id == _deadline.case_id,
        _entry.action == any_(func.string_to_array(_answer.c.met_by, " ")),
        _entry.at >= _deadline.due_at,
    )
    return and_(
        _deadline.state == DeadlineState.MISSED.value, ~runs.correlate(_deadlines), ~done.correlate(_deadlines, _answer)
    )


def _is_ones_own() -> ColumnElement[bool]:
    """Return the condition that the person may act in the answer's role: as `engine.find_roles` has it."""
    client, today = bindparam("client", type_=Text), bindparam("today", type_=Date)
    of_the_group = func.concat("client:", _case.opened_by) == client
    holds = exists().where(
        _party.case_id == _case.id,
        _party.role == _answer.c.role,
        _party.person == bindparam("person", type_=Text),
        _party.valid_from <= today,
        or_(_party.valid_to.is_(None), _party.valid_to >= today),
        or_(
            _party.holder == client,
            and_(~of_the_group, _party.holder == any_(bindparam("holders", type_=ARRAY(Text)))),
        ),
    )
    holds = holds.correlate(_cases, _answer)
    return or_(holds, and_(~of_the_group, _answer.c.role == any_(bindparam("global_roles", type_=ARRAY(Text)))))
