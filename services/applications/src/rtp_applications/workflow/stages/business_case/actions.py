"""Actions of writing and submitting the business case."""

from rtp_applications.workflow.common.guards import entry_is_own, reasons_given
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.business_case import dates, effects, guards, payloads
from rtp_shared.contracts import applications as events

WRITING = frozenset({Status.FEASIBILITY, Status.BUSINESS_CASE})
RECORD_ENGAGEMENT = Action(
    name="record-engagement",
    description="Put on file how staff were engaged; of a ballot, its numbers.",
    signatories=one_of(Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.STAFF_REP, Role.CASE_OFFICER),
    from_states=WRITING,
    guards=(
        entry_is_own,
        *dates.OF_AN_ENTRY,
        guards.ballot_has_its_result,
        guards.ballot_adds_up,
    ),
    payload_model=payloads.EngagementEvidence,
)
RECORD_CONSULTATION = Action(
    name="record-consultation",
    description="Add to the log of consulting union or elected staff representatives.",
    signatories=one_of(Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.STAFF_REP, Role.CASE_OFFICER),
    from_states=WRITING,
    guards=(entry_is_own, *dates.OF_AN_ENTRY),
    payload_model=payloads.Consultation,
)
DECLARE_HELP = Action(
    name="declare-help",
    description="Say what help below market terms the mutual would get from public bodies, or that there is none.",
    signatories=one_of(Role.APPLICANT_LEAD, Role.CASE_OFFICER),
    from_states=WRITING,
    payload_model=payloads.HelpDeclared,
)
EXTEND_BUSINESS_CASE = Action(
    name="extend-business-case",
    description="Give the staff group more time for its business case.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.BUSINESS_CASE}),
    guards=(guards.time_left, reasons_given),
    payload_model=payloads.Extension,
    effects=(effects.extend_business_case,),
)
SUBMIT_BUSINESS_CASE = Action(
    name="submit-business-case",
    rows=(11,),
    description="Submit the business case. Its documents are frozen as they are.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.BUSINESS_CASE}),
    leads_to=(Status.CASE_SUBMITTED,),
    guards=(
        guards.documents_complete,
        guards.documents_clean,
        guards.help_declared,
        guards.staff_engaged,
        guards.representatives_consulted,
        guards.ballot_threshold_reached,
    ),
    payload_model=Nothing,
    event=events.BusinessCaseSubmitted,
    effects=(effects.freeze_documents,),
)
ACTIONS = (RECORD_ENGAGEMENT, RECORD_CONSULTATION, DECLARE_HELP, EXTEND_BUSINESS_CASE, SUBMIT_BUSINESS_CASE)
