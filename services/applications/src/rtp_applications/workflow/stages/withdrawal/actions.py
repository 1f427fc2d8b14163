"""Action of the authority once a challenge was withdrawn, or its modification declined."""

from rtp_applications.workflow.common.guards import deciders_are_independent, reasons_given
from rtp_applications.workflow.common.signatories import SECOND_DECIDER
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.panel.actions import SPENT
from rtp_applications.workflow.stages.panel.challenge import RULES
from rtp_applications.workflow.stages.withdrawal import dates, guards, payloads

DECIDE_ON_PROCUREMENT = Action(
    name="decide-on-procurement",
    description="Put on file whether the authority goes on to procure the service though the challenge was withdrawn, "
    "or the group did not agree to a modification: neither prevents it (Localism Act 2011 s.84(11)). The case stays as "
    "it ended; the procurement is the authority's own, and the group may bid in it like anybody. Two people sign.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=frozenset({Status.WITHDRAWN, Status.REFUSED}),
    guards=(
        guards.withdrawn_or_not_agreed,
        reasons_given,
        guards.procurement_has_its_day,
        guards.well_being_in_procurement_considered,
        *dates.OF_THE_PROCUREMENT,
        deciders_are_independent,
        *RULES,
    ),
    payload_model=payloads.ProcurementChoice,
    clears=SPENT,
)
ACTIONS = (DECIDE_ON_PROCUREMENT,)
