"""What the records of awards say of a procurement."""

from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.queries import find_bodies
from rtp_applications.procurement.awards.queries import list_past_awards
from rtp_applications.procurement.rules.cooling import ReservationLaw, is_comparable
from rtp_applications.procurement.rules.facts import ProcurementFacts
from rtp_applications.procurement.rules.scope import ACT_SINCE
from rtp_shared.problems import FieldError, Invalid


async def add_comparable_contract(
    session: AsyncSession, facts: ProcurementFacts, authority: str, provider: str
) -> ProcurementFacts:
    """Return the facts with the latest comparable contract on record, if it is later than the one that they name.

    Raises Invalid where the facts say that there is none, and one is on record.
    """
    bodies = await find_bodies(session, authority, parameter="authority") or []
    if facts.commenced_on is None or not facts.codes:
        return facts
    law = ReservationLaw.SECTION_33 if facts.commenced_on >= ACT_SINCE else ReservationLaw.REGULATION_77
    comparable = [
        past
        for body in bodies
        for past in await list_past_awards(session, body, provider)
        if is_comparable(past, authority=str(body), codes=facts.codes, law=law)
        and (facts.award_on is None or past.entered_into_on <= facts.award_on)
    ]
    if not comparable:
        return facts
    found = max(comparable, key=attrgetter("entered_into_on"))
    latest = found.entered_into_on
    if facts.no_comparable_contract:
        raise Invalid(
            errors=[FieldError("noComparableContract", f"one of {latest} is on record: {found.source}", "query")]
        )
    return facts.model_copy(update={"comparable_contract_on": max(latest, facts.comparable_contract_on or latest)})
