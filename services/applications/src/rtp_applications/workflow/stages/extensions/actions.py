"""Action that gives more time."""

from rtp_applications.workflow.common.guards import reasons_given
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import APPEALABLE, OPEN, Role, Status
from rtp_applications.workflow.stages.extensions import effects, guards, payloads

EXTEND_DEADLINE = Action(
    name="extend-deadline",
    description="Give more time on a clock that runs. Times can only be made longer, as far as the process has it for "
    "each, and not those that the law sets.",
    signatories=one_of(Role.CASE_OFFICER, Role.DECISION_MAKER),
    from_states=(OPEN - {Status.DRAFT}) | APPEALABLE,
    guards=(
        guards.clock_runs,
        guards.clock_may_be_extended,
        guards.extended_by_who_may,
        guards.extensions_left,
        guards.not_put_off_too_far,
        reasons_given,
    ),
    payload_model=payloads.DeadlineExtension,
    effects=(effects.extend,),
)
ACTIONS = (EXTEND_DEADLINE,)
