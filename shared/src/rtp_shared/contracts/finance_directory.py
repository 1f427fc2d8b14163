"""Events that finance-directory publishes: about the finance open to a case, and about products and saved searches."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from rtp_shared.contracts.base import PREFIX, EventData


class ShortlistMade(EventData):
    """The finance products whose rules fit a case were listed. A shortlist is information, never an offer."""

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.shortlist-made.v1"

    case_id: UUID = Field(description="The case")
    shortlist_id: UUID = Field(description="The shortlist, with the reason per rule")
    fitting: int = Field(description="How many products fit")
    not_fitting: int = Field(description="How many do not, each with the first rule that fails")
    made_at: datetime = Field(description="When it was made, UTC")


class ShortlistChanged(EventData):
    """The shortlist of a case was made again: the case is of another sector or region than before, or its mutual is to
    go live on another day.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.shortlist-changed.v1"
    SINCE: ClassVar[str] = "1.3.0"

    case_id: UUID = Field(description="The case")
    shortlist_id: UUID = Field(description="The shortlist, with the reason per rule")
    edition: int = Field(description="The edition that this made; the former ones are kept")
    fitting: int = Field(description="How many products fit now")
    not_fitting: int = Field(description="How many do not")
    now_fitting: list[UUID] = Field(default=[], description="Products that fit now, and did not before")
    no_longer_fitting: list[UUID] = Field(default=[], description="Products that fitted before, and do not now")
    changed_at: datetime = Field(description="When it was made again, UTC")


FOLLOWERS = "Clients of which a saved search has found the product, its keeper, and the directory's operator"


class ProductOpened(EventData):
    """A finance product takes applications from now on, for the first time or again. Information, never an offer."""

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.product-opened.v1"
    SUBJECT: ClassVar[str] = "products"
    READERS: ClassVar[str] = FOLLOWERS
    SINCE: ClassVar[str] = "1.4.0"

    product_id: UUID = Field(description="The product")
    version: int = Field(description="The version of it that opens")
    opened_on: date = Field(description="The day, in England, on which this was found")
    closes_on: date | None = Field(default=None, description="The last day of this opening, as far as it is known")


class ProductClosing(EventData):
    """A finance product comes near its closing date. Told once for a date, and anew if another date is set."""

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.product-closing.v1"
    SUBJECT: ClassVar[str] = "products"
    READERS: ClassVar[str] = FOLLOWERS
    SINCE: ClassVar[str] = "1.4.0"

    product_id: UUID = Field(description="The product")
    version: int = Field(description="The version of it that says so")
    closes_on: date = Field(description="The last day on which it takes applications")


class ProductWithdrawn(EventData):
    """A finance product that was open takes no more applications, before the day that was said. Where the day has
    simply come, nothing is told: product-closing told it.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.product-withdrawn.v1"
    SUBJECT: ClassVar[str] = "products"
    READERS: ClassVar[str] = FOLLOWERS
    SINCE: ClassVar[str] = "1.4.0"

    product_id: UUID = Field(description="The product")
    version: int = Field(description="The version of it by which it is withdrawn")
    reason: str = Field(description="withdrawn: for good; suspended: for a while; closed: its keeper closed it early")


class ProductVerificationLapsed(EventData):
    """A published product that you keep was last verified 90 days ago or more: look through it, and say that it is
    right. It is said again every 90 days until then.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.product-verification-lapsed.v1"
    SUBJECT: ClassVar[str] = "products"
    READERS: ClassVar[str] = "The organisation that keeps the product"
    SINCE: ClassVar[str] = "1.4.0"

    product_id: UUID = Field(description="The product")
    verified_on: date | None = Field(default=None, description="When it was verified last; null for never")


class FunderVerificationLapsed(EventData):
    """A published funder that you keep was last verified 90 days ago or more: look through it, and say that it is
    right. It is said again every 90 days until then.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.funder-verification-lapsed.v1"
    SUBJECT: ClassVar[str] = "funders"
    READERS: ClassVar[str] = "The organisation that keeps the funder"
    SINCE: ClassVar[str] = "1.5.0"

    funder_id: UUID = Field(description="The funder")
    verified_on: date | None = Field(default=None, description="When it was verified last; null for never")


class ProgrammeVerificationLapsed(EventData):
    """A published programme that you keep was last verified 90 days ago or more: look through it, and say that it is
    right. It is said again every 90 days until then.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.programme-verification-lapsed.v1"
    SUBJECT: ClassVar[str] = "programmes"
    READERS: ClassVar[str] = "The organisation that keeps the programme"
    SINCE: ClassVar[str] = "1.5.0"

    programme_id: UUID = Field(description="The programme")
    verified_on: date | None = Field(default=None, description="When it was verified last; null for never")


class SearchMatched(EventData):
    """A search that a client saved finds products that it had not found before, or that opened anew. At most once a
    day for a search.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.search-matched.v1"
    SUBJECT: ClassVar[str] = "saved-searches"
    READERS: ClassVar[str] = "The client that saved the search"
    SINCE: ClassVar[str] = "1.4.0"

    saved_search_id: UUID = Field(description="The saved search")
    product_ids: list[UUID] = Field(description="What it newly finds, up to a hundred")
    more: bool = Field(default=False, description="Whether there are others, which are told the next day")
    matched_on: date = Field(description="The day, in England")


class NoticeMatched(EventData):
    """A contract notice concerns a case, or does no longer. It is told once, and again only if the verdict changes."""

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.notice-matched.v1"
    SINCE: ClassVar[str] = "1.4.0"

    case_id: UUID = Field(description="The case")
    ocid: str = Field(description="The contracting process, by its Open Contracting id")
    verdict: str = Field(description="matches, or what it has become: possible, does-not-match")
    former_verdict: str | None = Field(default=None, description="What was told before; null the first time")
    stage: str = Field(description="How far the process has got: planning, tender, award, contract, ended")
    reserved_to_mutuals: bool = Field(description="Whether it, or a lot of it, is reserved to public service mutuals")
    buyer: UUID | None = Field(default=None, description="The body that buys, if it is a body of the case")
    buyer_known_by: str | None = Field(default=None, description="identifier; or name, which is a guess")
    closes_on: date | None = Field(default=None, description="The last day to answer, if the notice says it")
    matched_at: datetime = Field(description="When it was judged, UTC")


class ContractEnding(EventData):
    """A contract of a body of the case ends within eighteen months. It is told once for each contract."""

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.contract-ending.v1"
    SINCE: ClassVar[str] = "1.4.0"

    case_id: UUID = Field(description="The case")
    ocid: str = Field(description="The contracting process, by its Open Contracting id")
    contract: str = Field(description="The award within the process, and the contract behind it, if there is one")
    buyer: UUID = Field(description="The body of the case that bought it")
    buyer_known_by: str = Field(description="identifier; or name, which is a guess")
    ends_on: date = Field(description="Its last day, without extensions")
    extendable_until: date | None = Field(default=None, description="Until when it may be extended, if that is said")
    found_at: datetime = Field(description="When it was found, UTC")


AWARDING = "The body that awarded it"


class ReservedContractAwarded(EventData):
    """A public body awarded a contract that was reserved to public service mutuals, as its notices say. It is told
    again if they say something else. For the cooling-off of reserved contracts; all of it is public already.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.reserved-contract-awarded.v1"
    SUBJECT: ClassVar[str] = "reserved-awards"
    READERS: ClassVar[str] = AWARDING
    SINCE: ClassVar[str] = "1.5.0"

    reserved_award_id: UUID = Field(description="The award to this provider: the same each time it is told")
    ocid: str = Field(description="The contracting process, by its Open Contracting id")
    award: str = Field(description="The award within the process")
    authority: UUID = Field(description="The body that awarded it")
    authority_known_by: str = Field(description="identifier; or name, which is a guess")
    provider: str = Field(description="Number of the provider in a register of organisations: GB-COH-01234567")
    cpv: list[str] = Field(description="CPV codes of the services, eight digits each")
    reserved_under: str = Field(description="procurement-act-section-33 or public-contracts-regulation-77")
    awarded_on: date = Field(description="The day of the award")
    entered_into_on: date | None = Field(
        default=None, description="The day of the contract; under section 33 always, else if a notice says it"
    )
    found_at: datetime = Field(description="When it was found, UTC")


class ReservedAwardWithdrawn(EventData):
    """The notices of a process say no more that a reserved contract was awarded to this provider by this body."""

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.reserved-award-withdrawn.v1"
    SUBJECT: ClassVar[str] = "reserved-awards"
    READERS: ClassVar[str] = AWARDING
    SINCE: ClassVar[str] = "1.5.0"

    reserved_award_id: UUID = Field(description="The award, as it was told")
    ocid: str = Field(description="The contracting process, by its Open Contracting id")
    found_at: datetime = Field(description="When it was found, UTC")
