"""Bounds of the dates of notices, representations, challenges and the award."""

from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY
from rtp_applications.workflow.bounds import Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import SUBMISSION, TWO_YEARS_BEFORE
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.award.guards import find_notice, list_tender_notices
from rtp_applications.workflow.stages.award.payloads import OF_AN_AWARD, Award, NoticeKind, Representation
from rtp_applications.workflow.stages.award.restarts import ENDING, find_last_end, find_last_return
from rtp_applications.workflow.stages.award.standstills import find_stated_end, list_standstills
from rtp_applications.workflow.stages.award.time_limits import find_last_day_for_tenders, has_least_periods
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination
from rtp_applications.workflow.stages.contract.tracks import UNDER_THE_ACT, find_track
from rtp_applications.workflow.stages.selection.payloads import KeyCriteria, ProviderChoice

OF_PLANNING = frozenset({NoticeKind.UK1, NoticeKind.UK2, NoticeKind.UK3})
"""Notices of a pipeline, of engaging the market and of what is planned: there may be a case only later."""
OF_A_CONTRACT = frozenset({NoticeKind.UK7, NoticeKind.SELECTION_AWARD})
"""Notices that a contract was entered into: Procurement Act 2023 s.53(2), SI 2023/1348 regs 7 to 11."""


def _find_regime(step: Step) -> date | None:
    determined = step.snapshot.find(RegimeDetermination)
    return determined.determined_on if determined else SUBMISSION.find(step)


def _find_procurement(step: Step) -> date | None:
    """Return the day of the newest notice that opened the tender, else that on which the regime was determined."""
    return max((each.published_on for each in list_tender_notices(step)), default=_find_regime(step))


def _find_first_day_of_notice(step: Step) -> date | None:
    kind, entered = step.payload.kind, step.snapshot.find(Award)
    if kind in OF_PLANNING:
        return TWO_YEARS_BEFORE.find(step)
    ended = find_last_end(step.snapshot)
    if ended and kind in ENDING:
        return ended.decided_on
    if entered and kind in OF_A_CONTRACT:
        return entered.entered_into_on
    if kind is NoticeKind.SELECTION_CONTRACT:
        return _find_later(_find_repetition(step), step.snapshot.find(KeyCriteria))
    if kind is NoticeKind.SELECTION_INTENTION:
        return _find_later(_find_repetition(step), step.snapshot.find(ProviderChoice))
    return _find_procurement_s_end(step) if kind in OF_AN_AWARD else _find_regime(step)


def _find_repetition(step: Step) -> date | None:
    """Return the day of the last return to an earlier step, or that of the procurement if it is later."""
    back = find_last_return(step.snapshot)
    return max((each for each in (_find_procurement(step), back.decided_on if back else None) if each), default=None)


def _find_later(day: date | None, decided: KeyCriteria | ProviderChoice | None) -> date | None:
    """Return the day of what was decided, or the other one if that is later or nothing is on file."""
    on = decided.determined_on if isinstance(decided, KeyCriteria) else decided.decided_on if decided else None
    return max((each for each in (day, on) if each), default=None)


def _find_procurement_s_end(step: Step) -> date | None:
    """Return the day after the last for tenders, where that counts; else that of the tender notice."""
    last = find_last_day_for_tenders(step.snapshot) if has_least_periods(step.snapshot) else None
    return last + ONE_DAY if last else _find_procurement(step)


def _find_intention(step: Step) -> date | None:
    intention = find_notice(step.snapshot, NoticeKind.SELECTION_INTENTION)
    return intention.published_on if intention else None


def _find_receipt(step: Step) -> date | None:
    answered = step.snapshot.find(Representation, step.payload.reference)
    return answered.received_on if answered else None


def _find_first_day_of_contract(step: Step) -> date | None:
    """Return the day after the last standstill that is over; one that runs lets nobody award at all. Where there was
    none, that of the contract award notice, or else of the tender notice.
    """
    ends = [each.due_on + ONE_DAY for each in list_standstills(step.snapshot) if step.now >= each.due_at]
    stated = find_stated_end(step.snapshot)
    if stated and stated < step.today:
        ends.append(stated + ONE_DAY)
    announced = find_notice(step.snapshot, NoticeKind.UK6) if find_track(step.snapshot) in UNDER_THE_ACT else None
    return max([*ends, *([announced.published_on] if announced else [])], default=_find_procurement(step))


def _find_first_day_of_an_end(step: Step) -> date | None:
    """Return the first day on which the procurement may be ended, or go back: after a standstill of the Provider
    Selection Regime that is over, and where representations were made in time on the receipt of the last of them.
    """
    determined = step.snapshot.find(RegimeDetermination)
    selected = determined is not None and determined.regime is Regime.PROVIDER_SELECTION
    if step.snapshot.status is not Status.STANDSTILL or not selected:
        return _find_procurement(step)
    timely = [each.received_on for each, _ in step.snapshot.list_payloads(Representation) if not each.late]
    return max(timely) if timely else _find_first_day_of_contract(step)


def _find_last_day_for_requests(step: Step) -> date | None:
    days = [each.requests_due_on for each in list_tender_notices(step) if each.requests_due_on]
    return max(days, default=_find_procurement(step))


NOTICE = Limit(
    "what it announces: of an award, the last day for tenders or else the tender notice; of the contract that was "
    "entered into, that day; of an invitation under SI 2023/1348, the determination of the key criteria (reg 11(2), "
    "(3)); of the intention to award under it, the choice of the provider; of what is planned, two years before the "
    "case; of the end of a procurement, that decision; else, "
    "the determination of the regime",
    _find_first_day_of_notice,
)
PROCUREMENT = Limit("the tender notice, or where there is none the determination of the regime", _find_procurement)
INTENTION = Limit("the notice of intention", _find_intention)
RECEIPT = Limit("the receipt of the representation", _find_receipt)
STANDSTILL = Limit(
    "the day after the standstill, or where there was none the contract award notice, the tender notice or the "
    "determination of the regime",
    _find_first_day_of_contract,
)
FREE_TO_DECIDE = Limit(
    "the day after a standstill of the Provider Selection Regime or, where representations were made in it, the "
    "receipt of the last; else the tender notice or the determination of the regime",
    _find_first_day_of_an_end,
)
REQUESTS = Limit("the last day for requests to participate", _find_last_day_for_requests)
REGIME = Limit("the determination of the regime", _find_regime)
OF_INDICATORS = with_late_entries(bound("set_on", REGIME))
OF_A_NOTICE = (bound("published_on", NOTICE),)
A_YEAR_LATER = same_as("published_on", months=12, says="a year after publishedOn")
OF_TIME_LIMITS = (
    bound("tenders_due_on", same_as("published_on"), A_YEAR_LATER),
    bound("requests_due_on", same_as("published_on"), A_YEAR_LATER),
)
OF_THE_STATED_STANDSTILL = bound(
    "standstill_ends_on", same_as("published_on"),
    same_as("published_on", months=6, says="six months after publishedOn"),
)  # fmt: skip
OF_A_TENDER = (*OF_A_NOTICE, *OF_TIME_LIMITS)
OF_A_STANDSTILL = (*OF_A_NOTICE, OF_THE_STATED_STANDSTILL)
OF_THE_SUBMISSION = bound(
    "submitted_on", NOTICE, same_as("published_on"), law="SI 2023/1348 regs 7 to 11, 13(5)(a), 14(5)(a), 15(5)"
)
OF_ANY_NOTICE = (*OF_A_STANDSTILL, *OF_TIME_LIMITS, OF_THE_SUBMISSION)
OF_AN_INVITATION = with_late_entries(
    bound("invited_on", REQUESTS),
    bound(
        "tenders_due_on", same_as("invited_on"), same_as("invited_on", months=12, says="a year after invitedOn")
    ),
)  # fmt: skip
OF_A_REPRESENTATION = (bound("received_on", INTENTION, law="SI 2023/1348 reg 12(3)"),)
OF_A_FURTHER_DECISION = with_late_entries(bound("communicated_on", RECEIPT, law="SI 2023/1348 reg 12(4)"))
OF_A_CHALLENGE = (bound("opened_on", SUBMISSION), bound("closed_on", same_as("opened_on")))
OF_THE_AWARD = with_late_entries(
    bound("entered_into_on", STANDSTILL, law="Procurement Act 2023 ss.50(1), 51; SI 2023/1348 reg 12"),
    reference="reference",
)
OF_A_LOSS = with_late_entries(bound("feedback_given_on", PROCUREMENT))
OF_AN_END = with_late_entries(bound("decided_on", FREE_TO_DECIDE, law="SI 2023/1348 regs 12(4), 15(2)"))
OF_A_RETURN = with_late_entries(
    bound("decided_on", FREE_TO_DECIDE, law="SI 2023/1348 regs 12(4), 15(2)"),
    bound("providers_informed_on", same_as("decided_on"), law="SI 2023/1348 reg 15(6)"),
)
