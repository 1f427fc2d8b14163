"""Actions of assurance."""

from rtp_applications.workflow.common.guards import deciders_are_independent, reasons_given
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.assurance import guards, payloads
from rtp_applications.workflow.stages.business_case.guards import documents_clean, documents_complete
from rtp_applications.workflow.stages.business_case.payloads import BusinessCaseReturn, CompletenessCheck
from rtp_shared.contracts import applications as events

BEGIN_ASSURANCE = Action(
    name="begin-assurance",
    rows=(12,),
    description="The business case is complete: begin to assure it, strand by strand.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.CASE_SUBMITTED}),
    leads_to=(Status.ASSURANCE,),
    guards=(documents_complete, documents_clean),
    payload_model=CompletenessCheck,
    event=events.AssuranceBegun,
    clears=(payloads.AssuranceRating, payloads.CommissionerConsent),
)
RETURN_BUSINESS_CASE = Action(
    name="return-business-case",
    rows=(12,),
    description="Send the business case back to the staff group: it is incomplete, or the commissioner refuses its "
    "consent. What was submitted stays frozen; it is submitted anew with new versions.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.CASE_SUBMITTED, Status.ASSURANCE}),
    leads_to=(Status.BUSINESS_CASE,),
    guards=(reasons_given,),
    payload_model=BusinessCaseReturn,
    event=events.BusinessCaseReturned,
)
RATE_STRAND = Action(
    name="rate-strand",
    description="Rate one strand of assurance green, amber or red. The staff group does not see it before the "
    "decision.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.ASSURANCE}),
    guards=(guards.strand_is_assured, deciders_are_independent),
    payload_model=payloads.AssuranceRating,
)
RECORD_COMMISSIONER_CONSENT = Action(
    name="record-commissioner-consent",
    description="Say whether the body that commissions the service consents, where that is not the employer.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.ASSURANCE}),
    guards=(guards.commissioned_elsewhere,),
    payload_model=payloads.CommissionerConsent,
)
ACTIONS = (BEGIN_ASSURANCE, RETURN_BUSINESS_CASE, RATE_STRAND, RECORD_COMMISSIONER_CONSENT)
