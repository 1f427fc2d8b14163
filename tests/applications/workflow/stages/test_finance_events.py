"""What finance hears of a case after its submission: what it needs, and what it was given."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.incorporation.payloads import FinanceCommitment
from rtp_shared.contracts.applications import AssistanceRecorded, FinanceFactsChanged
from rtp_shared.contracts.vocabulary import LegalForm
from tests.applications.workflow.ground import Ready, attempt, take
from tests.applications.workflow.stages.contract_cases import TODAY
from tests.applications.workflow.stages.test_subsidy import ENTRY, LEAD, awarded
from tests.applications.workflow.stages.transition_cases import ENTITY, on


def list_facts(change: CaseChange) -> list[FinanceFactsChanged]:
    return [each for each in change.events if isinstance(each, FinanceFactsChanged)]


def list_assistance(change: CaseChange) -> list[AssistanceRecorded]:
    return [each for each in change.events if isinstance(each, AssistanceRecorded)]


def commit(snapshot: CaseSnapshot, **said: Any) -> CaseChange:
    return take("record-finance-commitment", Ready(snapshot, LEAD, FinanceCommitment.model_validate(said)))


def test_the_amount_that_is_still_sought_is_told_when_it_is_another() -> None:
    needed: dict[str, Any] = {"needed": True, "neededPence": 9_000_000}
    part = {"committedPence": 2_000_000, "committedOn": TODAY}
    first = commit(on(Status.AWARDED), **needed)
    again = commit(first.after, **needed)
    partly = commit(again.after, **needed, **part)
    none = commit(partly.after, needed=False)
    told = [[each.finance_sought_pence for each in list_facts(change)] for change in (first, again, partly, none)]
    assert told == [[9_000_000], [], [7_000_000], [0]]
    [said] = list_facts(partly)
    assert said.finance_purposes == list(partly.after.case.finance_purposes)
    assert said.annual_value_pence == partly.after.case.annual_value_pence


def test_the_legal_form_of_the_mutual_stands_before_the_one_that_was_meant() -> None:
    meant = on(Status.AWARDED).with_case(legal_form=LegalForm.CHARITY)
    assert ENTITY.legal_form is not LegalForm.CHARITY
    [said] = list_facts(take("record-legal-entity", Ready(meant, LEAD, ENTITY)))
    assert said.legal_form == ENTITY.legal_form
    same = meant.with_case(legal_form=ENTITY.legal_form)
    assert list_facts(take("record-legal-entity", Ready(same, LEAD, ENTITY))) == []


def test_the_submission_tells_its_facts_itself() -> None:
    assert list_facts(take("submit", attempt(RIGHT_TO_PROVIDE, "submit"))) == []


def test_what_was_given_is_told_by_the_years_in_which_it_counts() -> None:
    """Subsidy Control Act 2022 s.36(2): the financial year and the two before it."""
    change = take("record-assistance", Ready(awarded(), LEAD, ENTRY))
    [said] = list_assistance(change)
    begun = date(TODAY.year - (TODAY.month < 4), 4, 1)
    assert said.year_from == begun
    years_ago = said.year_from.year - (ENTRY.given_on.year - (ENTRY.given_on.month < 4))
    assert said.counted_pence == [30_000_000 if number + years_ago <= 2 else 0 for number in range(3)]
    assert (said.settled, said.confirmed_on) == (True, None)
    assert list_assistance(take("record-assistance", Ready(change.after, LEAD, ENTRY))) == []


def test_what_is_not_known_of_it_leaves_it_open() -> None:
    unknown = ENTRY.model_copy(update={"gross_pence": None})
    [said] = list_assistance(take("record-assistance", Ready(awarded(), LEAD, unknown)))
    assert (said.counted_pence, said.settled) == ([0, 0, 0], False)


def test_what_is_given_here_and_what_is_confirmed_is_told_too() -> None:
    confirmed = take("confirm-assistance", attempt(RIGHT_TO_PROVIDE, "confirm-assistance"))
    assert [each.confirmed_on for each in list_assistance(confirmed)] == [TODAY]
    given = take("give-assistance", attempt(RIGHT_TO_PROVIDE, "give-assistance"))
    [said] = list_assistance(given)
    assert said.counted_pence[0] == 31_500_000
    notified = take("notify-assistance", attempt(RIGHT_TO_PROVIDE, "notify-assistance"))
    assert list_assistance(notified) == []


def test_a_gift_of_a_predecessor_counts_from_the_transfer_on() -> None:
    transferred = ENTRY.model_validate(
        {**ENTRY.model_dump(by_alias=True, exclude_none=True), "recipient": "predecessor",
         "transferredOn": TODAY - timedelta(days=1), "wholeTransferred": True}
    )  # fmt: skip
    [said] = list_assistance(take("record-assistance", replace(attempt(RIGHT_TO_PROVIDE, "record-assistance"),
                                                               snapshot=awarded(), payload=transferred)))  # fmt: skip
    assert said.counted_pence[0] == 30_000_000
