"""Deadlines and forecasts as their reader sees them."""

from rtp_applications.cases.schemas import LengthView
from rtp_applications.cases.views import build_deadline_view
from rtp_applications.clocks.deadline import Deadline
from rtp_applications.timekeeping.forecast import Foreseen
from rtp_applications.timekeeping.schemas import DeadlineHistory, ForecastDeadline, PauseView, RecalculationView
from rtp_applications.workflow.casefile import CaseFile


def histories(file: CaseFile) -> list[DeadlineHistory]:
    """Open and closed, in the order in which they began."""
    return [_history(each) for each in sorted(file.deadlines.values(), key=_beginning)]


def _beginning(each: Deadline) -> tuple[object, ...]:
    return each.started_at, each.clock, each.start_event, each.is_open, each.due_at


def _history(each: Deadline) -> DeadlineHistory:
    return DeadlineHistory(
        **dict(build_deadline_view(each)),
        extensions=[LengthView(number=length.number, unit=length.unit) for length in each.extensions],
        pauses=[PauseView(since=pause.since, until=pause.until) for pause in each.pauses],
        history=[RecalculationView.model_validate(entry) for entry in each.history],
        reminders=list(each.reminders),
        closed_at=each.closed_at,
    )


def foreseen(each: Foreseen) -> ForecastDeadline:
    before, after = each.before, each.after
    return ForecastDeadline(
        id=before.id,
        clock=before.clock,
        basis=before.basis,
        state=before.state,
        due_on_before=before.due_on,
        due_on=after.due_on,
        due_at=after.due_at,
        provisional=after.provisional,
        why=list(each.why),
    )
