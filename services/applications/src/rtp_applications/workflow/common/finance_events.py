"""Events that tell what changes, after the submission, of what finance the mutual needs and of what it was given."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.procurement.rules.assistance import (
    AssistanceQuestion,
    AssistanceReceived,
    begin_financial_year,
    count_assistance,
)
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.contracts.applications import AssistanceRecorded, FinanceFactsChanged
from rtp_shared.schemas import STORED

LEGAL_ENTITY, COMMITMENT = ("legal-entity", ""), ("finance-commitment", "")
ENTRY, CONFIRMATION = "assistance-entry", "assistance-confirmation"
"""Under which these are on file, whichever action put them there."""
YEARS_TOLD = 3
"""A subsidy counts in its own financial year and the two after it: Subsidy Control Act 2022 s.36(2)."""
_COUNTED = {field.alias or name for name, field in AssistanceReceived.model_fields.items()}


def make_finance_facts_changed(
    before: CaseSnapshot, after: CaseSnapshot, now: datetime
) -> Iterator[FinanceFactsChanged]:
    """Make an event where what the case says of its finance reads otherwise than before. The submission itself tells
    what a draft says.
    """
    was, stands = _read_finance(before), _read_finance(after)
    if before.case.status is not Status.DRAFT and was != stands:
        yield FinanceFactsChanged(case_id=after.case.id, number=after.case.number, at=now, **stands)


def make_assistance_recorded(before: CaseSnapshot, after: CaseSnapshot, now: datetime) -> Iterator[AssistanceRecorded]:
    """Make an event where other subsidies are on file than before, or the enterprise has confirmed them anew."""
    kinds = (ENTRY, CONFIRMATION)
    was, stands = ([_read_all(snapshot, kind) for kind in kinds] for snapshot in (before, after))
    if was == stands:
        return
    today = civil_date(now)
    first = begin_financial_year(today)
    # Each year by its first day, but the present one by today: what was given in it since counts in it.
    days = [today, *(first.replace(year=first.year + number) for number in range(1, YEARS_TOLD))]
    answers = [count_assistance(_ask(stands[0], day)) for day in days]
    yield AssistanceRecorded(
        case_id=after.case.id,
        number=after.case.number,
        year_from=first,
        counted_pence=[each.counted_pence for each in answers],
        settled=not any(name.startswith("received/") for name in answers[0].missing),
        confirmed_on=max((date.fromisoformat(each["confirmedOn"]) for each in stands[1]), default=None),
        at=now,
    )


def _read_finance(snapshot: CaseSnapshot) -> dict[str, Any]:
    """Return what the case says now: of what was put on file later, that stands before what was submitted."""
    case = snapshot.case
    entity, commitment = (snapshot.records.get(key) for key in (LEGAL_ENTITY, COMMITMENT))
    return {
        "legal_form": str(entity.content["legalForm"]) if entity else case.legal_form,
        "annual_value_pence": case.annual_value_pence,
        "finance_sought_pence": _count_sought(commitment.content) if commitment else case.finance_sought_pence,
        "finance_purposes": [str(each) for each in case.finance_purposes],
    }


def _count_sought(commitment: Any) -> int:
    """Return what nobody has committed yet of what is needed."""
    needed = commitment.get("neededPence", 0) if commitment["needed"] else 0
    return max(0, int(needed) - int(commitment.get("committedPence", 0)))


def _read_all(snapshot: CaseSnapshot, kind: str) -> list[Any]:
    return [each.content for each in snapshot.records.values() if each.kind == kind]


def _ask(entries: Sequence[Any], day: date) -> AssistanceQuestion:
    received = [{name: value for name, value in each.items() if name in _COUNTED} for each in entries]
    said = {"received": received, "proposedPence": 0, "giveOn": day}
    return AssistanceQuestion.model_validate(said, context=STORED)
