"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from dataclasses import replace
from datetime import date
from functools import partial

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.monitoring.guards import find_launch_day


@guard("/heldOn", payload=True)
def check_after_launch(step: Step) -> str | None:
    """The check was held since the launch, and not in the future."""
    return _check_since_launch(step, step.payload.held_on)


@guard("/endedOn", payload=True)
def end_after_launch(step: Step) -> str | None:
    """The end came since the launch, and does not lie in the future."""
    return _check_since_launch(step, step.payload.ended_on)


@guard("/yearEnding", payload=True)
def year_after_launch(step: Step) -> str | None:
    """The year ended since the launch, and not in the future."""
    return _check_since_launch(step, step.payload.year_ending)


def _check_since_launch(step: Step, day: date) -> str | None:
    launched = find_launch_day(step.snapshot) or date.min
    return None if launched <= day <= step.today else f"the day lies between the launch ({launched}) and today"


@guard("/periodTo", payload=True)
def period_is_over(step: Step) -> str | None:
    """The period begins before it ends, and is over."""
    in_order = step.payload.period_from <= step.payload.period_to <= step.today
    return None if in_order else "a period begins, then ends, and is over when it is measured"


@guard("/endsOn", payload=True)
def contract_ends_later(step: Step) -> str | None:
    """The contract ends after today."""
    return None if step.payload.ends_on > step.today else "the contract's end must lie after today"


_AS_RECORDED = partial(replace, met_as_of=None)
VERSION_2 = Earlier(
    clocks=dict.fromkeys((f"check-after-{days}-days" for days in (30, 90, 180)), _AS_RECORDED),
    actions={
        "record-monitoring-check": without_bounds(check_after_launch),
        "record-measures": without_bounds(period_is_over),
        "record-annual-return": without_bounds(year_after_launch),
        "record-contract-end": without_bounds(contract_ends_later),
        "end-monitoring": without_bounds(end_after_launch),
    },
)
