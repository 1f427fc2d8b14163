"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from dataclasses import replace
from datetime import date
from functools import partial

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.award.clocks import has_notice
from rtp_applications.workflow.stages.award.guards import find_notice
from rtp_applications.workflow.stages.award.payloads import NoticeKind, Representation


@guard("/publishedOn", payload=True)
def notice_is_out(step: Step) -> str | None:
    """The notice was published on a day that is not in the future."""
    return None if step.payload.published_on <= step.today else "the day of publication lies in the future"


@guard("/enteredIntoOn", payload=True)
def award_day_has_come(step: Step) -> str | None:
    """The contract was entered into on a day that is not in the future."""
    return None if step.payload.entered_into_on <= step.today else "the day of the award lies in the future"


@guard("/receivedOn", payload=True)
def representation_was_received(step: Step) -> str | None:
    """It was received since the notice of intention under the Provider Selection Regime, and not in the future
    (SI 2023/1348 reg 12(3)).
    """
    intention = find_notice(step.snapshot, NoticeKind.SELECTION_INTENTION)
    if intention is None or step.snapshot.find_deadline("provider-selection-standstill") is None:
        return "there was no standstill of the Provider Selection Regime, in which representations are made"
    if intention.published_on <= step.payload.received_on <= step.today:
        return None
    return f"representations are made since the notice of {intention.published_on}, and not in the future"


@guard("/communicatedOn", payload=True)
def communicated_after_receipt(step: Step) -> str | None:
    """The further decision was communicated after the representation came, and not in the future."""
    on_file = step.snapshot.find(Representation, step.payload.reference)
    received = on_file.received_on if on_file else date.min
    return None if received <= step.payload.communicated_on <= step.today else "it was communicated since the receipt"


@guard("/closedOn", payload=True)
def challenge_dates_in_order(step: Step) -> str | None:
    """A challenge is opened before it is closed, and neither lies in the future."""
    closed = step.payload.closed_on or step.today
    return None if step.payload.opened_on <= closed <= step.today else "opened, then closed, and neither in the future"


@guard("/feedbackGivenOn", payload=True)
def feedback_given(step: Step) -> str | None:
    """The applicants were given feedback on their tender (Procurement Act 2023 s.50, assessment summaries)."""
    payload = step.payload.feedback_given_on
    return None if payload and payload <= step.today else "give the applicants feedback first"


def _record_representation(now: Action) -> Action:
    return without_bounds()(now).replace_guard(representation_was_received.name, representation_was_received)


def _record_tender_lost(now: Action) -> Action:
    return without_bounds()(now).replace_guard(feedback_given.name, feedback_given)


_AS_RECORDED = partial(
    replace, met_when=partial(has_notice, NoticeKind.UK7), met_as_of=None, ended_by=(), skipped_when=None
)
VERSION_2_DATES = Earlier(
    clocks=dict.fromkeys(("contract-details-notice", "light-touch-contract-details-notice"), _AS_RECORDED),
    actions={
        **dict.fromkeys(("record-notice", "publish-tender", "begin-standstill"), without_bounds(notice_is_out)),
        "record-representation": _record_representation,
        "record-further-decision": without_bounds(communicated_after_receipt),
        "record-challenge": without_bounds(challenge_dates_in_order),
        "award": without_bounds(award_day_has_come),
        "record-tender-lost": _record_tender_lost,
    },
)
