"""How a spin-out begins that the employer itself starts."""

from rtp_applications.workflow import effects, tells
from rtp_applications.workflow.definition import Action, by
from rtp_applications.workflow.stages import interest, spin_out
from rtp_applications.workflow.words import Role, Status
from rtp_shared.contracts import applications as events

SUBMIT = Action(
    name="submit",
    row=(1,),
    says="Begin a spin-out by the employer's own decision: the options appraisal follows at once. From here on every "
    "body that the case names sees it. It cannot be undone, only withdrawn.",
    who=by(Role.APPLICANT_LEAD),
    starts=frozenset({Status.DRAFT}),
    leads_to=(Status.FEASIBILITY,),
    guards=(
        interest.employer_named,
        interest.service_named,
        interest.sector_named,
        interest.conflicts_declared,
        interest.bodies_exist,
        spin_out.sponsor_named,
        spin_out.authority_named,
    ),
    takes=spin_out.Sponsorship,
    event=events.CaseSubmitted,
    tells=tells.submitted,
    effects=(effects.disclose,),
    discloses=True,
)

ACTIONS = (SUBMIT,)
