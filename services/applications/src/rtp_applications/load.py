"""Reference data of the whole service."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.load import load_bodies
from rtp_applications.bodies.load_aliases import load_aliases
from rtp_applications.bodies.load_rules import load_rules
from rtp_applications.deadlines.holidays import load_bank_holidays
from rtp_applications.exports.commands import move_clock_ahead
from rtp_applications.registers.recommendations.load import load_recommendations
from rtp_shared.clock import utcnow


async def load_reference_data(session: AsyncSession) -> str:
    """Bring reference data up to date; what was recorded by hand is left alone."""
    await load_bank_holidays(session)
    await move_clock_ahead(session)
    now = utcnow()
    loaded = [
        await load_bodies(session),
        await load_aliases(session),
        await load_rules(session, now),
        await load_recommendations(session, now),
    ]
    return ", ".join(loaded)
