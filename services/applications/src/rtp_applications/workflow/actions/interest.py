"""From the draft to the answer on the expression of interest: who may do what, from where, and on which conditions."""

from rtp_applications.workflow import effects, tells
from rtp_applications.workflow.definition import Action, by
from rtp_applications.workflow.guards import (
    deciders_are_independent,
    equality_noted,
    ground_is_supported,
    ground_on_the_list,
    reasons_given,
)
from rtp_applications.workflow.records import Nothing, Refusal
from rtp_applications.workflow.stages import content, interest
from rtp_applications.workflow.words import Role, Status
from rtp_shared.contracts import applications as events

REVIEWED = (reasons_given, equality_noted, deciders_are_independent)
SECOND_DECIDER = frozenset({Role.DECISION_MAKER, Role.PANEL_MEMBER, Role.CASE_OFFICER})
"""Who may be the second person that a refusal needs."""

SUBMIT = Action(
    name="submit",
    row=(1,),
    says="Submit the expression of interest. From here on the employing body, and the commissioning and deciding "
    "bodies and the duty holder if they are others, see the case. It cannot be undone, only withdrawn.",
    who=by(Role.APPLICANT_LEAD),
    starts=frozenset({Status.DRAFT}),
    leads_to=(Status.EOI_SUBMITTED,),
    guards=(
        interest.employer_named,
        interest.service_named,
        interest.sector_named,
        interest.enough_employees,
        interest.conflicts_declared,
        interest.bodies_exist,
    ),
    takes=Nothing,
    event=events.CaseSubmitted,
    tells=tells.submitted,
    effects=(effects.disclose,),
    discloses=True,
)
DESCRIBE_INTEREST = Action(
    name="describe-interest",
    says="Put on file what the expression of interest says, in place of what it said before. A challenge cannot be "
    "submitted until it says all that the regulations require.",
    who=by(Role.APPLICANT_LEAD),
    starts=frozenset({Status.DRAFT}),
    takes=content.InterestContent,
)
ACKNOWLEDGE = Action(
    name="acknowledge",
    says="Put on file that the staff group was sent its receipt.",
    who=by(Role.CASE_OFFICER, Role.SYSTEM),
    starts=frozenset({Status.EOI_SUBMITTED}),
    guards=(interest.sent_since_submission,),
    takes=interest.Acknowledgement,
    event=events.CaseAcknowledged,
)
BEGIN_SCREENING = Action(
    name="begin-screening",
    row=(2,),
    says="Begin to check eligibility and completeness.",
    who=by(Role.CASE_OFFICER, Role.SYSTEM),
    starts=frozenset({Status.EOI_SUBMITTED}),
    leads_to=(Status.EOI_SCREENING,),
    guards=(interest.acknowledgement_sent,),
    takes=Nothing,
    event=events.ScreeningBegun,
)
REQUEST_INFORMATION = Action(
    name="request-information",
    row=(3,),
    says="Ask the staff group for information, as an itemised list.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.EOI_SCREENING}),
    leads_to=(Status.INFORMATION_REQUESTED,),
    guards=(interest.list_is_itemised,),
    takes=interest.InformationRequest,
    event=events.InformationRequested,
    clears=(interest.ItemAnswer,),
)
ANSWER_ITEM = Action(
    name="answer-item",
    says="Answer one item of a request for information, or decline it.",
    who=by(Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER),
    starts=frozenset({Status.INFORMATION_REQUESTED}),
    guards=(interest.item_was_asked, interest.answered_or_declined),
    takes=interest.ItemAnswer,
)
RETURN_INFORMATION = Action(
    name="return-information",
    row=(24,),
    says="Return the answers: every item is answered or declined.",
    who=by(Role.APPLICANT_LEAD),
    starts=frozenset({Status.INFORMATION_REQUESTED}),
    leads_to=(Status.EOI_SCREENING,),
    guards=(interest.every_item_answered,),
    takes=Nothing,
    event=events.InformationReturned,
)
CLOSE_INFORMATION_REQUEST = Action(
    name="close-information-request",
    row=(24,),
    says="The time to reply is over: the case goes on with what is held.",
    who=by(Role.SYSTEM),
    starts=frozenset({Status.INFORMATION_REQUESTED}),
    leads_to=(Status.EOI_SCREENING,),
    guards=(interest.reply_time_over,),
    takes=Nothing,
    event=events.InformationRequestClosed,
)
FIND_NOT_ELIGIBLE = Action(
    name="find-not-eligible",
    row=(4,),
    says="Find the expression of interest not eligible. Two officers sign.",
    who=by(Role.CASE_OFFICER) + by(Role.CASE_OFFICER),
    starts=frozenset({Status.EOI_SCREENING}),
    leads_to=(Status.NOT_ELIGIBLE,),
    guards=(ground_on_the_list, ground_is_supported, reasons_given, deciders_are_independent),
    takes=Refusal,
    event=events.CaseFoundNotEligible,
    effects=(effects.remember_where_refused, effects.note_supporting_intention),
)
NOTIFY_DECISION_DATE = Action(
    name="notify-decision-date",
    says="Put on file when a decision is expected, and when the staff group was told so.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED}),
    guards=(interest.decision_date_in_time, interest.notified_since_submission),
    takes=interest.DecisionDate,
    event=events.DecisionDateNotified,
)
BEGIN_REVIEW = Action(
    name="begin-review",
    row=(5,),
    says="Eligible and complete: begin to review the merits.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.EOI_SCREENING}),
    leads_to=(Status.EOI_UNDER_REVIEW,),
    guards=(interest.decision_date_notified,),
    takes=Nothing,
    event=events.ReviewBegun,
)
OFFER_MODIFICATION = Action(
    name="offer-modification",
    row=(6,),
    says="Offer a modification instead of a refusal. Two people sign, as for the refusal that follows where it is "
    "not accepted.",
    who=(*by(Role.CASE_OFFICER), SECOND_DECIDER),
    starts=frozenset({Status.EOI_UNDER_REVIEW}),
    leads_to=(Status.MODIFICATION_OFFERED,),
    guards=(
        interest.would_otherwise_be_refused,
        interest.modification_text_given,
        ground_on_the_list,
        ground_is_supported,
        equality_noted,
        deciders_are_independent,
    ),
    takes=interest.Modification,
    event=events.ModificationOffered,
)
ACCEPT_MODIFICATION = Action(
    name="accept-modification",
    row=(7,),
    says="The staff group agrees to the modification: the expression of interest is accepted as modified.",
    who=by(Role.APPLICANT_LEAD),
    starts=frozenset({Status.MODIFICATION_OFFERED}),
    leads_to=(Status.EOI_ACCEPTED,),
    guards=(interest.consent_recorded,),
    takes=interest.Consent,
    event=events.EoiAccepted,
)
DECLINE_MODIFICATION = Action(
    name="decline-modification",
    row=(7,),
    says="The staff group does not agree to the modification: the expression of interest is refused.",
    who=by(Role.APPLICANT_LEAD),
    starts=frozenset({Status.MODIFICATION_OFFERED}),
    leads_to=(Status.REFUSED,),
    takes=Nothing,
    event=events.CaseRefused,
    effects=(effects.remember_where_refused,),
)
LET_MODIFICATION_LAPSE = Action(
    name="let-modification-lapse",
    row=(7,),
    says="The time to answer the offered modification is over: the expression of interest is refused.",
    who=by(Role.SYSTEM),
    starts=frozenset({Status.MODIFICATION_OFFERED}),
    leads_to=(Status.REFUSED,),
    guards=(interest.modification_time_over,),
    takes=Nothing,
    event=events.CaseRefused,
    effects=(effects.remember_where_refused,),
)
ACCEPT_EOI = Action(
    name="accept-eoi",
    row=(8,),
    says="Accept the expression of interest.",
    who=by(Role.DECISION_MAKER),
    starts=frozenset({Status.EOI_UNDER_REVIEW}),
    leads_to=(Status.EOI_ACCEPTED,),
    guards=REVIEWED,
    takes=interest.Acceptance,
    event=events.EoiAccepted,
)
REFUSE_EOI = Action(
    name="refuse-eoi",
    row=(8,),
    says="Refuse the expression of interest. Two people sign.",
    who=(*by(Role.DECISION_MAKER), SECOND_DECIDER),
    starts=frozenset({Status.EOI_UNDER_REVIEW}),
    leads_to=(Status.REFUSED,),
    guards=(*REVIEWED, ground_on_the_list, ground_is_supported),
    takes=Refusal,
    event=events.CaseRefused,
    effects=(effects.remember_where_refused, effects.note_supporting_intention),
)

ACTIONS = (
    DESCRIBE_INTEREST, SUBMIT, ACKNOWLEDGE, BEGIN_SCREENING, REQUEST_INFORMATION, ANSWER_ITEM, RETURN_INFORMATION,
    CLOSE_INFORMATION_REQUEST, FIND_NOT_ELIGIBLE, NOTIFY_DECISION_DATE, BEGIN_REVIEW, OFFER_MODIFICATION,
    ACCEPT_MODIFICATION, DECLINE_MODIFICATION, LET_MODIFICATION_LAPSE, ACCEPT_EOI, REFUSE_EOI,
)  # fmt: skip
