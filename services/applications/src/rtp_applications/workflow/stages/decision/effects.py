"""Effect of closing a condition on its clock."""

from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.common.days import read_decision_day
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.decision.clocks import find_day_before_next_condition


def meet_condition(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """End the clock of the conditions if the one closed was the next to fall due; the action starts it anew."""
    running = find_open_deadline(snapshot, "condition")
    if running is None or running.started_on == find_day_before_next_condition(snapshot, step.today):
        return snapshot
    return snapshot.with_deadline(running.meet(step.now, done_on=read_decision_day(step)))
