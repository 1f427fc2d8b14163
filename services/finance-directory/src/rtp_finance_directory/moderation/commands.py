"""Commands of moderation: verb(session, subject, *, details)."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.moderation.models import DirectoryKeeper, Moderated
from rtp_finance_directory.moderation.queries import is_reviewed
from rtp_finance_directory.moderation.schemas import PublicationGiven, SuspensionGiven
from rtp_finance_directory.vocabulary import ProductChange
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError, Invalid

OVERSEE = "finance:oversee"


async def set_review(session: AsyncSession, organisation: UUID, *, reviewed: bool) -> DirectoryKeeper:
    """Say whether the operator looks at what the organisation keeps from now on. What is shown now stays."""
    new = insert(DirectoryKeeper).values(organisation=organisation, reviewed=False, version=0)
    await session.execute(new.on_conflict_do_nothing(index_elements=[DirectoryKeeper.organisation]))
    query = select(DirectoryKeeper).where(DirectoryKeeper.organisation == organisation).with_for_update()
    keeper = (await session.execute(query)).scalar_one()
    keeper.set_review(reviewed=reviewed)
    await session.flush()
    return keeper


async def publish_row(
    session: AsyncSession, row: Moderated, schedule: PublicationGiven, *, actor: Principal, today: date
) -> ProductChange:
    """Show the row to all, now or from a day on; of a keeper that is reviewed, once the operator does so."""
    begins = max(schedule.publish_on or today, today)
    if schedule.unpublish_on is not None and schedule.unpublish_on <= begins:
        raise Invalid(errors=[FieldError("/unpublishOn", f"must be after {begins}")])
    by_operator = oversees(row, actor)
    return row.publish(
        today=today,
        publish_on=schedule.publish_on,
        unpublish_on=schedule.unpublish_on,
        by_operator=by_operator,
        reviewed=not by_operator and await is_reviewed(session, row.owner),
    )


def suspend_row(row: Moderated, said: SuspensionGiven | None, *, actor: Principal) -> ProductChange:
    """Take the row off for a while, with the reason if one is given."""
    return row.suspend(by_operator=oversees(row, actor), reason=said.reason if said else None)


def oversees(row: Moderated, actor: Principal) -> bool:
    """Return whether the actor acts on the row as the operator, and not as its keeper."""
    return OVERSEE in actor.scopes and row.owner != actor.organisation
