"""Actions by which a spin-out begins that the employer itself starts: it is put to the employer, which confirms it."""

from rtp_applications.workflow.common.guards import deciders_are_independent
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
from rtp_applications.workflow.stages.spin_out import dates, guards, payloads
from rtp_shared.contracts import applications as events

SUBMIT = Action(
    name="submit",
    rows=(1,),
    description="Put a spin-out to the employer by whose decision it is to begin: the options appraisal follows once "
    "the employer has confirmed that it is its own. From here on every body that the case names sees it. It cannot be "
    "undone, only withdrawn.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=frozenset({Status.DRAFT}),
    leads_to=(Status.PROPOSED,),
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
CONFIRM = Action(
    name="confirm-spin-out",
    rows=(1,),
    description="Confirm for the employer that the spin-out begins by its own decision: the options appraisal follows.",
    signatories=one_of(Role.CASE_OFFICER, Role.DECISION_MAKER),
    from_states=frozenset({Status.PROPOSED}),
    leads_to=(Status.FEASIBILITY,),
    guards=(guards.confirmed_by_the_employer, *dates.OF_THE_CONFIRMATION, deciders_are_independent),
    payload_model=payloads.SpinOutConfirmation,
    event=events.SpinOutConfirmed,
)
ACTIONS = (SUBMIT, CONFIRM)
