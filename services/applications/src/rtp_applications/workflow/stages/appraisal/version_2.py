"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from dataclasses import replace

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier


@guard(payload=True)
def disclosed_by_today(step: Step) -> str | None:
    """Nothing counts as disclosed that is still to come."""
    early = [part for part, day in step.payload.days.items() if day and day > step.today]
    return f"the day lies in the future: {', '.join(early)}" if early else None


def _disclose_pack(now: Action) -> Action:
    """What was disclosed before was given again: it was replaced."""
    return without_bounds(disclosed_by_today)(replace(now, effects=()))


VERSION_2 = Earlier(actions={"disclose-information-pack": _disclose_pack})
