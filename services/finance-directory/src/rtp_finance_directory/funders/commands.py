"""Commands on funders and programmes: verb(session, subject, *, details). Every change keeps a version."""

import uuid
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.funders.errors import NoSuchFunder, NoSuchProgramme
from rtp_finance_directory.funders.history import Noun, record_entries
from rtp_finance_directory.funders.models import Funder, FundingProgramme
from rtp_finance_directory.funders.schemas import FunderGiven, ProgrammeGiven
from rtp_finance_directory.moderation.commands import OVERSEE, publish_row, suspend_row
from rtp_finance_directory.moderation.queries import is_reviewed
from rtp_finance_directory.moderation.schemas import PublicationGiven, SuspensionGiven
from rtp_finance_directory.vocabulary import Certainty, DirectoryNoun, ProductChange, PublicationState
from rtp_shared.clock import LONDON
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError, Invalid

NOUNS: dict[DirectoryNoun, Noun] = {DirectoryNoun.FUNDER: Funder, DirectoryNoun.PROGRAMME: FundingProgramme}
MISSING = {DirectoryNoun.FUNDER: NoSuchFunder, DirectoryNoun.PROGRAMME: NoSuchProgramme}
Given = FunderGiven | ProgrammeGiven
Entry = Funder | FundingProgramme


async def draft_entry(session: AsyncSession, said: Given, *, actor: Principal, now: datetime) -> uuid.UUID:
    """Add a funder or programme that the actor's organisation keeps, as a draft that nobody else sees."""
    await _require_own_funder(session, said, actor)
    noun = Funder if isinstance(said, FunderGiven) else FundingProgramme
    entry_id = uuid.uuid4()
    entry = noun(
        id=entry_id,
        slug=str(entry_id),
        version=1,
        owner=actor.organisation,
        publication=PublicationState.DRAFT,
        certainty=Certainty.FOUND,
        verified_on=_get_day(now),
        sequence=0,
        **said.read_values(),
    )
    session.add(entry)
    await _record(session, entry, ProductChange.DRAFTED, now)
    return entry_id


async def replace_entry(
    session: AsyncSession, entry_id: uuid.UUID, said: Given, *, version: Expected, actor: Principal, now: datetime
) -> None:
    """Say anew what it is. What says the same counts no version; other words of a reviewed keeper are hidden first."""
    noun = DirectoryNoun.FUNDER if isinstance(said, FunderGiven) else DirectoryNoun.PROGRAMME
    entry = await _lock(session, noun, entry_id, actor, own=True)
    entry.require_writable()
    version.require(entry.version)
    await _require_own_funder(session, said, actor)
    if not (differing := entry.change(said.read_values())):
        return
    entry.verified_on = _get_day(now)
    hides = bool(differing & entry.WORDS) and await is_reviewed(session, entry.owner)
    await _count(session, entry, entry.hide_for_review() if hides else ProductChange.CHANGED, now)


async def verify_entry(
    session: AsyncSession,
    noun: DirectoryNoun,
    entry_id: uuid.UUID,
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> None:
    """Record that its keeper finds everything as it is said, today."""
    entry = await _lock(session, noun, entry_id, actor, own=True)
    entry.require_writable()
    version.require(entry.version)
    if entry.verified_on != _get_day(now):
        entry.verified_on = _get_day(now)
        await _count(session, entry, ProductChange.CHANGED, now)


async def publish_entry(
    session: AsyncSession,
    noun: DirectoryNoun,
    entry_id: uuid.UUID,
    schedule: PublicationGiven,
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> None:
    """Show it to all, now or from a day on."""
    entry = await _lock(session, noun, entry_id, actor)
    version.require(entry.version)
    change = await publish_row(session, entry, schedule, actor=actor, today=_get_day(now))
    await _count(session, entry, change, now)


async def suspend_entry(
    session: AsyncSession,
    noun: DirectoryNoun,
    entry_id: uuid.UUID,
    said: SuspensionGiven | None,
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> None:
    """Take it off for a while. Its programmes and products stay: they name it, and it cannot be read."""
    entry = await _lock(session, noun, entry_id, actor)
    version.require(entry.version)
    await _count(session, entry, suspend_row(entry, said, actor=actor), now)


async def withdraw_entry(
    session: AsyncSession,
    noun: DirectoryNoun,
    entry_id: uuid.UUID,
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> None:
    """Take it off for good."""
    entry = await _lock(session, noun, entry_id, actor, own=True)
    version.require(entry.version)
    await _count(session, entry, entry.withdraw(), now)


async def follow_entry_schedule(
    session: AsyncSession, noun: DirectoryNoun, entry_id: uuid.UUID, *, now: datetime
) -> bool:
    """Publish or take off what is due; return whether anything changed."""
    query = select(NOUNS[noun]).where(NOUNS[noun].id == entry_id).with_for_update(skip_locked=True)
    entry: Entry | None = await session.scalar(query)
    change = entry.follow_schedule(_get_day(now)) if entry is not None else None
    if entry is None or change is None:
        return False
    await _count(session, entry, change, now)
    return True


async def require_kept_funder(
    session: AsyncSession, funder_id: uuid.UUID | None, programme_id: uuid.UUID | None, *, actor: Principal
) -> uuid.UUID | None:
    """Return the funder of a product that names these; refuse another organisation's, in whose name anyone might write.

    A product of a programme is of the programme's funder.
    """
    if programme_id is not None:
        query = select(FundingProgramme.funder_id).where(
            FundingProgramme.id == programme_id, FundingProgramme.owner == actor.organisation
        )
        of_programme = await session.scalar(query)
        if of_programme is None:
            raise Invalid(errors=[FieldError("/programmeId", "is no programme that your organisation keeps")])
        if funder_id not in (None, of_programme):
            raise Invalid(errors=[FieldError("/programmeId", "is a programme of another funder")])
        return of_programme
    if funder_id is not None and not await _keeps_funder(session, funder_id, actor):
        raise Invalid(errors=[FieldError("/funderId", "is no funder that your organisation keeps")])
    return funder_id


async def _require_own_funder(session: AsyncSession, said: Given, actor: Principal) -> None:
    if isinstance(said, ProgrammeGiven):
        await require_kept_funder(session, said.funder_id, None, actor=actor)


async def _keeps_funder(session: AsyncSession, funder_id: uuid.UUID, actor: Principal) -> bool:
    kept = Funder.publication != PublicationState.WITHDRAWN
    query = select(Funder.id).where(Funder.id == funder_id, Funder.owner == actor.organisation, kept)
    return await session.scalar(query) is not None


async def _lock(
    session: AsyncSession, noun: DirectoryNoun, entry_id: uuid.UUID, actor: Principal, *, own: bool = False
) -> Entry:
    """Return the row, locked, if the actor's organisation keeps it or, unless `own`, the actor oversees all."""
    table = NOUNS[noun]
    query = select(table).where(table.id == entry_id).with_for_update()
    if own or OVERSEE not in actor.scopes:
        query = query.where(table.owner == actor.organisation)
    entry: Entry | None = await session.scalar(query)
    if entry is None:
        raise MISSING[noun]
    return entry


async def _count(session: AsyncSession, entry: Entry, change: ProductChange, now: datetime) -> None:
    entry.version += 1
    await _record(session, entry, change, now)


async def _record(session: AsyncSession, entry: Entry, change: ProductChange, now: datetime) -> None:
    await session.flush()
    await record_entries(session, type(entry), {entry.id: change}, at=now)


def _get_day(now: datetime) -> date:
    return now.astimezone(LONDON).date()
