"""Version 2: the regime was chosen, and neither held against the facts of the procurement nor its steps kept."""

from collections.abc import Callable

from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.earlier import Earlier

DIRECT = "social-value-considered-before-a-direct-award"


def _without(*names: str) -> Callable[[Action], Action]:
    def restore(now: Action) -> Action:
        for name in names:
            now = now.without_guard(name)
        return now

    return restore


VERSION_2 = Earlier(
    actions={
        "publish-tender": _without(
            "regime-is-open", "key-criteria-determined", "social-value-considered-before-the-tender"
        ),
        "begin-standstill": _without("provider-chosen", DIRECT),
        "award": _without("regime-is-open", "provider-chosen", DIRECT),
    },
)
