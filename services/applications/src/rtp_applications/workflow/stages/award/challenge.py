"""The award of the contract to which a challenge leads: Localism Act 2011 s.83(2), (3)."""

from rtp_applications.workflow.definition import Step, guard, replace_actions
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.award.actions import ACTIONS, AWARD
from rtp_applications.workflow.stages.award.guards import list_tender_notices
from rtp_applications.workflow.stages.contract.amounts import is_notifiable_below_threshold
from rtp_applications.workflow.stages.contract.payloads import Regime
from rtp_applications.workflow.stages.contract.tracks import find_track


@guard()
def exercise_was_advertised(step: Step) -> str | None:
    """Below threshold too, acceptance of a challenge leads to a procurement exercise such as value and nature of the
    contract make appropriate (Localism Act 2011 s.83(2), (3)): where the contract is a notifiable one, the
    below-threshold tender notice is published, without which nothing may be advertised (Procurement Act
    2023 s.87(1), (4)).
    """
    if find_track(step.snapshot) != Regime.BELOW_THRESHOLD or list_tender_notices(step):
        return None
    if not is_notifiable_below_threshold(step.snapshot, step.today):
        return None
    return (
        "publish the below-threshold tender notice: acceptance leads to a procurement exercise (Localism Act 2011 "
        "s.83(2), (3); Procurement Act 2023 s.87(1), (4))"
    )


ACTIONS_OF_A_CHALLENGE = replace_actions(ACTIONS, AWARD.with_guards(exercise_was_advertised))
VERSION_2_OF_A_CHALLENGE = Earlier(actions={"award": lambda now: now.without_guard(exercise_was_advertised.name)})
