"""Loading of bank holidays: those published now replace those known, and deadlines that run are counted again."""

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.load import read_bank_holidays
from rtp_applications.bodies.models import BankHoliday
from rtp_applications.cases.models import CaseDeadline
from rtp_applications.deadlines.rules.days import CalendarName
from rtp_applications.deadlines.rules.deadline import DeadlineState

_holidays, _deadlines = cast("Table", BankHoliday.__table__), cast("Table", CaseDeadline.__table__)
_c = _deadlines.c
# At once, by whatever clock the platform goes. Which of them are counted in working days is seen when they are looked
# at; those that are paused are counted again when they go on.
_LOOK_AGAIN = (
    update(_deadlines)
    .where(
        _c.state == DeadlineState.RUNNING.value,
        _c.content["calendar"].astext.in_(bindparam("calendars", expanding=True)),
    )
    .values(look_at=text("to_timestamp(0)"))
)


async def load_bank_holidays(session: AsyncSession) -> str:
    """Bring bank holidays up to date; of days before the first that is published, nothing is known any better."""
    return await replace_bank_holidays(session, list(read_bank_holidays()))


async def replace_bank_holidays(session: AsyncSession, published: Collection[dict[str, Any]]) -> str:
    """Make these the bank holidays, from the first of each division on."""
    rows = await session.execute(select(_holidays.c.division, _holidays.c.day, _holidays.c.title))
    known = {(row.division, row.day): row.title for row in rows}
    wanted = {(row["division"], row["day"]): row["title"] for row in published}
    first = {name: min(day for division, day in wanted if division == name) for name, _ in wanted}
    gone = {(name, day) for name, day in known.keys() - wanted.keys() if name in first and day >= first[name]}
    new = wanted.keys() - known.keys()
    renamed = {at for at in wanted.keys() & known.keys() if wanted[at] != known[at]}
    key = tuple_(_holidays.c.division, _holidays.c.day)
    if gone | renamed:
        await session.execute(delete(_holidays).where(key.in_(gone | renamed)))
    if new | renamed:
        added = [{"division": name, "day": day, "title": wanted[name, day]} for name, day in sorted(new | renamed)]
        await session.execute(insert(_holidays), added)
    if moved := {name for name, _ in gone | new}:
        await session.execute(_LOOK_AGAIN, {"calendars": sorted({*moved, CalendarName.ANY_UK.value})})
    return f"{len(wanted)} bank holidays"
