"""How many cases a list has. What is counted is counted exactly, up to a bound, and beyond it is said to be more."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Integer, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import Case
from rtp_applications.search.listing import Question, Shape, build_near, build_whole, list_conditions
from rtp_applications.search.orders import CaseOrder
from rtp_applications.search.schemas import CaseCount, Facet, FacetCount
from rtp_shared.db import AnyRow, AnySelect

_case = Case.__table__.c
MOST_COUNTED = 1000
_BY = tuple(Facet)
_SETS = text(f"GROUPING SETS ((), {', '.join(f'({facet})' for facet in _BY)})")
_MOST = bindparam("most", type_=Integer)


async def count_cases(session: AsyncSession, question: Question, *, facets: Sequence[Facet]) -> CaseCount:
    """Count the cases of the list in all its pages, and by each facet's values."""
    shape = question.get_shape()._replace(after=False)
    given = {**question.given(), "examined": MOST_COUNTED + 1, "most": MOST_COUNTED + 1}
    rows = (await session.execute(_count_near(shape), given)).all()
    if rows[0].examined > MOST_COUNTED and rows[0].cases <= MOST_COUNTED:
        rows = (await session.execute(_count_whole(shape), given)).all()
    total = rows[0].cases
    if total > MOST_COUNTED:
        return CaseCount(cases=MOST_COUNTED, exact=False, facets=[])
    return CaseCount(cases=total, exact=True, facets=[each for row in rows[1:] for each in _read(row, facets)])


def _read(row: AnyRow, facets: Sequence[Facet]) -> list[FacetCount]:
    """Read the row of a value. Of the bits of a grouping, the one of what it is grouped by is not set."""
    facet = next(each for place, each in enumerate(reversed(_BY)) if not row.grouped >> place & 1)
    if facet not in facets:
        return []
    return [FacetCount(facet=facet, value=getattr(row, facet), cases=row.cases)]


@lru_cache(200)
def _count_near(shape: Shape) -> AnySelect:
    near = build_near(shape)
    columns = [_case[facet] for facet in _BY]
    counted = select(*columns).select_from(near).join(Case.__table__, _case.id == near.c.case_id)
    examined = select(func.count()).select_from(near).scalar_subquery()
    return _group(counted.where(near.c.found, *list_conditions(shape))).add_columns(examined.label("examined"))


@lru_cache(200)
def _count_whole(shape: Shape) -> AnySelect:
    seen = build_whole(
        shape._replace(order=shape.order if shape.order is CaseOrder.SUBMITTED else CaseOrder.NEWEST), first=_MOST
    )
    first = select(seen.c.id).limit(_MOST).subquery("first")
    return _group(select(*(_case[facet] for facet in _BY)).join(first, first.c.id == _case.id))


def _group(counted: AnySelect) -> AnySelect:
    rows = counted.subquery("counted")
    grouped, cases = func.grouping(*(rows.c[facet] for facet in _BY)), func.count()
    shown = (grouped.label("grouped"), cases.label("cases"), *(rows.c[facet] for facet in _BY))
    values = [rows.c[facet] for facet in _BY]
    return select(*shown).group_by(_SETS).order_by(grouped.desc(), cases.desc(), *values)
