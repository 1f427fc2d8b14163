"""Version 2: the regime was chosen, and not held against the facts of the procurement."""

from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.earlier import Earlier


def _hold_against_nothing(now: Action) -> Action:
    return now.without_guard("regime-is-open")


VERSION_2 = Earlier(
    actions={"publish-tender": _hold_against_nothing, "award": _hold_against_nothing},
)
