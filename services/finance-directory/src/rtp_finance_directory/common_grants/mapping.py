"""Saying a product as an opportunity of CommonGrants: pure."""

from collections.abc import Iterator
from datetime import UTC, date

from rtp_finance_directory.common_grants.schemas import (
    AcceptedApplicant,
    CustomField,
    MoneyAmount,
    Opportunity,
    OpportunityEvent,
    OpportunityFunding,
    OpportunityState,
    OpportunityStatus,
    OpportunityTimeline,
)
from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.notice import NOTICE
from rtp_finance_directory.vocabulary import ListFacet, ProductStatus
from rtp_shared.db import AnyRow
from rtp_shared.schemas import STORED

OVER = (ProductStatus.CLOSED, ProductStatus.HISTORIC)
CUSTOM = {
    "provider": "string",
    "kinds": "array",
    "areas": "array",
    "sectors": "array",
    "purposes": "array",
    "match_funding_percent": "integer",
    "grant_element_percent": "integer",
    "source_note": "string",
}
"""What of a product the protocol has no name for, with its type."""


def make_opportunity(row: AnyRow, *, today: date, url: str) -> Opportunity:
    """Return the opportunity that a product's row says. What is not known is left out."""
    windows = read_windows(row)
    return Opportunity(
        id=row.id,
        title=row.name,
        status=_read_status(row, windows, today),
        description=f"{row.conditions or f'{row.name}, by {row.provider}.'}\n\n{NOTICE}",
        funding=_read_funding(row),
        key_dates=_read_dates(row, windows, today),
        accepted_applicant_types=_read_applicants(row),
        source=f"{url}/v1/products/{row.id}",
        custom_fields=dict(_list_custom_fields(row)),
        created_at=row.created_at.astimezone(UTC),
        last_modified_at=row.last_modified_at.astimezone(UTC),
    )


def read_windows(row: AnyRow) -> list[ApplicationWindow]:
    return [ApplicationWindow.model_validate(each, context=STORED) for each in row.windows]


def find_state(row: AnyRow, windows: list[ApplicationWindow], today: date) -> OpportunityState:
    """Return the state of the opportunity on a day."""
    begun = row.opened_on is None or row.opened_on <= today
    if row.status in OVER or (row.closed_on is not None and row.closed_on < today):
        return OpportunityState.CLOSED
    if not begun or (windows and not any(window.holds(today) for window in windows)):
        opens = not begun or windows[-1].opens_on > today
        return OpportunityState.FORECASTED if opens else OpportunityState.CLOSED
    return OpportunityState.CUSTOM if row.status == ProductStatus.CHECK else OpportunityState.OPEN


def _read_status(row: AnyRow, windows: list[ApplicationWindow], today: date) -> OpportunityStatus:
    state = find_state(row, windows, today)
    if state is OpportunityState.CUSTOM:
        said = "It may be open: our sources disagree, or are too old to tell."
        return OpportunityStatus(value=state, custom_value="check", description=said)
    return OpportunityStatus(value=state)


def _read_funding(row: AnyRow) -> OpportunityFunding | None:
    part = row.grant_element_percent
    said = f"At the most {part}% of it is a grant that need not be paid back." if part is not None else None
    least, most = _write_money(row.min_amount_pence), _write_money(row.max_amount_pence)
    if said is None and least is None and most is None:
        return None
    return OpportunityFunding(details=said, min_award_amount=least, max_award_amount=most)


def _write_money(pence: int | None) -> MoneyAmount | None:
    return None if pence is None else MoneyAmount(amount=f"{pence // 100}.{pence % 100:02}")


def find_days(row: AnyRow, windows: list[ApplicationWindow], today: date) -> tuple[date | None, date | None]:
    """Return when the opportunity opens and closes: in the window that is open, or the next one."""
    ahead = _list_ahead(windows, today)
    opens = ahead[0].opens_on if ahead else row.opened_on
    closes = min((day for day in (ahead[0].closes_on if ahead else None, row.closed_on) if day), default=None)
    return opens, closes


def _list_ahead(windows: list[ApplicationWindow], today: date) -> list[ApplicationWindow]:
    return [each for each in windows if each.closes_on is None or each.closes_on >= today] or windows[-1:]


def _read_dates(row: AnyRow, windows: list[ApplicationWindow], today: date) -> OpportunityTimeline | None:
    opens, closes = find_days(row, windows, today)
    others = {
        f"window{number}": OpportunityEvent(
            name="It takes applications again",
            event_type="dateRange",
            start_date=each.opens_on,
            end_date=each.closes_on,
        )
        for number, each in enumerate(_list_ahead(windows, today)[1:], 2)
        if each.closes_on is not None
    }
    if opens is None and closes is None:
        return None
    return OpportunityTimeline(
        post_date=OpportunityEvent(name="It opens", day=opens) if opens else None,
        close_date=OpportunityEvent(name="It closes", day=closes) if closes else None,
        other_dates=others or None,
    )


def _read_applicants(row: AnyRow) -> list[AcceptedApplicant] | None:
    if row.legal_forms is None:
        return None
    if not row.legal_forms:
        return [AcceptedApplicant(value="unrestricted")]
    complete = ListFacet.LEGAL_FORMS in row.complete_lists
    said = "A legal form" if complete else "A legal form; others may be accepted too"
    return [AcceptedApplicant(custom_value=each, description=said) for each in row.legal_forms]


def _list_custom_fields(row: AnyRow) -> Iterator[tuple[str, CustomField]]:
    said = "Always true: no opportunity here is an offer"
    yield "illustrative", CustomField(name="illustrative", field_type="boolean", value=True, description=said)
    for name, kind in CUSTOM.items():
        if (value := getattr(row, name)) is not None:
            first, *others = name.split("_")
            camel = first + "".join(map(str.title, others))
            yield camel, CustomField.model_validate({"name": camel, "field_type": kind, "value": value})
