"""Public forms of plans and comparisons."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rtp_finance_directory.circumstances.subsidy import CEILING_PENCE, SOURCE, SubsidyRoom
from rtp_finance_directory.plans.pricing import Priced, Unpriced
from rtp_finance_directory.plans.rules.cost import Schedule, schedule
from rtp_finance_directory.plans.rules.planning import Planned, PlanPart
from rtp_finance_directory.plans.schemas import (
    BankRateView,
    ComparedProductView,
    ComparisonView,
    GainView,
    PlanAbsenceView,
    PlanPartView,
    PlanQuestion,
    PlanSubsidyView,
    PlanView,
    UnpricedView,
)
from rtp_finance_directory.plans.service import Considered, find_limit
from rtp_finance_directory.timing.rules import ProductTime, judge_timing
from rtp_finance_directory.timing.schemas import TimingView

Row = Mapping[str, Any]


def show_plan(
    question: PlanQuestion, considered: Considered, planned: Planned, room: SubsidyRoom, on: date
) -> PlanView:
    parts = [_show_part(each, considered, question.needed_on, on) for each in planned.parts]
    rows = considered.rows
    return PlanView(
        judged_on=on,
        needed_on=question.needed_on,
        to_cover_pence=question.needed_pence - question.own_money_pence,
        covered_pence=planned.plan.covered_pence,
        shortfall_pence=planned.shortfall_pence,
        cost_pence=sum(part.cost_pence for part in parts),
        highest_payment_pence=sum(part.highest_payment_pence for part in parts),
        subsidy=_show_subsidy(question, room, sum(part.given_pence for part in parts)),
        parts=parts,
        left_out=[
            PlanAbsenceView(
                product_id=each.source_id,
                **_name(rows[each.source_id]),
                obstacle=each.obstacle,
                compared=each.compared,
                costs_more_pence=each.costs_more_pence,
            )
            for each in planned.left_out
        ],
        not_priced=[
            UnpricedView(product_id=id_, **_name(rows[id_]), reason=why) for id_, why in considered.unpriced.items()
        ],
        gains=[GainView.model_validate(each) for each in planned.gains],
    )


def _show_subsidy(question: PlanQuestion, room: SubsidyRoom, given_pence: int) -> PlanSubsidyView:
    return PlanSubsidyView(
        ceiling_pence=CEILING_PENCE,
        counted_pence=room.counted_pence,
        given_pence=given_pence,
        room_pence=find_limit(question, room),
        within_ceiling=room.judge(given_pence),
        source=SOURCE,
    )


def _show_part(part: PlanPart, considered: Considered, needed_on: date | None, on: date) -> PlanPartView:
    row, costed = considered.rows[part.source.id], schedule(part.amount_pence, part.source.price)
    [priced] = [each for each in considered.priced if each.source is part.source]
    return PlanPartView(
        product_id=part.source.id,
        product_version=row["version"],
        **_name(row),
        verdict=considered.answers[part.source.id],
        amount_pence=part.amount_pence,
        given_pence=costed.given_pence,
        extent=part.extent,
        cost_pence=costed.cost_pence,
        apr_percent=_show_rate(costed),
        term_months=part.source.price.term_months,
        highest_payment_pence=max(costed.payments_pence, default=0),
        saves_pence=part.saves_pence,
        timing=TimingView.model_validate(judge_timing(ProductTime.of(row), go_live_on=needed_on, on=on)),
        bank_rate=_show_bank_rate(priced),
        assumed=list(priced.assumed),
    )


def show_comparison(amount_pence: int, priced: Iterable[tuple[Row, Priced | Unpriced]]) -> ComparisonView:
    return ComparisonView(
        amount_pence=amount_pence, products=[_show_compared(amount_pence, row, found) for row, found in priced]
    )


def _show_compared(amount_pence: int, row: Row, found: Priced | Unpriced) -> ComparedProductView:
    costed = schedule(amount_pence, found.source.price) if isinstance(found, Priced) else None
    return ComparedProductView(
        product_id=row["id"],
        product_version=row["version"],
        **_name(row),
        in_range=_is_in_range(amount_pence, row["min_amount_pence"], row["max_amount_pence"]),
        secured=row["secured"],
        personal_guarantee=row["personal_guarantee"],
        match_funding_percent=row["match_funding_percent"],
        decision_weeks=row["decision_weeks"],
        not_priced=found if isinstance(found, Unpriced) else None,
        term_months=found.source.price.term_months if isinstance(found, Priced) else None,
        given_pence=costed and costed.given_pence,
        fee_pence=costed and costed.fee_pence,
        cost_pence=costed and costed.cost_pence,
        apr_percent=_show_rate(costed) if costed else None,
        highest_payment_pence=max(costed.payments_pence, default=0) if costed else None,
        bank_rate=_show_bank_rate(found),
        assumed=list(found.assumed) if isinstance(found, Priced) else [],
    )


def _show_bank_rate(found: Priced | Unpriced) -> BankRateView | None:
    rate = found.bank_rate if isinstance(found, Priced) else None
    return None if rate is None else BankRateView.model_validate(rate)


def _is_in_range(amount: int, least: int | None, most: int | None) -> bool | None:
    if (least is not None and amount < least) or (most is not None and amount > most):
        return False
    return None if least is None or most is None else True


def _show_rate(costed: Schedule) -> float | None:
    return None if costed.apr_percent is None else float(costed.apr_percent)


def _name(row: Row) -> dict[str, Any]:
    return {"provider": row["provider"], "product_name": row["name"]}
