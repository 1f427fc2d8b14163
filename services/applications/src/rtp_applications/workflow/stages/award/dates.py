"""Bounds of the dates of notices, representations, challenges and the award."""

from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY
from rtp_applications.workflow.bounds import Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import SUBMISSION, TWO_YEARS_BEFORE
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.stages.award.guards import find_notice, list_standstills, list_tender_notices
from rtp_applications.workflow.stages.award.payloads import OF_AN_AWARD, NoticeKind, Representation
from rtp_applications.workflow.stages.award.restarts import ENDING, find_last_end
from rtp_applications.workflow.stages.contract.payloads import RegimeDetermination
from rtp_applications.workflow.stages.selection.payloads import ProviderChoice

OF_PLANNING = frozenset({NoticeKind.UK1, NoticeKind.UK2, NoticeKind.UK3})
"""Notices of a pipeline, of engaging the market and of what is planned: there may be a case only later."""


def _find_regime(step: Step) -> date | None:
    determined = step.snapshot.find(RegimeDetermination)
    return determined.determined_on if determined else SUBMISSION.find(step)


def _find_procurement(step: Step) -> date | None:
    """Return the day of the newest notice that opened the tender, else that on which the regime was determined."""
    return max((each.published_on for each in list_tender_notices(step)), default=_find_regime(step))


def _find_first_day_of_notice(step: Step) -> date | None:
    if step.payload.kind in OF_PLANNING:
        return TWO_YEARS_BEFORE.find(step)
    ended = find_last_end(step.snapshot)
    if ended and step.payload.kind in ENDING:
        return ended.decided_on
    if step.payload.kind is NoticeKind.SELECTION_INTENTION:
        chosen = step.snapshot.find(ProviderChoice)
        return chosen.decided_on if chosen else _find_procurement(step)
    return _find_procurement(step) if step.payload.kind in OF_AN_AWARD else _find_regime(step)


def _find_intention(step: Step) -> date | None:
    intention = find_notice(step.snapshot, NoticeKind.SELECTION_INTENTION)
    return intention.published_on if intention else None


def _find_receipt(step: Step) -> date | None:
    answered = step.snapshot.find(Representation, step.payload.reference)
    return answered.received_on if answered else None


def _find_first_day_of_contract(step: Step) -> date | None:
    """Return the day after the last standstill that is over; one that runs lets nobody award at all."""
    ends = [each.due_on + ONE_DAY for each in list_standstills(step.snapshot) if step.now >= each.due_at]
    return max(ends, default=_find_procurement(step))


NOTICE = Limit(
    "what it announces: of an award, the tender notice; of the intention to award under SI 2023/1348, the choice of "
    "the provider; of what is planned, two years before the case; of the end of a procurement, that decision; else, "
    "the determination of the regime",
    _find_first_day_of_notice,
)
PROCUREMENT = Limit("the tender notice, or where there is none the determination of the regime", _find_procurement)
INTENTION = Limit("the notice of intention", _find_intention)
RECEIPT = Limit("the receipt of the representation", _find_receipt)
STANDSTILL = Limit(
    "the day after the standstill, or where there was none the tender notice or the determination of the regime",
    _find_first_day_of_contract,
)
OF_A_NOTICE = (bound("published_on", NOTICE),)
OF_A_STANDSTILL = (
    *OF_A_NOTICE,
    bound(
        "standstill_ends_on", same_as("published_on"),
        same_as("published_on", months=6, says="six months after publishedOn"),
    ),
)  # fmt: skip
OF_A_REPRESENTATION = (bound("received_on", INTENTION, law="SI 2023/1348 reg 12(3)"),)
OF_A_FURTHER_DECISION = with_late_entries(bound("communicated_on", RECEIPT, law="SI 2023/1348 reg 12(4)"))
OF_A_CHALLENGE = (bound("opened_on", SUBMISSION), bound("closed_on", same_as("opened_on")))
OF_THE_AWARD = with_late_entries(
    bound("entered_into_on", STANDSTILL, law="Procurement Act 2023 s.51; SI 2023/1348 reg 12"), reference="reference"
)
OF_A_LOSS = with_late_entries(bound("feedback_given_on", PROCUREMENT))
OF_AN_END = with_late_entries(bound("decided_on", PROCUREMENT))
OF_A_RETURN = with_late_entries(
    bound("decided_on", PROCUREMENT),
    bound("providers_informed_on", same_as("decided_on"), law="SI 2023/1348 reg 15(6)"),
)
