"""From the compiled release of a contracting process to what the tables hold of it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from rtp_finance_directory.notices.bodies import Buyer, find_buyer
from rtp_finance_directory.notices.contracts import ContractRow, list_contracts
from rtp_finance_directory.notices.standard import codes
from rtp_finance_directory.notices.standard.amounts import compute_pence
from rtp_finance_directory.notices.standard.periods import Span, read_day, read_span
from rtp_finance_directory.notices.standard.places import list_regions
from rtp_finance_directory.notices.vocabulary import NoticeStage, Reservation

LONGEST_TITLE = 2000


class NoticeRow(NamedTuple):
    """The columns of a contracting process, in the order in which they are written."""

    ocid: str
    digest: str
    title: str
    description: str
    stage: NoticeStage
    tender_status: str | None
    notice_types: list[str]
    reserved: list[str]
    reserved_lots: list[str]
    cpv: list[str]
    cpv_prefixes: list[str]
    regions: list[str]
    buyer_id: str | None
    buyer_name: str | None
    buyer_body: UUID | None
    buyer_known_by: str | None
    currency: str | None
    value_pence: int | None
    gross_value_pence: int | None
    category: str | None
    procurement_method: str | None
    procurement_details: str | None
    closes_on: date | None
    starts_on: date | None
    ends_on: date | None
    extendable_until: date | None
    published_at: datetime
    changed_at: datetime
    releases: int
    document: str


class NoticeProcess(NamedTuple):
    """A contracting process, and the contracts that came of it."""

    notice: NoticeRow
    contracts: Sequence[ContractRow]


def describe_process(compiled: Mapping[str, Any], dates: Sequence[datetime]) -> NoticeProcess:
    """Describe what was compiled of the releases of these dates."""
    document = to_json(compiled).decode()
    tender = compiled.get("tender") or {}
    buyer = _find_buyer(compiled)
    contracts = list_contracts(compiled)
    value = tender.get("value") or {}
    span = _find_span(tender)
    found = find_buyer(buyer, buyer.get("name") or "")
    cpv = codes.list_cpv(compiled)
    notice = NoticeRow(
        ocid=compiled["ocid"],
        digest=hashlib.sha256(document.encode()).hexdigest(),
        title=_find_title(compiled)[:LONGEST_TITLE],
        description=tender.get("description") or compiled.get("description") or "",
        stage=find_stage(compiled),
        tender_status=tender.get("status"),
        notice_types=codes.list_notice_types(compiled),
        reserved=[each.value for each in codes.list_reservations(compiled)],
        reserved_lots=codes.list_reserved_lots(compiled, Reservation.PUBLIC_SERVICE_MUTUALS),
        cpv=cpv,
        cpv_prefixes=codes.list_prefixes(cpv),
        regions=list_regions(compiled),
        buyer_id=str(buyer["id"]) if buyer.get("id") is not None else None,
        buyer_name=buyer.get("name"),
        **_describe_body(found),
        currency=value.get("currency"),
        value_pence=compute_pence(value),
        gross_value_pence=compute_pence(value, "amountGross"),
        category=tender.get("mainProcurementCategory"),
        procurement_method=tender.get("procurementMethod"),
        procurement_details=tender.get("procurementMethodDetails"),
        closes_on=_find_close(compiled),
        **span._asdict(),
        published_at=min(dates),
        changed_at=max(dates),
        releases=len(dates),
        document=document,
    )
    return NoticeProcess(notice, contracts)


def _find_title(compiled: Mapping[str, Any]) -> str:
    holders = [compiled.get("tender") or {}, compiled, *(compiled.get("awards") or ())]
    return next((each["title"] for each in holders if each.get("title")), "")


def _find_buyer(compiled: Mapping[str, Any]) -> dict[str, Any]:
    """Return the buyer with all that is said of it among the parties."""
    parties = compiled.get("parties") or ()
    buyers = [each for each in parties if "buyer" in (each.get("roles") or ())]
    tender = compiled.get("tender") or {}
    named = compiled.get("buyer") or (buyers[0] if buyers else None) or tender.get("procuringEntity") or {}
    alike = [each for each in parties if each.get("id") is not None and each.get("id") == named.get("id")]
    same: Mapping[str, Any] = alike[0] if alike else {}
    return {**same, **{name: value for name, value in named.items() if value is not None}}


def _describe_body(buyer: Buyer | None) -> dict[str, Any]:
    if buyer is None:
        return {"buyer_body": None, "buyer_known_by": None}
    return {"buyer_body": buyer.body.id, "buyer_known_by": buyer.known_by.value}


def find_stage(compiled: Mapping[str, Any]) -> NoticeStage:
    """Return how far the process has got: what came last in its course is what counts."""
    tender = compiled.get("tender") or {}
    contracts = compiled.get("contracts") or ()
    awards = [each for each in compiled.get("awards") or () if each.get("status") not in ("cancelled", "unsuccessful")]
    if contracts:
        over = all(each.get("status") in ("terminated", "cancelled") for each in contracts)
        return NoticeStage.ENDED if over else NoticeStage.CONTRACT
    if awards:
        return NoticeStage.AWARD
    if tender.get("status") in ("cancelled", "unsuccessful", "withdrawn", "complete") or compiled.get("awards"):
        return NoticeStage.ENDED
    announced = tender.get("status") in ("planning", "planned") or (not tender.get("status") and "planning" in compiled)
    return NoticeStage.PLANNING if announced or not tender else NoticeStage.TENDER


def _find_span(tender: Mapping[str, Any]) -> Span:
    """Return the days of the contract that is sought: its own, or those from the first lot to the last."""
    spans = [read_span(tender.get("contractPeriod"))]
    if spans == [Span()]:
        spans = [read_span(lot.get("contractPeriod")) for lot in tender.get("lots") or ()]
    starts = [each.starts_on for each in spans if each.starts_on]
    ends = [each.ends_on for each in spans if each.ends_on]
    extents = [each.extendable_until for each in spans if each.extendable_until]
    return Span(min(starts, default=None), max(ends, default=None), max(extents, default=None))


def _find_close(compiled: Mapping[str, Any]) -> date | None:
    """Return the last day to answer: of the call, or, before it, of the engagement with the market."""
    tender = compiled.get("tender") or {}
    said = [(tender.get("tenderPeriod") or {}).get("endDate"), tender.get("expressionOfInterestDeadline")]
    if days := [day for day in map(read_day, said) if day]:
        return max(days)
    milestones = (compiled.get("planning") or {}).get("milestones") or ()
    due = [read_day(each.get("dueDate")) for each in milestones if each.get("type") == "engagement"]
    return max((day for day in due if day), default=None)
