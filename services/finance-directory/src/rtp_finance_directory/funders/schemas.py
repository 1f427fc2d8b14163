"""Request and response bodies of funders and programmes."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from rtp_finance_directory.notice import NOTICE, Illustrative
from rtp_finance_directory.vocabulary import (
    Certainty,
    DirectoryNoun,
    FunderKind,
    FunderStatus,
    ProductChange,
    PublicationState,
)
from rtp_shared.contracts.vocabulary import FinancePurpose
from rtp_shared.paging import Page
from rtp_shared.schemas import Day, Input, Line, OneLine, Output, Prose, not_before

IDENTIFIER = (
    r"^(GB-COH-[0-9A-Z]{2}[0-9]{6}|GB-CHC-[0-9]{6,7}|GB-SC-SC[0-9]{6}|GB-NIC-[0-9]{6}"
    r"|GB-(MPR|GOR|NHS|LAE|EDU|SHPE|REV)-[0-9A-Za-z]{1,20}|360G-[0-9A-Za-z_-]{1,50})$"
)
"""By org-id.guide; of companies eight characters, of charities six or seven digits."""
Website = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s/?#]+(/\S*)?$"), OneLine]
OrgIdentifier = Annotated[str, StringConstraints(pattern=IDENTIFIER)]
PublicEmail = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$"), OneLine
]
PublicTelephone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,28}[0-9]$"), OneLine]


class FunderGiven(Input):
    """A funder as it describes itself. Leave out what you do not know. What is written counts as verified that day."""

    name: Line
    kinds: list[FunderKind] = Field(min_length=1, max_length=7)
    status: FunderStatus = FunderStatus.ACTIVE
    identifiers: list[OrgIdentifier] = Field(
        default=[], max_length=10, description="By org-id.guide", examples=[["GB-CHC-1164883"]]
    )
    description: Prose | None = None
    website: Website | None = None
    contact_page: Website | None = Field(default=None, description="The page by which the public may ask")
    public_email: PublicEmail | None = Field(default=None, description="Of an office, never of a person")
    public_telephone: PublicTelephone | None = Field(default=None, description="Of an office, never of a person")
    source_note: Line = Field(default="Kept by the funder.", description="Where it is taken from")

    def read_values(self) -> dict[str, Any]:
        """Return the values of the row's columns."""
        return self.model_dump() | {
            "kinds": list(dict.fromkeys(self.kinds)),
            "identifiers": sorted({*self.identifiers}),
        }


class ProgrammeGiven(Input):
    """What a funder of yours does with a part of its money for a time."""

    funder_id: UUID = Field(description="A funder that your organisation keeps")
    name: Line
    purpose: Prose = Field(description="What the money is for")
    purposes: list[FinancePurpose] | None = Field(default=None, max_length=20)
    opens_on: Day | None = None
    closes_on: Annotated[Day | None, not_before("opens_on")] = None
    website: Website | None = None
    source_note: Line = Field(default="Kept by the funder.", description="Where it is taken from")

    def read_values(self) -> dict[str, Any]:
        """Return the values of the row's columns."""
        return self.model_dump()


class EntryLine(Output):
    """What a funder and a programme have in common. Null is not known."""

    id: UUID
    version: int = Field(description="Grows when what is said of it changes")
    name: str
    source_note: str = Field(description="Where it comes from, and what is doubtful about it")
    certainty: Certainty = Field(description="believed: no source at hand for something that is said")
    verified_on: date | None = Field(description="When somebody last checked it with the funder")
    publication: PublicationState
    publish_on: date | None = Field(description="The day on which it will be published")
    unpublish_on: date | None = Field(description="The day on which it will be taken off")
    suspended_for: str | None = Field(
        default=None, description="Why it was taken off; its keeper and the operator see it"
    )


class FunderLine(EntryLine):
    """An organisation that gives, lends or invests, or helps in kind, as public sources describe it."""

    kinds: list[FunderKind]
    status: FunderStatus = Field(description="check: our sources do not tell whether it is there today")
    identifiers: list[str] = Field(description="By org-id.guide")
    description: str | None
    website: str | None
    contact_page: str | None
    public_email: str | None
    public_telephone: str | None


class FunderView(FunderLine, Illustrative):
    """One funder, with the notice."""


class FunderPage(Page[FunderLine]):
    """One page of funders, with the notice."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the funders")


class ProgrammeLine(EntryLine):
    """What a funder does with a part of its money for a time, as public sources describe it."""

    funder_id: UUID
    purpose: str
    purposes: list[FinancePurpose] | None
    opens_on: date | None
    closes_on: date | None
    website: str | None


class ProgrammeView(ProgrammeLine, Illustrative):
    """One programme, with the notice."""


class ProgrammePage(Page[ProgrammeLine]):
    """One page of programmes, with the notice."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the programmes")


class EntryVersionLine(Output):
    """One version of a funder or programme, in the list of them."""

    version: int
    change: ProductChange
    recorded_at: datetime = Field(description="It held from then until the next was recorded")


class EntryVersionPage(Page[EntryVersionLine]):
    """One page of versions, newest first."""


class FunderVersionView(EntryVersionLine, Illustrative):
    """What was said of a funder from one change to the next."""

    funder: FunderLine


class ProgrammeVersionView(EntryVersionLine, Illustrative):
    """What was said of a programme from one change to the next."""

    programme: ProgrammeLine


class EntryChangeView(Output):
    """A change of a published funder or programme. suspended and withdrawn take it off: forget what you hold of it."""

    noun: DirectoryNoun
    id: UUID
    version: int = Field(description="Read it at /v1/funders or /v1/programmes, {id}/versions/{version}")
    change: ProductChange
    recorded_at: datetime


class EntryChangePage(Output):
    """Changes in their order, with where to go on."""

    items: list[EntryChangeView]
    next: str | None = Field(description="Cursor of the next page for `after`, or null where no more changes stand yet")
    cursor: str = Field(description="Cursor for `after` to go on from later, also when there is nothing new")
