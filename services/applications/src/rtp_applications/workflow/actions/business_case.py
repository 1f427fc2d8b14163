"""From the accepted expression of interest to the submitted business case: rows 9 to 11 and 26 of the process."""

from collections.abc import Mapping
from datetime import date

from rtp_applications.workflow import effects, tells
from rtp_applications.workflow.actions.interest import SECOND_DECIDER
from rtp_applications.workflow.definition import Action, Setting, by
from rtp_applications.workflow.guards import (
    deciders_are_independent,
    ground_is_supported,
    ground_on_the_list,
    reasons_given,
)
from rtp_applications.workflow.records import Nothing, Proposal, Refusal
from rtp_applications.workflow.stages import appraisal, business_case
from rtp_applications.workflow.stages.standing import Withdrawal, majority_recorded
from rtp_applications.workflow.words import DocumentKind, Role, Status
from rtp_shared.contracts import applications as events

JOINT = by(Role.APPLICANT_LEAD) + by(Role.CASE_OFFICER)
WRITING = frozenset({Status.FEASIBILITY, Status.BUSINESS_CASE})

DISCLOSE_INFORMATION_PACK = Action(
    name="disclose-information-pack",
    says="Put on file what the body disclosed to the staff group about the service, part by part with its day. "
    "What was disclosed before is given again.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.EOI_ACCEPTED}),
    guards=(appraisal.disclosed_by_today,),
    takes=appraisal.InformationPack,
)
CHOOSE_ADVISER = Action(
    name="choose-adviser",
    says="Choose an adviser out of those in the case, or say why the staff group does without.",
    who=by(Role.APPLICANT_LEAD),
    starts=frozenset({Status.EOI_ACCEPTED, Status.FEASIBILITY}),
    guards=(appraisal.adviser_or_opt_out, appraisal.adviser_is_in_the_case),
    takes=appraisal.AdviserChoice,
)
START_FEASIBILITY = Action(
    name="start-feasibility",
    row=(9,),
    says="Begin the options appraisal: the information pack is disclosed, and an adviser chosen or done without.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.EOI_ACCEPTED}),
    leads_to=(Status.FEASIBILITY,),
    guards=(appraisal.information_pack_disclosed, appraisal.adviser_chosen),
    takes=Nothing,
    event=events.FeasibilityBegun,
    clears=(appraisal.OptionsAppraisal,),
)
RECORD_APPRAISAL = Action(
    name="record-options-appraisal",
    says="Put the options appraisal on file, or a new one in its place. What was signed on the old one must be signed "
    "anew.",
    who=by(Role.APPLICANT_LEAD, Role.CASE_OFFICER),
    starts=frozenset({Status.FEASIBILITY}),
    guards=(appraisal.options_told_apart, appraisal.preferred_is_appraised),
    takes=appraisal.OptionsAppraisal,
    clears=(Proposal,),
)
START_BUSINESS_CASE = Action(
    name="start-business-case",
    row=(10,),
    says="The appraisal prefers the mutual: begin to write the business case. The staff group's lead and a case "
    "officer both sign.",
    who=JOINT,
    starts=frozenset({Status.FEASIBILITY}),
    leads_to=(Status.BUSINESS_CASE,),
    guards=(
        appraisal.options_appraised,
        appraisal.status_quo_appraised,
        appraisal.enough_options_appraised,
        appraisal.every_option_scored,
        appraisal.spin_out_preferred,
    ),
    takes=Nothing,
    event=events.BusinessCaseBegun,
)
WITHDRAW_AFTER_APPRAISAL = Action(
    name="withdraw-after-appraisal",
    row=(26,),
    says="The appraisal prefers another option: staff group and body end the case together.",
    who=JOINT,
    starts=frozenset({Status.FEASIBILITY}),
    leads_to=(Status.WITHDRAWN,),
    guards=(
        appraisal.options_appraised,
        appraisal.another_option_preferred,
        appraisal.reason_given,
        majority_recorded,
    ),
    takes=Withdrawal,
    event=events.CaseWithdrawn,
    tells=tells.withdrawn,
    effects=(effects.withdraw, effects.finish),
)
REFUSE_AFTER_APPRAISAL = Action(
    name="refuse-after-appraisal",
    row=(26,),
    says="The appraisal prefers another option: the body refuses to go on. Two people sign.",
    who=(*by(Role.DECISION_MAKER), SECOND_DECIDER),
    starts=frozenset({Status.FEASIBILITY}),
    leads_to=(Status.REFUSED,),
    guards=(
        appraisal.options_appraised,
        appraisal.another_option_preferred,
        reasons_given,
        deciders_are_independent,
        ground_on_the_list,
        ground_is_supported,
    ),
    takes=Refusal,
    event=events.CaseRefused,
    effects=(effects.remember_where_refused,),
)
RECORD_ENGAGEMENT = Action(
    name="record-engagement",
    says="Put on file how staff were engaged; of a ballot, its numbers.",
    who=by(Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.STAFF_REP, Role.CASE_OFFICER),
    starts=WRITING,
    guards=(
        business_case.entry_is_own,
        business_case.held_by_today,
        business_case.ballot_has_its_result,
        business_case.ballot_adds_up,
    ),
    takes=business_case.EngagementEvidence,
)
RECORD_CONSULTATION = Action(
    name="record-consultation",
    says="Add to the log of consulting union or elected staff representatives.",
    who=by(Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.STAFF_REP, Role.CASE_OFFICER),
    starts=WRITING,
    guards=(business_case.entry_is_own, business_case.held_by_today),
    takes=business_case.Consultation,
)
DECLARE_HELP = Action(
    name="declare-help",
    says="Say what help below market terms the mutual would get from public bodies, or that there is none.",
    who=by(Role.APPLICANT_LEAD, Role.CASE_OFFICER),
    starts=WRITING,
    takes=business_case.HelpDeclared,
)
EXTEND_BUSINESS_CASE = Action(
    name="extend-business-case",
    says="Give the staff group more time for its business case.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.BUSINESS_CASE}),
    guards=(business_case.time_left, reasons_given),
    takes=business_case.Extension,
    effects=(effects.extend_business_case,),
)
SUBMIT_BUSINESS_CASE = Action(
    name="submit-business-case",
    row=(11,),
    says="Submit the business case. Its documents are frozen as they are.",
    who=by(Role.APPLICANT_LEAD),
    starts=frozenset({Status.BUSINESS_CASE}),
    leads_to=(Status.CASE_SUBMITTED,),
    guards=(
        business_case.documents_complete,
        business_case.documents_clean,
        business_case.help_declared,
        business_case.staff_engaged,
        business_case.representatives_consulted,
        business_case.ballot_threshold_reached,
    ),
    takes=Nothing,
    event=events.BusinessCaseSubmitted,
    effects=(effects.freeze_documents,),
)

ACTIONS = (
    DISCLOSE_INFORMATION_PACK, CHOOSE_ADVISER, START_FEASIBILITY, RECORD_APPRAISAL, START_BUSINESS_CASE,
    WITHDRAW_AFTER_APPRAISAL, REFUSE_AFTER_APPRAISAL, RECORD_ENGAGEMENT, RECORD_CONSULTATION, DECLARE_HELP,
    EXTEND_BUSINESS_CASE, SUBMIT_BUSINESS_CASE,
)  # fmt: skip

SET = tuple(kind for kind in DocumentKind if kind is not DocumentKind.OTHER)
DOCUMENTS: Mapping[str, tuple[str, ...]] = {"submit-business-case": SET, "begin-assurance": SET}
"""The set is a platform default, proposed 2026-11, built from the published toolkits."""

SINCE = date(2026, 11, 23)
SETTINGS: Mapping[str, Setting] = {
    "options-besides-status-quo": Setting(
        3,
        "platform default, proposed 2026-11: an improvement in house, the mutual and outsourcing, after the toolkits "
        "for alternative delivery models",
        "proposed",
        SINCE,
    ),
    "ballot-threshold": Setting(
        None, "ballots of the staff are customary and not required by law; a body may ask for one", "proposed", SINCE
    ),
}
