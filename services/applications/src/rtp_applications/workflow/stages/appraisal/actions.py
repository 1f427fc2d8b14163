"""Actions from the accepted expression of interest to the preferred option."""

from rtp_applications.workflow.common.effects import finish, keep_what_is_left_out, remember_where_refused, withdraw
from rtp_applications.workflow.common.events import make_case_withdrawn
from rtp_applications.workflow.common.guards import (
    deciders_are_independent,
    ground_is_supported,
    ground_on_the_list,
    majority_recorded,
    reasons_given,
)
from rtp_applications.workflow.common.payloads import AgreedWithdrawal, Nothing, Proposal, Refusal
from rtp_applications.workflow.common.signatories import JOINT, SECOND_DECIDER
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.appraisal import dates, guards, payloads
from rtp_shared.contracts import applications as events

DISCLOSE_INFORMATION_PACK = Action(
    name="disclose-information-pack",
    description="Put on file what the body disclosed to the staff group about the service, part by part with its day. "
    "A part that is left out stays as it was.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.EOI_ACCEPTED}),
    guards=dates.OF_THE_PACK,
    payload_model=payloads.InformationPack,
    effects=(keep_what_is_left_out,),
)
CHOOSE_ADVISER = Action(
    name="choose-adviser",
    description="Choose an adviser out of those in the case, or say why the staff group does without.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.EOI_ACCEPTED, Status.FEASIBILITY}),
    guards=(guards.adviser_or_opt_out, guards.adviser_is_in_the_case),
    payload_model=payloads.AdviserChoice,
)
START_FEASIBILITY = Action(
    name="start-feasibility",
    rows=(9,),
    description="Begin the options appraisal: the information pack is disclosed, and an adviser chosen or done "
    "without.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.EOI_ACCEPTED}),
    leads_to=(Status.FEASIBILITY,),
    guards=(guards.information_pack_disclosed, guards.adviser_chosen),
    payload_model=Nothing,
    event=events.FeasibilityBegun,
    clears=(payloads.OptionsAppraisal,),
)
RECORD_APPRAISAL = Action(
    name="record-options-appraisal",
    description="Put the options appraisal on file, or a new one in its place. What was signed on the old one must "
    "be signed anew.",
    signatories=one_of(Role.APPLICANT_LEAD, Role.CASE_OFFICER),
    from_states=frozenset({Status.FEASIBILITY}),
    guards=(guards.options_told_apart, guards.preferred_is_appraised),
    payload_model=payloads.OptionsAppraisal,
    clears=(Proposal,),
)
START_BUSINESS_CASE = Action(
    name="start-business-case",
    rows=(10,),
    description="The appraisal prefers the mutual: begin to write the business case. The staff group's lead and a case "
    "officer both sign.",
    signatories=JOINT,
    from_states=frozenset({Status.FEASIBILITY}),
    leads_to=(Status.BUSINESS_CASE,),
    guards=(
        guards.options_appraised,
        guards.status_quo_appraised,
        guards.enough_options_appraised,
        guards.every_option_scored,
        guards.spin_out_preferred,
    ),
    payload_model=Nothing,
    event=events.BusinessCaseBegun,
)
WITHDRAW_AFTER_APPRAISAL = Action(
    name="withdraw-after-appraisal",
    rows=(26,),
    description="The appraisal prefers another option: staff group and body end the case together.",
    signatories=JOINT,
    from_states=frozenset({Status.FEASIBILITY}),
    leads_to=(Status.WITHDRAWN,),
    guards=(
        guards.options_appraised,
        guards.another_option_preferred,
        guards.reason_given,
        majority_recorded,
    ),
    payload_model=AgreedWithdrawal,
    event=events.CaseWithdrawn,
    event_factory=make_case_withdrawn,
    effects=(withdraw, finish),
)
REFUSE_AFTER_APPRAISAL = Action(
    name="refuse-after-appraisal",
    rows=(26,),
    description="The appraisal prefers another option: the body refuses to go on. Two people sign.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=frozenset({Status.FEASIBILITY}),
    leads_to=(Status.REFUSED,),
    guards=(
        guards.options_appraised,
        guards.another_option_preferred,
        reasons_given,
        deciders_are_independent,
        ground_on_the_list,
        ground_is_supported,
    ),
    payload_model=Refusal,
    event=events.CaseRefused,
    effects=(remember_where_refused,),
)
ACTIONS = (
    DISCLOSE_INFORMATION_PACK, CHOOSE_ADVISER, START_FEASIBILITY, RECORD_APPRAISAL, START_BUSINESS_CASE,
    WITHDRAW_AFTER_APPRAISAL, REFUSE_AFTER_APPRAISAL,
)  # fmt: skip
