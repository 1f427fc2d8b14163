"""Version 2: the regime was chosen, and neither held against the facts of the procurement nor its steps kept."""

from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.earlier import Earlier


def _publish_tender(now: Action) -> Action:
    return now.without_guard("regime-is-open").without_guard("key-criteria-determined")


def _begin_standstill(now: Action) -> Action:
    return now.without_guard("provider-chosen")


def _award(now: Action) -> Action:
    return now.without_guard("regime-is-open").without_guard("provider-chosen")


VERSION_2 = Earlier(
    actions={"publish-tender": _publish_tender, "begin-standstill": _begin_standstill, "award": _award},
)
