"""Queries of moderation."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.moderation.models import DirectoryKeeper, Moderated
from rtp_finance_directory.vocabulary import PublicationState


@dataclass(frozen=True)
class RowSight:
    """Whose rows a list has: what is published, what an organisation keeps, or what the operator moderates."""

    owner: UUID | None = None
    """Only what this organisation keeps, in every state."""
    publication: PublicationState | None = None
    """Only what is in this state: of the owner if there is one, of all for the operator."""

    def match(self, noun: type[Moderated]) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [noun.owner == self.owner] if self.owner is not None else []
        if self.publication is not None:
            return [*found, noun.publication == self.publication]
        return found or [noun.publication == PublicationState.PUBLISHED]


PUBLISHED = RowSight()


async def is_reviewed(session: AsyncSession, organisation: UUID | None) -> bool:
    """Return whether the operator looks at what the organisation keeps before it is shown."""
    query = select(DirectoryKeeper.reviewed).where(DirectoryKeeper.organisation == organisation)
    return bool(await session.scalar(query))


async def list_keepers(session: AsyncSession, *, limit: int, after: UUID | None) -> Sequence[DirectoryKeeper]:
    """List the organisations of which the operator has said whether they are reviewed."""
    query = select(DirectoryKeeper).order_by(DirectoryKeeper.organisation).limit(limit + 1)
    if after is not None:
        query = query.where(DirectoryKeeper.organisation > after)
    return (await session.scalars(query)).all()
