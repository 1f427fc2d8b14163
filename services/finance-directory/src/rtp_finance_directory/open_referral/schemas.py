"""Pages of Open Referral UK 3.0."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field


class FinanceServicePage(BaseModel):
    """A page of a list, as the standard has it."""

    total_items: int
    total_pages: int
    page_number: int
    size: int = Field(description="Items on this page")
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]


class FinanceServiceHome(BaseModel):
    """Which standard is spoken here."""

    version: str
    profile: str
    openapi_url: str


def cut_page(items: Sequence[Mapping[str, Any]], *, total: int, page: int, per_page: int) -> FinanceServicePage:
    """Make a page of the items that stand on it; without any item there is one page, and it is empty."""
    pages = max(1, -(-total // per_page))
    return FinanceServicePage(
        total_items=total,
        total_pages=pages,
        page_number=page,
        size=len(items),
        first_page=page == 1,
        last_page=page >= pages,
        empty=not items,
        contents=[dict(each) for each in items],
    )
