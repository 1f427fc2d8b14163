"""Commands on the people of the directory: verb(session, subject, *, details)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.contacts import find_contact_details
from rtp_advice_matching.directory.errors import (
    ContactDetailsGiven,
    ContradictoryProfile,
    NetworkNotRecorded,
    NoSuchAdviser,
    NotAModerator,
    NotYourNetwork,
)
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser, AdviserNetwork
from rtp_advice_matching.directory.queries import OVERSEE, SHOWN, is_kept_by
from rtp_advice_matching.directory.rules import find_contradictions, find_far_spans
from rtp_advice_matching.stored_answers import erase_stored_answers
from rtp_shared.clock import LONDON
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal

FACTS = (
    "name",
    "kind",
    "about",
    "active",
    "regions",
    "remote",
    "sectors",
    "topics",
    "stages",
    "legal_forms",
    "headcount_from",
    "headcount_to",
    "languages",
    "access_needs",
    "capacity",
    "hours_per_month",
    "calendar",
    "charge_basis",
    "day_rate",
    "conflicts",
)
"""What a network says of a person; `in_person` besides, which follows from the regions."""


async def add_adviser(session: AsyncSession, facts: Mapping[str, Any], *, actor: Principal, now: datetime) -> UUID:
    """Add somebody to the caller's network, as a draft that nobody else sees."""
    # Locked, so that what is copied from it holds when this is committed.
    network = await session.get(AdviserNetwork, actor.organisation, with_for_update=True)
    if network is None:
        raise NetworkNotRecorded("POST /v1/adviser-networks does it")
    network.change({"imported_from": None})
    _require_near(facts["calendar"], now=now)
    _require_no_contacts(facts)
    adviser = Adviser(
        id=uuid4(),
        network_id=network.id,
        network_name=network.name,
        network_published=network.status is ProfileStatus.PUBLISHED,
        is_example=False,
        engaged=0,
        status=ProfileStatus.DRAFT,
        version=1,
        verified_on=now.astimezone(LONDON).date(),
        **_settle(facts),
    )
    session.add(adviser)
    await session.flush()
    return adviser.id


async def change_adviser(
    session: AsyncSession,
    adviser_id: UUID,
    changes: Mapping[str, Any],
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> None:
    """Change what is given, and refuse what does not go with the rest. What changes nothing counts no version.

    Of a network that is reviewed, new words are hidden until the operator has looked at them.
    """
    adviser = await _lock_own(session, adviser_id, version=version, actor=actor)
    before = {name: getattr(adviser, name) for name in (*FACTS, "in_person")}
    _require_near(changes.get("calendar", ()), now=now)
    _require_no_contacts(changes)
    if OVERSEE not in actor.scopes and await _is_reviewed(session, adviser):
        adviser.review_again(changes)
    adviser.change(_settle({**before, **changes}))
    await session.flush()


async def publish_adviser(
    session: AsyncSession, adviser_id: UUID, *, version: Expected, actor: Principal, now: datetime
) -> None:
    """Show a profile to others. What the operator suspended or is to review, only the operator shows."""
    adviser = await _lock_kept(session, adviser_id, version=version, actor=actor)
    overseen = OVERSEE in actor.scopes
    if not (overseen and adviser.status in (ProfileStatus.SUSPENDED, ProfileStatus.IN_REVIEW)):
        _require_own(adviser, actor)
    if adviser.status is not ProfileStatus.SUSPENDED:
        adviser.require_verified(now.astimezone(LONDON).date())
    adviser.publish(overseen=overseen, reviewed=await _is_reviewed(session, adviser))
    await session.flush()


async def suspend_adviser(
    session: AsyncSession, adviser_id: UUID, *, reason: str, version: Expected, actor: Principal
) -> None:
    """Hide a profile, as the operator. Engagements go on; nobody new is proposed to."""
    require_moderator(actor)
    (await _lock_kept(session, adviser_id, version=version, actor=actor)).suspend(reason)
    await session.flush()


async def verify_adviser(
    session: AsyncSession, adviser_id: UUID, *, version: Expected, actor: Principal, now: datetime
) -> None:
    """Note that the network has looked through the profile today, and that all of it is right."""
    (await _lock_own(session, adviser_id, version=version, actor=actor)).verify(now.astimezone(LONDON).date())
    await session.flush()


async def withdraw_adviser(session: AsyncSession, adviser_id: UUID, *, version: Expected, actor: Principal) -> None:
    """Take a profile down for good: what is personal is erased, and the id stays."""
    (await _lock_kept(session, adviser_id, version=version, actor=actor)).take_down()
    await session.flush()
    await erase_stored_answers(session, [adviser_id])


def require_moderator(actor: Principal) -> None:
    if OVERSEE not in actor.scopes:
        raise NotAModerator


def _require_near(calendar: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Refuse days that cannot be meant, as they are given: what was given once may grow old."""
    if errors := list(find_far_spans(calendar, today=now.astimezone(LONDON).date())):
        raise ContradictoryProfile("some days are too far off", errors=errors)


def _require_no_contacts(facts: Mapping[str, Any]) -> None:
    if errors := list(find_contact_details(facts)):
        raise ContactDetailsGiven(errors=errors)


async def _is_reviewed(session: AsyncSession, adviser: Adviser) -> bool:
    """Return whether the operator looks at the people of the adviser's network before they are shown."""
    query = select(AdviserNetwork.reviewed).where(AdviserNetwork.id == adviser.network_id)
    return bool(await session.scalar(query))


def _settle(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a profile, each list without repetitions; refuse what contradicts itself."""
    if errors := list(find_contradictions(facts)):
        raise ContradictoryProfile(errors=errors)
    spans = [
        {name: str(value) if isinstance(value, date) else value for name, value in span.items()}
        for span in facts["calendar"]
    ]
    columns = {
        name: list(dict.fromkeys(facts[name])) if isinstance(facts[name], list) else facts[name]
        for name in FACTS
        if name != "calendar"
    }
    return {**columns, "calendar": sorted(spans, key=lambda span: span["starts_on"])}


def _write_day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


async def _lock_own(session: AsyncSession, adviser_id: UUID, *, version: Expected, actor: Principal) -> Adviser:
    """Return a profile of the caller's own network with its row locked: only its network says what is true of it."""
    adviser = await _lock_kept(session, adviser_id, version=version, actor=actor)
    _require_own(adviser, actor)
    return adviser


def _require_own(adviser: Adviser, actor: Principal) -> None:
    if adviser.network_id != actor.organisation:
        raise NotYourNetwork


async def _lock_kept(session: AsyncSession, adviser_id: UUID, *, version: Expected, actor: Principal) -> Adviser:
    """Return a profile that the caller keeps with its row locked; one that is shown is another's (403), or unknown."""
    kept = is_kept_by(Adviser.network_id, actor)
    query = select(Adviser).where(Adviser.id == adviser_id, kept).with_for_update()
    adviser = (await session.execute(query)).scalar_one_or_none()
    if adviser is None:
        shown = await session.scalar(select(Adviser.id).where(Adviser.id == adviser_id, SHOWN))
        raise NoSuchAdviser if shown is None else NotYourNetwork
    adviser.expect(version)
    return adviser
