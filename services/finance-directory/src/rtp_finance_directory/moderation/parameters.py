"""The parameters that lists of funders and of programmes take alike."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator

from rtp_finance_directory.moderation.commands import OVERSEE
from rtp_finance_directory.moderation.queries import RowSight
from rtp_finance_directory.vocabulary import PublicationState
from rtp_shared.identities import Principal
from rtp_shared.schemas import Day, Instant, Storable

NOBODY = UUID(int=0)
"""The organisation of a caller without a token."""


def require_utc(value: datetime) -> datetime:
    """Return the time; raise ValueError for one before or after all that can be said in UTC."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is no time that can be said in UTC") from None


def read_position(value: object) -> int:
    """Return a number of a cursor; raise ValueError for one that PostgreSQL has no room for."""
    number = int(str(value))
    if not 0 <= number < 2**63:
        raise ValueError(f"{number} is no position")
    return number


NamePart = Annotated[str | None, Query(max_length=200, description="A part of the name"), Storable]
UnverifiedSince = Annotated[
    Day | None, Query(alias="unverifiedSince", description="Only what nobody has checked since this day")
]
Mine = Annotated[
    bool, Query(description="Only what your organisation keeps, whether published or not; nothing without a token")
]
Publication = Annotated[
    PublicationState | None,
    Query(description="Only what is in this state: of your organisation, or of all with the scope finance:oversee"),
]
AsAt = Annotated[
    Annotated[Instant, AfterValidator(require_utc)] | None,
    Query(alias="asAt", description="Read it as it was published at this time; if left out, as it is"),
]


def get_organisation(principal: Principal | None) -> UUID | None:
    return principal.organisation if principal else None


def choose_sight(principal: Principal | None, *, mine: bool, publication: PublicationState | None) -> RowSight:
    """Return whose rows a list has. What is not published is shown to its keeper and the operator alone."""
    oversees = principal is not None and OVERSEE in principal.scopes
    own = mine or (publication not in (None, PublicationState.PUBLISHED) and not oversees)
    return RowSight(owner=(get_organisation(principal) or NOBODY) if own else None, publication=publication)
