"""The one command on the clock of changes."""

from sqlalchemy import BigInteger, Text, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.exports.models import CaseChanged, ChangeClock

_NEWEST = select(func.coalesce(func.max(CaseChanged.position), 0)).scalar_subquery()
_NEXT = func.pg_snapshot_xmax(func.pg_current_snapshot()).cast(Text).cast(BigInteger)
_MOVE = (
    update(ChangeClock).where(_NEXT + ChangeClock.ahead <= _NEWEST).values(ahead=_NEWEST + 1 - _NEXT)
).execution_options(synchronize_session=False)


async def move_clock_ahead(session: AsyncSession) -> None:
    """Let positions of changes go on growing where they were restored into a server that counts from the start.

    Call it before anybody writes; where nothing was restored so, it changes nothing.
    """
    await session.execute(_MOVE)
