"""Guards of the baseline, and of the checks, measures and returns after the launch."""

from datetime import date

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.monitoring.measures import UNITS, Measure
from rtp_applications.workflow.stages.monitoring.payloads import MonitoringEnd


def find_launch_day(snapshot: CaseSnapshot) -> date | None:
    return civil_date(snapshot.case.launched_at) if snapshot.case.launched_at else None


@guard()
def monitoring_open(step: Step) -> str | None:
    """The mutual is still monitored: no end is on file."""
    return "the monitoring has ended" if step.snapshot.find(MonitoringEnd) else None


@guard("/values", payload=True)
def measured_once_each(step: Step) -> str | None:
    """Each measure is told once, by one definition; service indicators may be several."""
    measures = [each.measure for each in step.payload.values if each.measure is not Measure.SERVICE_INDICATOR]
    twice = sorted({each for each in measures if measures.count(each) > 1})
    return f"told twice: {', '.join(twice)}" if twice else None


@guard("/values", payload=True)
def units_fit(step: Step) -> str | None:
    """Each measure is told in a unit that it can have."""
    wrong = [each.measure for each in step.payload.values if each.unit not in UNITS[each.measure]]
    return f"not in this unit: {', '.join(wrong)}" if wrong else None
