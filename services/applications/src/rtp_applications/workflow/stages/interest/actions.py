"""Actions on the draft: describe the interest, and submit it."""

from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.interest import effects, guards, payloads
from rtp_applications.workflow.stages.interest.corrections import CORRECT, CORRECT_A_CHALLENGE
from rtp_applications.workflow.stages.interest.events import make_case_submitted
from rtp_shared.contracts import applications as events

SUBMIT = Action(
    name="submit",
    rows=(1,),
    description="Submit the expression of interest. From here on the employing body, and the commissioning and "
    "deciding bodies and the duty holder if they are others, see the case. It cannot be undone, only withdrawn.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.DRAFT}),
    leads_to=(Status.EOI_SUBMITTED,),
    guards=(
        guards.employer_named,
        guards.service_named,
        guards.sector_named,
        guards.enough_employees,
        guards.conflicts_declared,
        guards.bodies_exist,
    ),
    payload_model=Nothing,
    event=events.CaseSubmitted,
    event_factory=make_case_submitted,
    effects=(effects.disclose,),
    discloses=True,
)
DESCRIBE_INTEREST = Action(
    name="describe-interest",
    description="Put on file what the expression of interest says, in place of what it said before. A challenge "
    "cannot be submitted until it says all that the regulations require.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.DRAFT}),
    payload_model=payloads.InterestContent,
)
ACTIONS = (DESCRIBE_INTEREST, SUBMIT, CORRECT)
ACTIONS_OF_A_CHALLENGE = (
    DESCRIBE_INTEREST,
    SUBMIT.with_guards(guards.authority_is_relevant, guards.content_is_complete),
    CORRECT_A_CHALLENGE,
)
