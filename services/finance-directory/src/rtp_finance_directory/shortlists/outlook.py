"""What a product that may fit would mean for a case: gap, time, security, cost, match funding, conflicts. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from rtp_finance_directory.circumstances.subsidy import UNTOLD, SubsidyRoom
from rtp_finance_directory.plans.bank_rate import BankRate
from rtp_finance_directory.plans.pricing import Priced, PriceTerms, price_product
from rtp_finance_directory.plans.rules.cost import schedule
from rtp_finance_directory.timing.rules import ProductTime, judge_timing

TERM_MONTHS = 60
"""The term by which loans of a shortlist are compared, as far as they allow it: nobody has said another."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseOutlook:
    """What of a case the outlook of its products goes by. None is not known."""

    sought_pence: int | None
    go_live_on: date | None
    on: date
    room: SubsidyRoom = UNTOLD
    bank_rate: BankRate | None = None


def describe_outlooks(rows: Mapping[UUID, Row], case: CaseOutlook) -> dict[UUID, dict[str, Any]]:
    """Return the outlook of each product that may fit, by the names of `OutlookView`, as it is kept."""
    conflicts = find_conflicts(rows)
    return {id_: {**_describe(row, case), "conflicts": conflicts[id_]} for id_, row in rows.items()}


def find_conflicts(rows: Mapping[UUID, Row]) -> dict[UUID, list[str]]:
    """Return for each product which of the others cannot be had beside it, whichever of the two says so."""
    found: dict[UUID, set[UUID]] = {id_: set() for id_ in rows}
    for id_, row in rows.items():
        for other in set(row["excludes"]) & rows.keys() - {id_}:
            found[id_].add(other)
            found[other].add(id_)
    return {id_: sorted(map(str, others)) for id_, others in found.items()}


def _describe(row: Row, case: CaseOutlook) -> dict[str, Any]:
    sought, most = case.sought_pence, row["max_amount_pence"]
    amount = None if sought is None or most is None else min(sought, most)
    match = row["match_funding_percent"]
    return {
        "amount_pence": amount,
        "amount_gap_pence": None if amount is None or sought is None else sought - amount,
        "timing": _describe_timing(row, case),
        "secured": row["secured"],
        "personal_guarantee": row["personal_guarantee"],
        "match_funding_pence": None if match is None or sought is None else -(-sought * match // 100),
        **_describe_cost(row, amount if amount is not None else sought, case),
    }


def _describe_timing(row: Row, case: CaseOutlook) -> dict[str, Any]:
    found = judge_timing(ProductTime.of(row), go_live_on=case.go_live_on, on=case.on)
    days = {"decided_by": found.decided_by, "apply_by": found.apply_by}
    kept = {name: day and day.isoformat() for name, day in days.items()}
    return {"outcome": found.outcome.value, "reason": found.reason, **kept}


def _describe_cost(row: Row, amount: int | None, case: CaseOutlook) -> dict[str, Any]:
    """Say what the amount costs over the term, at the highest price that is known."""
    names = ("term_months", "given_pence", "within_subsidy_room", "fee_pence", "cost_pence", "apr_percent", "bank_rate")
    unsaid: dict[str, Any] = dict.fromkeys(names)
    if not amount:
        return {**unsaid, "not_priced": None, "assumed": []}
    asked = PriceTerms(term_months=TERM_MONTHS, bank_rate=case.bank_rate)
    found = price_product(row, asked, at_most_pence=amount)
    if not isinstance(found, Priced):
        return {**unsaid, "not_priced": found.value, "assumed": []}
    costed = schedule(amount, found.source.price)
    return {
        "term_months": found.source.price.term_months,
        "given_pence": costed.given_pence,
        "within_subsidy_room": case.room.judge(costed.given_pence),
        "fee_pence": costed.fee_pence,
        "cost_pence": costed.cost_pence,
        "apr_percent": None if costed.apr_percent is None else float(costed.apr_percent),
        "bank_rate": found.bank_rate and _keep_rate(found.bank_rate),
        "not_priced": None,
        "assumed": [each.value for each in found.assumed],
    }


def _keep_rate(rate: BankRate) -> dict[str, Any]:
    return {**asdict(rate), "since": rate.since and rate.since.isoformat()}
