"""Which opportunities a search finds, and in which order: pure, and true to what `mapping.py` says of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rtp_finance_directory.common_grants.mapping import find_days, find_state, read_windows
from rtp_finance_directory.common_grants.search_schemas import (
    ArrayOperator,
    MoneyRangeFilter,
    OpportunityFilters,
    OpportunitySortBy,
    OpportunitySortInfo,
    OpportunitySorting,
    RangeOperator,
)
from rtp_shared.db import AnyRow

UNSORTABLE = (OpportunitySortBy.TOTAL, OpportunitySortBy.AWARD_COUNT, OpportunitySortBy.CUSTOM)


@dataclass(frozen=True, slots=True)
class FoundOpportunity:
    """A product's row with what the filters read of it."""

    row: AnyRow
    state: str
    closes_on: date | None

    @classmethod
    def of(cls, row: AnyRow, *, today: date) -> "FoundOpportunity":
        windows = read_windows(row)
        return cls(row, find_state(row, windows, today).value, find_days(row, windows, today)[1])


SORT_KEYS: Mapping[OpportunitySortBy, Callable[[FoundOpportunity], Any]] = {
    OpportunitySortBy.LAST_MODIFIED_AT: lambda each: each.row.last_modified_at,
    OpportunitySortBy.CREATED_AT: lambda each: each.row.created_at,
    OpportunitySortBy.TITLE: lambda each: each.row.name.casefold(),
    OpportunitySortBy.STATUS: lambda each: each.state,
    OpportunitySortBy.CLOSE_DATE: lambda each: each.closes_on,
    OpportunitySortBy.MAX_AWARD: lambda each: each.row.max_amount_pence,
    OpportunitySortBy.MIN_AWARD: lambda each: each.row.min_amount_pence,
}


def search_opportunities(
    rows: Sequence[AnyRow], filters: OpportunityFilters, sorting: OpportunitySorting | None, *, today: date
) -> list[AnyRow]:
    """Return the rows that meet all filters, in the order that is asked for, or the last modified first."""
    found = [each for each in (FoundOpportunity.of(row, today=today) for row in rows) if _meets(each, filters)]
    info = choose_order(sorting)
    key = SORT_KEYS[OpportunitySortBy(info.sort_by)]
    said = sorted((each for each in found if key(each) is not None), key=lambda each: each.row.id)
    said.sort(key=key, reverse=info.sort_order == "desc")
    unsaid = sorted((each for each in found if key(each) is None), key=lambda each: each.row.id)
    return [each.row for each in (*said, *unsaid)]


def choose_order(sorting: OpportunitySorting | None) -> OpportunitySortInfo:
    """Return the order that is taken: the one that is asked for, if opportunities here have what it goes by."""
    last = OpportunitySortBy.LAST_MODIFIED_AT.value
    if sorting is None:
        return OpportunitySortInfo(sort_by=last, sort_order="desc")
    if sorting.sort_by in UNSORTABLE:
        why = f"{sorting.sort_by} is known of no opportunity here: the last modified come first"
        return OpportunitySortInfo(sort_by=last, sort_order="desc", errors=[why])
    return OpportunitySortInfo(sort_by=sorting.sort_by.value, sort_order=sorting.sort_order)


def list_left_out(filters: OpportunityFilters) -> Iterator[str]:
    """Yield which filters are not applied, and why."""
    if filters.total_funding_available_range is not None:
        yield "totalFundingAvailableRange is not applied: no opportunity here says its total"
    for name in filters.custom_filters or {}:
        yield f"customFilters/{name} is not applied: there is none of that name"


def _meets(each: FoundOpportunity, filters: OpportunityFilters) -> bool:
    if filters.status is not None:
        among = each.state in filters.status.value
        if among is not (filters.status.operator is ArrayOperator.IN):
            return False
    closes = filters.close_date_range
    if closes is not None and not _lies(each.closes_on, closes.read(), closes.operator):
        return False
    return _holds(each.row.min_amount_pence, filters.min_award_amount_range) and _holds(
        each.row.max_amount_pence, filters.max_award_amount_range
    )


def _holds(pence: int | None, asked: MoneyRangeFilter | None) -> bool:
    if asked is None:
        return True
    ends = asked.read_pence()
    return ends is not None and _lies(None if pence is None else Decimal(pence), ends, asked.operator)


def _lies(value: Any, ends: tuple[Any, Any], operator: RangeOperator) -> bool:
    """Return whether a value that is known lies between the ends, or outside them."""
    return value is not None and (ends[0] <= value <= ends[1]) is (operator is RangeOperator.BETWEEN)
