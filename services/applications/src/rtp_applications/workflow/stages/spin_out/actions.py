"""Action by which a spin-out begins that the employer itself starts."""

from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.interest.effects import disclose
from rtp_applications.workflow.stages.interest.events import make_case_submitted
from rtp_applications.workflow.stages.interest.guards import (
    bodies_exist,
    conflicts_declared,
    employer_named,
    sector_named,
    service_named,
)
from rtp_applications.workflow.stages.spin_out import guards, payloads
from rtp_shared.contracts import applications as events

SUBMIT = Action(
    name="submit",
    rows=(1,),
    description="Begin a spin-out by the employer's own decision: the options appraisal follows at once. From here "
    "on every body that the case names sees it. It cannot be undone, only withdrawn.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.DRAFT}),
    leads_to=(Status.FEASIBILITY,),
    guards=(
        employer_named,
        service_named,
        sector_named,
        conflicts_declared,
        bodies_exist,
        guards.sponsor_named,
        guards.authority_named,
    ),
    payload_model=payloads.Sponsorship,
    event=events.CaseSubmitted,
    event_factory=make_case_submitted,
    effects=(disclose,),
    discloses=True,
)
ACTIONS = (SUBMIT,)
