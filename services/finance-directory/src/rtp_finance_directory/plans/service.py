"""Plans and comparisons over the directory: who may have what, at which price, and which of it together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.circumstances.queries import find_finance
from rtp_finance_directory.circumstances.subsidy import SubsidyRoom, find_room
from rtp_finance_directory.directory.errors import NoSuchProduct
from rtp_finance_directory.directory.models import SAID, Product
from rtp_finance_directory.eligibility.catalogue import Catalogue
from rtp_finance_directory.eligibility.rules.findings import Answer
from rtp_finance_directory.plans.bank_rate import BankRate
from rtp_finance_directory.plans.pricing import Priced, Unpriced, price_product
from rtp_finance_directory.plans.rules.planning import Planned, make_plan
from rtp_finance_directory.plans.rules.sources import PlanLimits
from rtp_finance_directory.plans.schemas import PlanQuestion
from rtp_finance_directory.timing.queries import find_go_live
from rtp_finance_directory.vocabulary import PublicationState

LOOKED_AT = 300
"""Products of a plan at the most: the cheapest by the pound."""
DAYS_OF_A_WEEK = 7

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Considered:
    """The products that a group may have, with their rows and prices."""

    rows: Mapping[UUID, Row]
    answers: Mapping[UUID, Answer]
    priced: Sequence[Priced]
    unpriced: Mapping[UUID, Unpriced]


async def consider(
    session: AsyncSession, catalogue: Catalogue, question: PlanQuestion, on: date, *, bank_rate: BankRate | None
) -> Considered:
    """Return the products that no rule speaks against, whatever the amount: each may be a part of what is needed."""
    facts = replace(question.group.read_facts(), finance_sought_pence=None, match_funding_percent=None)
    ranking = catalogue.judge_all(facts, on)
    verdicts = ranking.list_verdicts(answers=[Answer.FITS, Answer.FITS_IF])
    answers = {verdict.terms.id: verdict.answer for verdict in verdicts}
    rows = await read_rows(session, list(answers))
    asked, most = replace(question.read_asked(bank_rate), needed_on=question.needed_on), question.needed_pence
    found = {id_: price_product(rows[id_], asked, at_most_pence=most) for id_ in answers if id_ in rows}
    priced = sorted(
        (each for each in found.values() if isinstance(each, Priced)),
        key=lambda each: (each.source.price.cost, each.source.id),
    )
    return Considered(
        rows, answers, priced[:LOOKED_AT], {id_: why for id_, why in found.items() if isinstance(why, Unpriced)}
    )


async def take_day_of_case(
    session: AsyncSession, question: PlanQuestion, *, readers: Sequence[str], today: date
) -> PlanQuestion:
    """Return the question with the day on which its case goes live, if it names no day itself and that lies ahead."""
    if question.case_id is None or question.needed_on is not None:
        return question
    day = await find_go_live(session, question.case_id, readers=readers)
    return question if day is None or day < today else question.model_copy(update={"needed_on": day})


async def find_room_of_case(
    session: AsyncSession, question: PlanQuestion, *, readers: Sequence[str], today: date
) -> SubsidyRoom:
    """Return what the plan may give under the ceiling by what its case has told, on the day of the money."""
    told = None
    if question.case_id is not None:
        told = (await find_finance(session, question.case_id, readers=readers)).assistance
    return find_room(told, question.needed_on or today)


def find_limit(question: PlanQuestion, room: SubsidyRoom) -> int | None:
    """Return how much the plan may give: what the question says, or what its case leaves; else there is no limit."""
    if question.subsidy_room_pence is not None or question.case_id is None:
        return question.subsidy_room_pence
    return room.room_pence


def plan(question: PlanQuestion, considered: Considered, room: SubsidyRoom, on: date) -> Planned:
    """Make the plan. It computes for a second or so: not on the event loop."""
    days_left = (question.needed_on - on).days if question.needed_on else None
    limits = PlanLimits(
        needed_pence=question.needed_pence - question.own_money_pence,
        weeks_left=None if days_left is None else days_left // DAYS_OF_A_WEEK,
        max_payment_pence=question.max_payment_pence,
        max_sources=question.max_sources,
        gives_security=question.gives_security,
        gives_personal_guarantee=question.gives_personal_guarantee,
        subsidy_room_pence=find_limit(question, room),
    )
    return make_plan([each.source for each in considered.priced], limits)


async def read_rows(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return the published products of these ids."""
    query = select(*SAID).where(Product.id.in_(ids), Product.publication == PublicationState.PUBLISHED)
    return {row.id: row._asdict() for row in await session.execute(query)}


async def read_each(session: AsyncSession, ids: Sequence[UUID]) -> list[Row]:
    """Return the products in the order of the ids. Raises NoSuchProduct."""
    rows = await read_rows(session, ids)
    if missing := [each for each in ids if each not in rows]:
        raise NoSuchProduct(f"none that is published has the id {missing[0]}")
    return [rows[each] for each in ids]
