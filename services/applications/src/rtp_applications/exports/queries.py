"""Cases as an export has them, and which of them changed. Row-level security stands behind every one of these."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import BigInteger, Table, Text, Uuid, any_, bindparam, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.queries import get_name
from rtp_applications.cases.models import Case
from rtp_applications.cases.sight import KNOWN, OWN_CHANGE_TIME, OWN_VERSION, READERS, is_known_to
from rtp_applications.exports.errors import CursorOfAnotherPast
from rtp_applications.exports.schemas import ExportedCase
from rtp_applications.intake.models import CaseReference
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.identities import Principal

_case = cast("Table", Case.__table__).c
_UUID = Uuid()
_FIRST = UUID(int=0)
_reference, _earlier = cast("Table", CaseReference.__table__).c, cast("Table", Case.__table__).alias("earlier")
# The client that speaks for the staff group sees no reference of the employer's, though it may be of its organisation.
_REFERENCE = (
    select(_reference.reference)
    .where(
        _reference.case_id == _case.id,
        _reference.organisation == bindparam("organisation", type_=_UUID),
        _case.opened_by != bindparam("client", type_=Text),
    )
    .correlate(Case.__table__)
    .scalar_subquery()
)
_PREVIOUS = (
    select(_earlier.c.id)
    .where(_earlier.c.id == _case.previous_case_id, text(KNOWN.replace("cases.", "earlier.")).bindparams(READERS))
    .correlate(Case.__table__)
    .scalar_subquery()
)
_OWN: Mapping[str, Any] = {
    "reference": _REFERENCE,
    "version": OWN_VERSION,
    "changed_at": OWN_CHANGE_TIME,
    "employer_name": get_name(_case.employer_id),
    "previous_case_id": _PREVIOUS,
}
"""Columns that are not the row's own: what they are differs from reader to reader."""
COLUMNS = {name: _OWN.get(name, _case.get(name)) for name in ExportedCase.model_fields}
NAMES = {name: each.serialization_alias or str(each.alias) for name, each in ExportedCase.model_fields.items()}
"""Of the columns, as they are on the wire."""
_FILTERS = {
    "status": _case.status == any_(bindparam("status", type_=ARRAY(Text))),
    "route": _case.route == bindparam("route", type_=Text),
}


class FeedPosition(NamedTuple):
    """A place in the feed of changes."""

    position: int = 0
    case_id: UUID = _FIRST


class FoundChanges(NamedTuple):
    """A page of the feed: cases by id, as they are now or None if seen no more; its last place; whether more follow."""

    changes: Sequence[tuple[UUID, AnyRow | None]]
    last: FeedPosition
    more: bool


def _list_parameters(principal: Principal) -> dict[str, object]:
    return {
        "readers": list(principal.identities),
        "organisation": principal.organisation,
        "client": principal.client_id,
    }


async def list_lines(
    session: AsyncSession, principal: Principal, *, filters: Mapping[str, object], after: UUID, limit: int
) -> Sequence[AnyRow]:
    """Return the next cases in the order of their ids, each with its line: what its reader reads of it, in JSON."""
    named = {name: value for name, value in filters.items() if value}
    parameters = {**_list_parameters(principal), **named, "after": after, "limit": limit}
    return (await session.execute(_select_lines(frozenset(named)), parameters)).all()


@lru_cache(8)
def _select_lines(filters: frozenset[str]) -> AnySelect:
    pairs: list[Any] = []
    for name, column in COLUMNS.items():
        pairs += [literal_column(f"'{NAMES[name]}'"), column]
    line = func.json_build_object(*pairs).cast(Text).label("line")
    lines = select(_case.id, line).where(
        is_known_to(READERS),
        _case.id > bindparam("after", type_=_UUID),
        *(_FILTERS[name] for name in sorted(filters)),
    )
    return lines.order_by(_case.id).limit(bindparam("limit"))


_HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ahead FROM change_clock")


async def find_horizon(session: AsyncSession) -> int:
    """Return the position before which nothing is under way any more: no change can come to stand there."""
    horizon: int = (await session.execute(_HORIZON)).scalar_one()
    return horizon


_ON_BODIES_SIDE = "(cases.body_readers && :readers AND NOT 'client:' || cases.opened_by = ANY (:readers))"
_AFTER = "> (:position, :case_id)"


def _select_changed(column: str, side: str) -> str:
    return f"""
        (SELECT n.{column} AS position, n.case_id, false AS gone
         FROM case_changes n JOIN cases ON cases.id = n.case_id
         WHERE (n.{column}, n.case_id) {_AFTER} AND n.{column} < :horizon AND {KNOWN} AND {side}
         ORDER BY n.{column}, n.case_id LIMIT :limit)
    """  # noqa: S608 - of our own words


# A step that the bodies' side alone knows of moves a case in their feed alone (docs/adr/0020).
_CHANGED = text(f"""
    {_select_changed("position", _ON_BODIES_SIDE)} UNION ALL
    {_select_changed("position_for_all", f"NOT {_ON_BODIES_SIDE}")} UNION ALL
    (SELECT max(e.position), e.case_id, true
     FROM case_sight_ends e
     WHERE e.reader = ANY (:readers) AND NOT e.unknown_to && :readers
       AND NOT EXISTS (SELECT FROM cases WHERE cases.id = e.case_id AND {KNOWN})
     GROUP BY e.case_id
     HAVING (max(e.position), e.case_id) {_AFTER} AND max(e.position) < :horizon
     ORDER BY 1, 2 LIMIT :limit)
    ORDER BY 1, 2 LIMIT :limit
""").bindparams(  # noqa: S608 - of our own words
    READERS,
    *(bindparam(name, type_=BigInteger) for name in ("position", "horizon", "limit")),
    bindparam("case_id", type_=_UUID),
)
_NOW = select(*(column.label(name) for name, column in COLUMNS.items())).where(
    is_known_to(READERS), _case.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)


async def list_changes(session: AsyncSession, principal: Principal, *, after: FeedPosition, limit: int) -> FoundChanges:
    """Return what changed after a place of the feed for this caller, each case once, as it is now.

    What is before the horizon is committed, so a change that comes to stand later stands behind all that was returned.
    """
    horizon = await find_horizon(session)
    if after.position > horizon:
        raise CursorOfAnotherPast
    parameters = _list_parameters(principal)
    place = {"position": after.position, "case_id": after.case_id, "horizon": horizon, "limit": limit + 1}
    found = (await session.execute(_CHANGED, {"readers": parameters["readers"], **place})).all()
    page = found[:limit]
    ids = [row.case_id for row in page if not row.gone]
    now = {row.id: row for row in await session.execute(_NOW, {**parameters, "ids": ids})} if ids else {}
    # A case whose sight ended since a moment ago is told as gone at the place where it stands by now.
    changes = [(row.case_id, now.get(row.case_id)) for row in page if row.gone or row.case_id in now]
    last = FeedPosition(page[-1].position, page[-1].case_id) if page else after
    return FoundChanges(changes, last, more=len(found) > limit)
