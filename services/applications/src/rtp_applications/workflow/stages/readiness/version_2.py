"""Version 2: dates had no bounds but those that a guard of their own gave them. A consultation had only to have ended,
late information stopped the launch whatever the circumstances, and a dispute did not.
"""

from rtp_applications.deadlines.rules.days import CalendarName, latest_before
from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.monitoring.version_2 import period_is_over
from rtp_applications.workflow.stages.readiness import transfer_guards
from rtp_applications.workflow.stages.transition.payloads import GoLiveDate
from rtp_applications.workflow.stages.transition.transfer import LiabilityInformation, TransferConsultation
from rtp_applications.workflow.stages.transition.transfer_guards import disputes_answered


@guard("/newGoLive", payload=True)
def new_go_live_later(step: Step) -> str | None:
    """The new go-live date lies after today."""
    return None if step.payload.new_go_live > step.today else "the new go-live date must lie after today"


@guard()
def tupe_consulted(step: Step) -> str | None:
    """The staff's representatives were informed and consulted, and the consultation has ended (TUPE reg 13)."""
    consultation = step.snapshot.find(TransferConsultation)
    return None if consultation and consultation.ended_on else "end the consultation on the transfer first"


@guard()
def liability_information_in_time(step: Step) -> str | None:
    """Employee liability information was given at least 28 days before the transfer (TUPE reg 11(6))."""
    found = step.snapshot.find(LiabilityInformation)
    if found is None:
        return "the employer has not given the employee liability information"
    notice = parse_length(step.process.get_setting(step.snapshot, "liability-information-notice"))
    go_live = step.snapshot.find(GoLiveDate)
    if go_live is None:
        return None
    latest = latest_before(go_live.on, notice, step.snapshot.calendars[CalendarName.ENGLAND_AND_WALES])
    return None if found.given_on <= latest else f"it was due by {latest} for a transfer on {go_live.on}"


ADDED = (
    transfer_guards.measures_told,
    transfer_guards.direct_consultation_fits_count,
    transfer_guards.informed_of_the_measures,
    transfer_guards.consulted_long_enough,
    transfer_guards.time_to_dispute_over,
)


def _begin_review(now: Action) -> Action:
    for each in ADDED:
        now = now.without_guard(each.name)
    then = now.replace_guard(transfer_guards.tupe_consulted.name, tupe_consulted)
    return then.replace_guard(transfer_guards.liability_information_given.name, liability_information_in_time)


def _launch(now: Action) -> Action:
    return now.without_guard(disputes_answered.name)


VERSION_2 = Earlier(
    actions={
        "record-baseline": without_bounds(period_is_over),
        "begin-readiness-review": _begin_review,
        "launch": _launch,
        "put-back-launch": without_bounds(new_go_live_later),
    }
)
