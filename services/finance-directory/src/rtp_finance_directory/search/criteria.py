"""What is looked for in the directory, and the conditions that it makes.

A criterion takes away only what is known not to fit; `dated` alone asks for something to be known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, or_

from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.directory.queries import match_list, match_region, match_status
from rtp_finance_directory.search.days import get_next_closing, takes_applications_on
from rtp_finance_directory.vocabulary import ListFacet, ProductKind, ProductStatus, PublicationState, RateBasis
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class ProductCriteria:
    """What is looked for. None and empty do not narrow, but that no `statuses` means what is not over."""

    text: str | None = None
    kinds: tuple[ProductKind, ...] = ()
    statuses: tuple[ProductStatus, ...] = ()
    purpose: FinancePurpose | None = None
    sector: Sector | None = None
    region: str | None = None
    legal_form: LegalForm | None = None
    direct: bool | None = None
    amount_pence: int | None = None
    least_pence: int | None = None
    most_pence: int | None = None
    closes_from: date | None = None
    closes_until: date | None = None
    dated: bool = False
    open_on: date | None = None
    secured: bool | None = None
    personal_guarantee: bool | None = None
    rate_basis: RateBasis | None = None
    term_months: int | None = None
    trading_months: int | None = None
    turnover_pence: int | None = None
    match_funding_percent: int | None = None
    most_fee_percent: float | None = None
    least_grant_percent: int | None = None
    least_holiday_months: int | None = None
    most_decision_weeks: int | None = None
    unverified_since: date | None = None
    funder_id: UUID | None = None
    programme_id: UUID | None = None

    def narrow(self, **other: Any) -> "ProductCriteria":
        """Return the same criteria with others in the place of some."""
        return replace(self, **other)


AT_MOST = {
    "amount_pence": "min_amount_pence",
    "most_pence": "min_amount_pence",
    "term_months": "min_term_months",
    "trading_months": "min_trading_months",
    "turnover_pence": "min_turnover_pence",
    "match_funding_percent": "match_funding_percent",
    "most_fee_percent": "arrangement_fee_percent",
    "most_decision_weeks": "decision_weeks",
}
"""ProductCriteria, and the column that is known not to fit where it is more."""
AT_LEAST = {
    "amount_pence": "max_amount_pence",
    "least_pence": "max_amount_pence",
    "term_months": "max_term_months",
    "least_grant_percent": "grant_element_percent",
    "least_holiday_months": "capital_holiday_months",
}
"""The same where it is less."""
THE_SAME = ("secured", "personal_guarantee", "rate_basis")

FACETS = ("kinds", "statuses", "sector", "legal_form", "purpose", "region")
"""ProductCriteria of which each value is counted. Funders are no closed list: they are counted by themselves."""


def parse_words(text: str) -> ColumnElement[Any]:
    """Return the words as PostgreSQL searches them: also "in quotation marks", or, and -not."""
    return func.websearch_to_tsquery(literal_column("'english'"), text)


def build_conditions(criteria: ProductCriteria, *, today: date) -> list[Condition]:
    """Build the conditions of products that are published and meet the criteria."""
    facets = build_facet_conditions(criteria, today=today)
    return [*build_plain_conditions(criteria, today=today), *facets.values()]


def build_facet_conditions(criteria: ProductCriteria, *, today: date) -> Mapping[str, Condition]:
    """Build the conditions of the facets that are asked for, by their names."""
    lists = (
        (Product.sectors, criteria.sector, ListFacet.SECTORS, "sector"),
        (Product.legal_forms, criteria.legal_form, ListFacet.LEGAL_FORMS, "legal_form"),
        (Product.purposes, criteria.purpose, ListFacet.PURPOSES, "purpose"),
    )
    found = {name: condition for column, word, facet, name in lists
             if (condition := match_list(column, word, facet)) is not None}  # fmt: skip
    found["statuses"] = match_status(criteria.statuses, today)
    if criteria.kinds:
        found["kinds"] = Product.kinds.overlap(list(criteria.kinds))
    if criteria.funder_id is not None:
        found["funder"] = Product.funder_id == criteria.funder_id
    if criteria.region is not None:
        found["region"] = match_region(criteria.region)
    return found


def build_plain_conditions(criteria: ProductCriteria, *, today: date) -> list[Condition]:
    """Build the conditions of all but the facets."""
    found = [Product.publication == PublicationState.PUBLISHED, *_compare(criteria)]
    if criteria.text is not None:
        found.append(Product.search.bool_op("@@")(parse_words(criteria.text)))
    if criteria.programme_id is not None:
        found.append(Product.programme_id == criteria.programme_id)
    if criteria.direct is not None:
        found.append(Product.direct == criteria.direct)
    if criteria.unverified_since is not None:
        found.append(or_(Product.verified_on.is_(None), Product.verified_on < criteria.unverified_since))
    return [*found, *_compare_days(criteria, today)]


def _compare(criteria: ProductCriteria) -> Iterator[Condition]:
    for name, kept in AT_MOST.items():
        if (value := getattr(criteria, name)) is not None:
            column = Product.__table__.c[kept]
            yield or_(column.is_(None), column <= value)
    for name, kept in AT_LEAST.items():
        if (value := getattr(criteria, name)) is not None:
            column = Product.__table__.c[kept]
            yield or_(column.is_(None), column >= value)
    for name in THE_SAME:
        if (value := getattr(criteria, name)) is not None:
            column = Product.__table__.c[name]
            yield or_(column.is_(None), column == value)


def _compare_days(criteria: ProductCriteria, today: date) -> Iterator[Condition]:
    closes = get_next_closing(today)
    if criteria.dated:
        yield closes.is_not(None)
    if criteria.closes_from is not None:
        yield or_(closes.is_(None), closes >= criteria.closes_from)
    if criteria.closes_until is not None:
        yield or_(closes.is_(None), closes <= criteria.closes_until)
    if criteria.open_on is not None:
        yield takes_applications_on(criteria.open_on)
