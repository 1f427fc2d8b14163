"""Version 2: no body stopped a case, and a section 114 notice was no reason to suspend one."""

from dataclasses import replace

from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.cross_stage.payloads import FormerSuspensionNote


def _suspend(now: Action) -> Action:
    return replace(
        now,
        description="Let the case rest, for litigation, a pre-election period, a reorganisation or a statutory "
        "consultation. Discretionary clocks pause; statutory ones run on, and so does that of the suspension's review.",
        payload_model=FormerSuspensionNote,
    )


VERSION_2 = Earlier(actions={"suspend": _suspend}, never_in=frozenset({Status.STOPPED}), added=frozenset({"stop-case"}))
