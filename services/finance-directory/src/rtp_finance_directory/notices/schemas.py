"""Response bodies of notices."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from rtp_finance_directory.notices.vocabulary import KnownBy, NoticeStage, Reservation
from rtp_shared.paging import Page
from rtp_shared.schemas import Output

CREDIT = (
    "Notices as buyers publish them by the Open Contracting Data Standard, on Find a Tender and Contracts Finder. "
    "Contains public sector information licensed under the Open Government Licence v3.0."
)


class BuyerView(Output):
    """Who buys."""

    buyer_id: str | None = Field(description="The publisher's identifier of the buyer")
    buyer_name: str | None
    buyer_body: UUID | None = Field(description="The body of `/v1/bodies` that the buyer was recognised as")
    buyer_known_by: KnownBy | None = Field(
        description="How it was recognised: by an identifier, or by its name, which is a guess"
    )


class NoticeLine(BuyerView):
    """A contracting process, as its notices say it together."""

    ocid: str = Field(description="Open Contracting id")
    version: int = Field(description="Grows by one whenever its notices say something else than before")
    title: str
    stage: NoticeStage = Field(description="ended: cancelled, without success, withdrawn, or ended early")
    tender_status: str | None = Field(description="As the standard has it, for example active")
    notice_types: list[str] = Field(description="The notices published of it, as far as they are numbered: UK1 to UK17")
    reserved: list[Reservation] = Field(description="For whom the whole or a lot of it is reserved")
    reserved_lots: list[str] = Field(
        description="The lots that are reserved to public service mutuals; empty where the whole is, or nothing"
    )
    cpv: list[str] = Field(description="Codes of the Common Procurement Vocabulary, eight digits, the main one first")
    regions: list[str] = Field(description="ONS codes of regions and nations, as far as it says where it is delivered")
    currency: str | None = Field(description="ISO 4217")
    value_pence: int | None = Field(description="Value without tax, in hundredths of the currency")
    gross_value_pence: int | None = Field(description="Value with tax, if the notice says it")
    closes_on: date | None = Field(description="Last day to answer the call, or the engagement with the market")
    starts_on: date | None = Field(description="First day of the contract that is sought")
    ends_on: date | None = Field(description="Its last day, without extensions")
    extendable_until: date | None = Field(description="Until when it may be extended, if that is said")
    published_at: datetime = Field(description="Date of its first notice")
    changed_at: datetime = Field(description="Date of its newest notice")


class ContractLine(Output):
    """A contract that came of a process: an award, or a contract under one."""

    award_id: str
    contract_id: str | None = Field(description="Null while only the award is published")
    title: str | None
    status: str | None
    over: bool = Field(description="It was ended early, or never came into force")
    suppliers: list[str]
    supplier_ids: list[str] = Field(description="The publisher's identifiers of the suppliers, in the same order")
    to_mutual: bool | None = Field(
        description="Whether a supplier says that it is a public service mutual; null if none says anything of it"
    )
    currency: str | None
    value_pence: int | None = Field(description="In hundredths of the currency")
    awarded_on: date | None
    starts_on: date | None
    ends_on: date | None = Field(description="Its last day, without extensions")
    extendable_until: date | None = Field(description="Until when it may be extended, if that is said")
    may_be_extended: bool | None = Field(description="Null if it is not said")


class NoticeView(NoticeLine):
    """One contracting process, with its contracts and all that its notices say."""

    description: str
    category: str | None = Field(description="goods, works or services")
    procurement_method: str | None
    procurement_details: str | None
    releases: int = Field(description="How many releases it was compiled of")
    contracts: list[ContractLine]
    document: dict[str, Any] = Field(
        description="The compiled release by OCDS 1.1.5, without persons' names and contacts"
    )
    credit: str = Field(default=CREDIT, description="Show it with the notice")


class NoticePage(Page[NoticeLine]):
    """One page of contracting processes."""

    credit: str = Field(default=CREDIT, description="Show it with the notices")


class EndingLine(BuyerView, ContractLine):
    """A contract that ends soon, and the process that it came of."""

    ocid: str
    notice_title: str
    cpv: list[str]
    regions: list[str]
    reserved: list[Reservation] = Field(description="For whom the process was reserved")


class EndingPage(Page[EndingLine]):
    """One page of contracts that end soon, those that end first before the others."""

    until: date = Field(description="The last day that was looked at")
    credit: str = Field(default=CREDIT, description="Show it with the contracts")
