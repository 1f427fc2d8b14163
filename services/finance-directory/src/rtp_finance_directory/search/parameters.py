"""The parameters of a search, as a list, its feeds and its calendar take them alike."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from rtp_finance_directory.areas import REGION
from rtp_finance_directory.search.criteria import ProductCriteria
from rtp_finance_directory.vocabulary import ProductKind, ProductStatus, RateBasis
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.parameters import require_order
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Day, Storable

Words = Annotated[
    str | None,
    Query(max_length=200, description='Words in any form; "a phrase", or, and -without are understood'),
    Storable,
]
Amount = Annotated[int | None, Query(ge=0, le=10**13)]
Percent = Annotated[int | None, Query(ge=0, le=100)]
Months = Annotated[int | None, Query(ge=0, le=12_000)]


async def read_criteria(
    q: Words = None,
    kind: Annotated[list[ProductKind], Query(max_length=14, description="May be repeated")] = [],  # noqa: B006
    status: Annotated[
        list[ProductStatus], Query(max_length=4, description="May be repeated; what is not over if it is left out")
    ] = [],  # noqa: B006
    purpose: FinancePurpose | None = None,
    sector: Sector | None = None,
    region: Annotated[str | None, Query(pattern=REGION, description="ONS code of an English region")] = None,
    legal_form: Annotated[LegalForm | None, Query(alias="legalForm")] = None,
    direct: Annotated[bool | None, Query(description="false for wholesale money")] = None,
    amount_pence: Annotated[Amount, Query(alias="amountPence", description="An amount that its range holds")] = None,
    least_pence: Annotated[Amount, Query(alias="leastPence", description="Of amounts: what gives so much")] = None,
    most_pence: Annotated[Amount, Query(alias="mostPence", description="Of amounts: what begins at so much")] = None,
    closes_from: Annotated[Day | None, Query(alias="closesFrom", description="Closes on this day or later")] = None,
    closes_until: Annotated[Day | None, Query(alias="closesUntil", description="Closes on this day or earlier")] = None,
    dated: Annotated[bool, Query(description="Only what says when it closes")] = False,
    open_on: Annotated[Day | None, Query(alias="openOn", description="Takes applications on this day")] = None,
    secured: bool | None = None,
    personal_guarantee: Annotated[bool | None, Query(alias="personalGuarantee")] = None,
    rate_basis: Annotated[RateBasis | None, Query(alias="rateBasis")] = None,
    term_months: Annotated[Months, Query(alias="termMonths", description="A term that its range holds")] = None,
    trading_months: Annotated[Months, Query(alias="tradingMonths", description="Accounts that you can show")] = None,
    turnover_pence: Annotated[Amount, Query(alias="turnoverPence", description="Your turnover in a year")] = None,
    match_funding_percent: Annotated[
        Percent, Query(alias="matchFundingPercent", description="The part that you have from elsewhere")
    ] = None,
    most_fee_percent: Annotated[Percent, Query(alias="mostFeePercent", description="Arrangement fee")] = None,
    least_grant_percent: Annotated[Percent, Query(alias="leastGrantPercent", description="Part not paid back")] = None,
    least_holiday_months: Annotated[Months, Query(alias="leastHolidayMonths", description="Capital holiday")] = None,
    most_decision_weeks: Annotated[
        int | None, Query(alias="mostDecisionWeeks", ge=0, le=520, description="Weeks until it decides")
    ] = None,
    unverified_since: Annotated[
        Day | None, Query(alias="unverifiedSince", description="Only what nobody has checked since this day")
    ] = None,
    funder_id: Annotated[UUID | None, Query(alias="funderId", description="Only what names this funder")] = None,
    programme_id: Annotated[
        UUID | None, Query(alias="programmeId", description="Only what belongs to this programme")
    ] = None,
) -> ProductCriteria:
    require_order(closes_from, closes_until, names=("closesFrom", "closesUntil"))
    if least_pence is not None and most_pence is not None and least_pence > most_pence:
        raise Invalid(errors=[FieldError("leastPence", "is more than mostPence", "query")])
    return ProductCriteria(
        text=q, kinds=tuple(kind), statuses=tuple(status), purpose=purpose, sector=sector, region=region,
        legal_form=legal_form, direct=direct, amount_pence=amount_pence, least_pence=least_pence,
        most_pence=most_pence, closes_from=closes_from, closes_until=closes_until, dated=dated, open_on=open_on,
        secured=secured, personal_guarantee=personal_guarantee, rate_basis=rate_basis, term_months=term_months,
        trading_months=trading_months, turnover_pence=turnover_pence, match_funding_percent=match_funding_percent,
        most_fee_percent=most_fee_percent, least_grant_percent=least_grant_percent,
        least_holiday_months=least_holiday_months, most_decision_weeks=most_decision_weeks,
        unverified_since=unverified_since, funder_id=funder_id, programme_id=programme_id,
    )  # fmt: skip


Asked = Annotated[ProductCriteria, Depends(read_criteria)]
