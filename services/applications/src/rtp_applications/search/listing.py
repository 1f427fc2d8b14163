"""The list of the cases that a client may see. Row-level security stands behind it.

A page is looked for among the reader's first cases, by an index that has each reader's own in their order. Only where
these do not fill it, all that the reader may see is looked through. So a page costs the same among a million.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    CTE,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Subquery,
    Text,
    Uuid,
    bindparam,
    case,
    column,
    func,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.queries import get_name
from rtp_applications.cases.models import Case
from rtp_applications.cases.sight import OWN_CHANGE_TIME, OWN_VERSION, READERS, is_known_to
from rtp_applications.documents.rules import OUTSIDE
from rtp_applications.search.conditions import (
    CONDITIONS,
    ENTRY,
    PERSON,
    SOUGHT,
    SOUGHT_BY_ALL,
    TODAY,
    Q,
    is_ones_own,
    is_outside,
)
from rtp_applications.search.models import NARROWED
from rtp_applications.search.orders import CaseOrder
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.identities import SYSTEM

_case = Case.__table__.c
NEAR, NEAR_WORDS = 400, 300
"""How many of the reader's first cases are looked through before all are; fewer for words, which have an index."""
SAMPLED = 100
"""How many of the reader's first cases tell how frequent the words are."""
MOST_TAKEN = 2500
"""How many cases with the words are taken by the index, before they are looked for in their order."""
_LIMIT, _EXAMINED = bindparam("limit", type_=Integer), bindparam("examined", type_=Integer)
_PAST = bindparam("past", type_=Uuid)
_ORGANISATION = "org:"
_RARE = {"number", "reference"}
"""What is asked for by its name is looked up."""
_FIRST, _LAST = UUID(int=0), UUID(int=2**128 - 1)
_AFTER_AT = bindparam("after_at", type_=DateTime(timezone=True))


def _write(at: ColumnElement[Any]) -> ColumnElement[str]:
    """Return an instant as it is written in JSON: PostgreSQL does it much faster than we do."""
    written = func.to_char(func.timezone("UTC", at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    return func.replace(written, ".000000Z", "Z", type_=Text)


LINE = (
    _case.id.cast(Text).label("id"),
    _case.number,
    _case.route.cast(Text).label("route"),
    _case.status.cast(Text).label("status"),
    OWN_VERSION.label("version"),
    _case.employer_id.cast(Text).label("employer_id"),
    get_name(_case.employer_id).label("employer_name"),
    _case.region,
    _case.service_name,
    _case.sector.cast(Text).label("sector"),
    _case.suspended.cast(Text).label("suspended"),
    _write(_case.escalated_at).label("escalated_at"),
    _write(_case.final_at).label("final_at"),
    _write(_case.opened_at).label("opened_at"),
    _write(OWN_CHANGE_TIME).label("changed_at"),
    _write(_case.submitted_at).label("submitted_at"),
)
"""The columns of a line, as they are written in JSON."""


class Place(NamedTuple):
    """The last case of the page before, and its time where the list is in the order of times."""

    id: UUID
    at: datetime | None = None


class Question(NamedTuple):
    """What is asked for: who asks, in which order, and what the list is narrowed by."""

    readers: Sequence[str]
    filters: Mapping[str, Any]
    order: CaseOrder = CaseOrder.NEWEST
    q: str | None = None
    """Words that are sought."""
    person: str | None = None
    """The person who asks, who may be told less than the client that vouches for them."""
    today: date | None = None

    def given(self) -> dict[str, Any]:
        """Return what the statements are given, the filters that are asked for among it."""
        asked = {name: value for name, value in self.filters.items() if value is not None}
        words = {"q": self.q, "person": self.person, "today": self.today} if self.q is not None else {}
        if "reference" in asked:
            asked["organisations"] = [
                UUID(each[len(_ORGANISATION) :]) for each in self.readers if each.startswith(_ORGANISATION)
            ]
        past = _FIRST if _rises(self.order) else _LAST
        return {**asked, **words, "readers": list(self.readers), "past": past}

    def get_shape(self) -> "Shape":
        named = frozenset(name for name, value in self.filters.items() if value is not None)
        return Shape(named, self.order, sought=self.q is not None)


class Shape(NamedTuple):
    """What a statement is built of: it is built once for each."""

    named: frozenset[str]
    order: CaseOrder
    sought: bool
    after: bool = False


async def list_cases(
    session: AsyncSession, question: Question, *, limit: int, after: Place | None = None
) -> Sequence[AnyRow]:
    """Return a page in the order asked for, and one row more than `limit` where more follow."""
    shape = question.get_shape()._replace(after=after is not None)
    given = {**question.given(), "limit": limit + 1}
    if after is not None:
        given |= {"past": after.id, "after_at": after.at}
    if shape.order.is_by_time or shape.named & _RARE or SYSTEM[0] in question.readers:
        return (await session.execute(select_whole(shape), given)).all()
    if shape.sought and not shape.named:
        words = {"outside": sorted(map(str, OUTSIDE)), "examined": SAMPLED, "most": MOST_TAKEN}
        return (await session.execute(_select_first_found(shape.order), {**given, **words})).all()
    examined = NEAR_WORDS if shape.sought else limit + 1 if shape.named <= set(NARROWED) else NEAR
    rows = (await session.execute(_select_near(shape), {**given, "examined": examined})).all()
    page = [row for row in rows if row.id is not None]
    if len(page) > limit or rows[0].examined < examined:
        return page
    # The place is where the first look ended: all before it was looked at.
    given |= {"past": rows[0].reached, "limit": limit + 1 - len(page)}
    rest = (await session.execute(select_whole(shape._replace(after=True)), given)).all()
    return [*page, *rest]


def build_near(shape: Shape) -> CTE:
    """Build the reader's first cases in their order, `examined` of them, each with whether the words are found in it.

    Each identity's own are taken from the index, and the first of all these are the first of all.
    """
    near = _look_at_words(shape) if shape.sought else _walk(shape)
    return near.cte("near").prefix_with("MATERIALIZED")


def _walk(shape: Shape) -> AnySelect:
    wanted = (bindparam(name, type_=Text) if name in shape.named else null() for name in NARROWED)
    walked = func.walk_list_entries(READERS, _PAST, _rises(shape.order), _EXAMINED, *wanted)
    first = walked.table_valued(column("case_id", Uuid), name="first")
    return select(first.c.case_id, true().label("found"))


def _look_at_words(shape: Shape) -> AnySelect:
    mine = func.unnest(READERS).table_valued(column("reader", Text), name="mine").render_derived()
    entries = select(ENTRY.case_id, _is_found(ENTRY).label("found")).where(
        ENTRY.reader == mine.c.reader, is_ones_own(ENTRY), _is_past(ENTRY.case_id, shape.order)
    )
    one = _order_by_id(shape.order, ENTRY.case_id)
    each = entries.order_by(one).limit(_EXAMINED).correlate(mine).lateral("each")
    first = select(each.c.case_id, func.bool_or(each.c.found).label("found")).select_from(mine).join(each, true())
    return first.group_by(each.c.case_id).order_by(_order_by_id(shape.order, each.c.case_id)).limit(_EXAMINED)


@lru_cache(2)
def _select_first_found(order: CaseOrder) -> AnySelect:
    """Build the first cases in which the words are found. The database decides by which way it looks."""
    outside = bindparam("outside", type_=ARRAY(Text))
    asked = (
        Q,
        READERS,
        PERSON,
        TODAY,
        outside,
        _PAST,
        _rises(order),
        _LIMIT,
        _EXAMINED,
        bindparam("most", type_=Integer),
    )
    first = func.find_first_cases(*asked).table_valued(column("case_id", Uuid), name="first")
    lines = select(*LINE).join(first, first.c.case_id == _case.id).where(is_known_to(READERS))
    return lines.order_by(_order_by_id(order, _case.id))


@lru_cache(500)
def _select_near(shape: Shape) -> AnySelect:
    near = build_near(shape)
    last = near.c.case_id.desc() if shape.order is CaseOrder.OLDEST else near.c.case_id.asc()
    reached = select(near.c.case_id).order_by(last).limit(1).scalar_subquery()
    reach = select(func.count().label("examined"), reached.label("reached")).select_from(near).subquery("reach")
    lines = (
        select(*LINE, near.c.case_id.label("place")).select_from(near).join(Case.__table__, _case.id == near.c.case_id)
    )
    lines = lines.where(near.c.found, *list_conditions(shape))
    page: Subquery = lines.order_by(_order_by_id(shape.order, near.c.case_id)).limit(_LIMIT).subquery("page")
    lines_of_all = select(*page.c, *reach.c).select_from(reach).outerjoin(page, true())
    return lines_of_all.order_by(_order_by_id(shape.order, page.c.place))


@lru_cache(500)
def select_whole(shape: Shape) -> AnySelect:
    """Build the page out of all that the readers may see."""
    seen = build_whole(shape, first=_LIMIT)
    first = select(seen.c.id).order_by(*_order(shape.order, seen.c.at, seen.c.id)).limit(_LIMIT).subquery("first")
    at = _case.submitted_at if shape.order is CaseOrder.SUBMITTED else OWN_CHANGE_TIME
    return select(*LINE).join(first, first.c.id == _case.id).order_by(*_order(shape.order, at, _case.id))


def _order(order: CaseOrder, at: ColumnElement[Any], id_: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [each.asc() if _rises(order) else each.desc() for each in ((at, id_) if order.is_by_time else (id_,))]


def _order_by_id(order: CaseOrder, id_: ColumnElement[Any]) -> ColumnElement[Any]:
    return id_.asc() if order is CaseOrder.OLDEST else id_.desc()


def build_whole(shape: Shape, *, first: BindParameter[int]) -> CTE:
    """Build the ids of all cases that are asked for, each with its time in the order; of those that are asked for by
    words alone, no more than `first`.

    PostgreSQL is not told how few are wanted: hoping to meet them soon, it would walk through everybody's cases.
    """
    at = _case.submitted_at if shape.order is CaseOrder.SUBMITTED else OWN_CHANGE_TIME
    wanted = select(_case.id, at.label("at")).where(*list_conditions(shape))
    if shape.sought:
        wanted = wanted.where(_case.id.in_(_select_found(shape, first)))
    if shape.after and shape.order.is_by_time:
        place, last = tuple_(at, _case.id), tuple_(_AFTER_AT, _PAST)
        wanted = wanted.where(place > last if shape.order is CaseOrder.CHANGED else place < last)
    elif shape.after:
        wanted = wanted.where(_is_past(_case.id, shape.order))
    return wanted.cte("seen").prefix_with("MATERIALIZED")


def list_conditions(shape: Shape) -> list[Any]:
    """List what a case must be: known to the readers, and what the list is narrowed by."""
    of_drafts = [_case.submitted_at.is_not(None)] if shape.order is CaseOrder.SUBMITTED else []
    return [is_known_to(READERS), *of_drafts, *(CONDITIONS[name] for name in sorted(shape.named))]


def _is_past(id_: ColumnElement[Any], order: CaseOrder) -> ColumnElement[bool]:
    return id_ > _PAST if _rises(order) else id_ < _PAST


def _rises(order: CaseOrder) -> bool:
    return order in (CaseOrder.OLDEST, CaseOrder.CHANGED)


def _is_found(entry: Any) -> ColumnElement[bool]:
    """Return whether the words are found in an entry, as far as the person who asks may be told."""
    by_all, by_side = entry.words.op("@@")(SOUGHT_BY_ALL), entry.words.op("@@")(SOUGHT)
    return case((by_all, True), (by_side, not_(is_outside(entry))), else_=False)


def _select_found(shape: Shape, first: BindParameter[int]) -> AnySelect:
    """Select the cases in which the words are found, by the index, with what `_is_found` asks."""
    columns = (
        column("case_id", Uuid),
        column("reader", Text),
        column("group_reader", Text),
        column("of_group", Boolean),
        column("barred", ARRAY(Text)),
        column("for_all", Boolean),
    )
    found = func.find_search_entries(SOUGHT, SOUGHT_BY_ALL).table_valued(*columns, name="found")
    cases = select(found.c.case_id).where(is_ones_own(found.c), or_(found.c.for_all, not_(is_outside(found.c))))
    if shape.named or shape.order.is_by_time:
        return cases
    if shape.after:
        cases = cases.where(_is_past(found.c.case_id, shape.order))
    return cases.distinct().order_by(_order_by_id(shape.order, found.c.case_id)).limit(first)
