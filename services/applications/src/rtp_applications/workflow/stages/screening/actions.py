"""Actions from the submission to the end of screening."""

from dataclasses import replace

from rtp_applications.workflow.common.effects import note_supporting_intention, remember_where_refused
from rtp_applications.workflow.common.guards import (
    deciders_are_independent,
    documents_are_on_file,
    ground_is_supported,
    ground_on_the_list,
    reasons_given,
)
from rtp_applications.workflow.common.payloads import Nothing, NotifiedRefusal, Refusal
from rtp_applications.workflow.definition import Action, one_of, replace_actions
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.screening import clocks, dates, guards, payloads
from rtp_shared.contracts import applications as events

ACKNOWLEDGE = Action(
    name="acknowledge",
    description="Put on file that the staff group was sent its receipt.",
    signatories=one_of(Role.CASE_OFFICER, Role.SYSTEM),
    from_states=frozenset({Status.EOI_SUBMITTED}),
    guards=dates.OF_THE_RECEIPT,
    payload_model=payloads.Acknowledgement,
    event=events.CaseAcknowledged,
)
BEGIN_SCREENING = Action(
    name="begin-screening",
    rows=(2,),
    description="Begin to check eligibility and completeness.",
    signatories=one_of(Role.CASE_OFFICER, Role.SYSTEM),
    from_states=frozenset({Status.EOI_SUBMITTED}),
    leads_to=(Status.EOI_SCREENING,),
    guards=(guards.acknowledgement_sent,),
    payload_model=Nothing,
    event=events.ScreeningBegun,
)
REQUEST_INFORMATION = Action(
    name="request-information",
    rows=(3,),
    description="Ask the staff group for information, as an itemised list.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.EOI_SCREENING}),
    leads_to=(Status.INFORMATION_REQUESTED,),
    guards=(guards.list_is_itemised,),
    payload_model=payloads.InformationRequest,
    event=events.InformationRequested,
    clears=(payloads.ItemAnswer,),
)
ANSWER_ITEM = Action(
    name="answer-item",
    description="Answer one item of a request for information, or decline it.",
    signatories=one_of(Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER),
    from_states=frozenset({Status.INFORMATION_REQUESTED}),
    guards=(guards.item_was_asked, guards.answered_or_declined, documents_are_on_file),
    payload_model=payloads.ItemAnswer,
)
RETURN_INFORMATION = Action(
    name="return-information",
    rows=(24,),
    description="Return the answers: every item is answered or declined.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.INFORMATION_REQUESTED}),
    leads_to=(Status.EOI_SCREENING,),
    guards=(guards.every_item_answered,),
    payload_model=Nothing,
    event=events.InformationReturned,
)
CLOSE_INFORMATION_REQUEST = Action(
    name="close-information-request",
    rows=(24,),
    description="The time to reply is over: the case goes on with what is held.",
    signatories=one_of(Role.SYSTEM),
    from_states=frozenset({Status.INFORMATION_REQUESTED}),
    leads_to=(Status.EOI_SCREENING,),
    guards=(guards.reply_time_over,),
    payload_model=Nothing,
    event=events.InformationRequestClosed,
)
FIND_NOT_ELIGIBLE = Action(
    name="find-not-eligible",
    rows=(4,),
    description="Find the expression of interest not eligible. Two officers sign.",
    signatories=one_of(Role.CASE_OFFICER) + one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.EOI_SCREENING}),
    leads_to=(Status.NOT_ELIGIBLE,),
    guards=(ground_on_the_list, ground_is_supported, reasons_given, deciders_are_independent),
    payload_model=Refusal,
    event=events.CaseFoundNotEligible,
    effects=(remember_where_refused, note_supporting_intention),
)
REFUSE_TO_CONSIDER = Action(
    name="refuse-to-consider",
    description="Refuse to consider an expression of interest that came in none of the authority's published periods. "
    "The authority may consider it all the same. Two people sign.",
    signatories=one_of(Role.CASE_OFFICER) + one_of(Role.CASE_OFFICER, Role.DECISION_MAKER),
    from_states=frozenset({Status.EOI_SUBMITTED, Status.EOI_SCREENING}),
    leads_to=(Status.NOT_ELIGIBLE,),
    guards=(guards.received_outside_every_period, reasons_given, deciders_are_independent),
    payload_model=NotifiedRefusal,
    event=events.CaseFoundNotEligible,
    effects=(remember_where_refused,),
)
NOTIFY_DECISION_DATE = Action(
    name="notify-decision-date",
    description="Put on file when a decision is expected, and when the staff group was told so.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED}),
    guards=dates.OF_THE_NOTICE,
    payload_model=payloads.DecisionDate,
    event=events.DecisionDateNotified,
)
BEGIN_REVIEW = Action(
    name="begin-review",
    rows=(5,),
    description="Eligible and complete: begin to review the merits.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.EOI_SCREENING}),
    leads_to=(Status.EOI_UNDER_REVIEW,),
    guards=(guards.decision_date_notified,),
    payload_model=Nothing,
    event=events.ReviewBegun,
)
ACTIONS = (
    ACKNOWLEDGE, BEGIN_SCREENING, REQUEST_INFORMATION, ANSWER_ITEM, RETURN_INFORMATION, CLOSE_INFORMATION_REQUEST,
    FIND_NOT_ELIGIBLE, NOTIFY_DECISION_DATE, BEGIN_REVIEW,
)  # fmt: skip
ACTIONS_OF_A_CHALLENGE = (
    *replace_actions(
        ACTIONS,
        REQUEST_INFORMATION.with_guards(guards.statutory_items_only),
        replace(NOTIFY_DECISION_DATE.with_guards(guards.decision_within_maximum_period), from_states=clocks.UNTIL_TOLD),
    ),
    REFUSE_TO_CONSIDER,
)
