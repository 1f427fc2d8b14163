"""Version 2: whoever submitted a spin-out for an employer began it."""

from dataclasses import replace

from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Status


def _submit(now: Action) -> Action:
    return replace(
        now,
        description="Begin a spin-out by the employer's own decision: the options appraisal follows at once. From here "
        "on every body that the case names sees it. It cannot be undone, only withdrawn.",
        leads_to=(Status.FEASIBILITY,),
    )


VERSION_2 = Earlier(
    actions={"submit": _submit},
    never_in=frozenset({Status.PROPOSED}),
    added=frozenset({"confirm-spin-out", "spin-out-confirmation"}),
)
