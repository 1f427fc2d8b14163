"""Actions that answer an expression of interest: modify, accept or refuse it."""

from rtp_applications.workflow.common.effects import note_supporting_intention, remember_where_refused
from rtp_applications.workflow.common.guards import (
    deciders_are_independent,
    equality_noted,
    ground_is_supported,
    ground_on_the_list,
    reasons_given,
)
from rtp_applications.workflow.common.payloads import Nothing, Refusal
from rtp_applications.workflow.common.signatories import SECOND_DECIDER
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.review import guards, payloads
from rtp_shared.contracts import applications as events

REVIEWED = (reasons_given, equality_noted, deciders_are_independent)
OFFER_MODIFICATION = Action(
    name="offer-modification",
    rows=(6,),
    description="Offer a modification instead of a refusal. Two people sign, as for the refusal that follows where "
    "it is not accepted.",
    signatories=(*one_of(Role.CASE_OFFICER), SECOND_DECIDER),
    from_states=frozenset({Status.EOI_UNDER_REVIEW}),
    leads_to=(Status.MODIFICATION_OFFERED,),
    guards=(
        guards.would_otherwise_be_refused,
        guards.modification_text_given,
        ground_on_the_list,
        ground_is_supported,
        equality_noted,
        deciders_are_independent,
    ),
    payload_model=payloads.Modification,
    event=events.ModificationOffered,
)
ACCEPT_MODIFICATION = Action(
    name="accept-modification",
    rows=(7,),
    description="The staff group agrees to the modification: the expression of interest is accepted as modified.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.MODIFICATION_OFFERED}),
    leads_to=(Status.EOI_ACCEPTED,),
    guards=(guards.consent_recorded,),
    payload_model=payloads.Consent,
    event=events.EoiAccepted,
    clears=(payloads.PartialAcceptance,),
)
DECLINE_MODIFICATION = Action(
    name="decline-modification",
    rows=(7,),
    description="The staff group does not agree to the modification: the expression of interest is refused.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.MODIFICATION_OFFERED}),
    leads_to=(Status.REFUSED,),
    payload_model=Nothing,
    event=events.CaseRefused,
    effects=(remember_where_refused,),
)
LET_MODIFICATION_LAPSE = Action(
    name="let-modification-lapse",
    rows=(7,),
    description="The time to answer the offered modification is over: the expression of interest is refused.",
    signatories=one_of(Role.SYSTEM),
    from_states=frozenset({Status.MODIFICATION_OFFERED}),
    leads_to=(Status.REFUSED,),
    guards=(guards.modification_time_over,),
    payload_model=Nothing,
    event=events.CaseRefused,
    effects=(remember_where_refused,),
)
ACCEPT_EOI = Action(
    name="accept-eoi",
    rows=(8,),
    description="Accept the expression of interest.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.EOI_UNDER_REVIEW}),
    leads_to=(Status.EOI_ACCEPTED,),
    guards=REVIEWED,
    payload_model=payloads.Acceptance,
    event=events.EoiAccepted,
    clears=(payloads.PartialAcceptance,),
)
REFUSE_EOI = Action(
    name="refuse-eoi",
    rows=(8,),
    description="Refuse the expression of interest. Two people sign.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=frozenset({Status.EOI_UNDER_REVIEW}),
    leads_to=(Status.REFUSED,),
    guards=(*REVIEWED, ground_on_the_list, ground_is_supported),
    payload_model=Refusal,
    event=events.CaseRefused,
    effects=(remember_where_refused, note_supporting_intention),
)
ACCEPT_PART = Action(
    name="accept-part",
    rows=(8,),
    description="Accept a part of the service that was asked for, and refuse the rest with reasons. Two people sign, "
    "as for a refusal. The staff group goes on with the part, or declines it; a new expression of interest may be made "
    "of the rest.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=frozenset({Status.EOI_UNDER_REVIEW}),
    leads_to=(Status.EOI_ACCEPTED,),
    guards=REVIEWED,
    payload_model=payloads.PartialAcceptance,
    event=events.EoiAccepted,
)
DECLINE_PART = Action(
    name="decline-part",
    rows=(8,),
    description="The staff group does not go on with the part that was accepted: the expression of interest is refused "
    "as a whole, and the group may take that to the escalation point.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.EOI_ACCEPTED}),
    leads_to=(Status.REFUSED,),
    guards=(guards.part_was_accepted,),
    payload_model=Nothing,
    event=events.CaseRefused,
    effects=(remember_where_refused,),
)
ACTIONS_ON_A_PART = (ACCEPT_PART, DECLINE_PART)
"""Of the policy alone: a challenge is accepted in part by a modification on which the group agrees (Localism Act 2011
ss.83(1), 84(1) and (2)).
"""
ACTIONS = (
    OFFER_MODIFICATION, ACCEPT_MODIFICATION, DECLINE_MODIFICATION, LET_MODIFICATION_LAPSE, ACCEPT_EOI, REFUSE_EOI,
)  # fmt: skip
