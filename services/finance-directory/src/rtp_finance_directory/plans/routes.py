"""HTTP in, HTTP out: finance plans, and products side by side."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request

from rtp_finance_directory.auth import FinanceReader
from rtp_finance_directory.eligibility.routes import Catalogues
from rtp_finance_directory.plans.bank_rate import BankRates
from rtp_finance_directory.plans.pricing import price_product
from rtp_finance_directory.plans.schemas import ComparisonQuestion, ComparisonView, PlanQuestion, PlanView
from rtp_finance_directory.plans.service import (
    consider,
    find_room_of_case,
    plan,
    read_each,
    take_day_of_case,
)
from rtp_finance_directory.plans.views import show_comparison, show_plan
from rtp_shared.clock import LONDON
from rtp_shared.dependencies import Now, Session
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.web import create_router

plans = create_router(prefix="/v1/finance-plans", tags=["Finance products"])
comparisons = create_router(prefix="/v1/product-comparisons", tags=["Finance products"])


async def _get_bank_rates(request: Request) -> BankRates:
    rates: BankRates = request.app.state.runtime.resources.bank_rates
    return rates


KnownRates = Annotated[BankRates, Depends(_get_bank_rates)]


@plans.post("")
async def work_out_plan(
    principal: FinanceReader,
    question: PlanQuestion,
    session: Session,
    now: Now,
    catalogues: Catalogues,
    bank_rates: KnownRates,
) -> PlanView:
    """Work out which products together cover what a group needs at the least cost, and why.

    Nothing is kept. Of the products that no rule speaks against, the cheapest set is chosen that covers the amount
    within the limits: what each gives at least and at most, what must come from elsewhere, what loans may cost a
    month, the day on which the money is needed, security, and public money. It is proved cheapest, at the highest
    prices that are known. Where nothing covers the amount the plan covers as much as can be, and `shortfallPence`
    says what is missing. `subsidy` adds what the plan gives to what the case you name was given before. A product
    whose price is not known is listed, and considered once you say what to assume of it. A plan is arithmetic on
    information from public sources: no offer, and no advice.
    """
    if question.own_money_pence >= question.needed_pence:
        raise Invalid(errors=[FieldError("/ownMoneyPence", "covers all that is needed")])
    today = now.astimezone(LONDON).date()
    question = await take_day_of_case(session, question, readers=principal.identities, today=today)
    if question.needed_on is not None and question.needed_on < today:
        raise Invalid(errors=[FieldError("/neededOn", f"is over: today is {today}")])
    room = await find_room_of_case(session, question, readers=principal.identities, today=today)
    catalogue = await catalogues.load(session)
    considered = await consider(session, catalogue, question, today, bank_rate=bank_rates.find(today))
    planned = await asyncio.to_thread(plan, question, considered, room, today)
    return show_plan(question, considered, planned, room, today)


@comparisons.post("", responses={404: {"description": "One of the products is not there, or not published"}})
async def compare_products(
    _: FinanceReader, question: ComparisonQuestion, session: Session, now: Now, bank_rates: KnownRates
) -> ComparisonView:
    """Compare products side by side for one amount: fee, interest, annual percentage rate and monthly payment.

    Nothing is kept. Prices are the highest that are known. What is not known is assumed in the group's favour, and
    said.
    """
    rows = await read_each(session, question.product_ids)
    asked = question.read_asked(bank_rates.find(now.astimezone(LONDON).date()))
    return show_comparison(
        question.amount_pence,
        [(row, price_product(row, asked, at_most_pence=question.amount_pence)) for row in rows],
    )
