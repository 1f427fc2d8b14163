"""Published forms of deadlines and forecasts."""

from rtp_applications.cases.schemas import LengthView
from rtp_applications.cases.views import build_deadline_view
from rtp_applications.deadlines.forecast import ForecastedDeadline
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.deadlines.schemas import DeadlineHistory, ForecastDeadline, PauseView, RecalculationView
from rtp_applications.workflow.snapshot import CaseSnapshot


def show_histories(snapshot: CaseSnapshot) -> list[DeadlineHistory]:
    """Return the case's deadlines, open and closed, in the order in which they began."""
    return [_show_history(each) for each in sorted(snapshot.deadlines.values(), key=_order)]


def _order(each: Deadline) -> tuple[object, ...]:
    return each.started_at, each.clock, each.start_event, each.is_open, each.due_at


def _show_history(each: Deadline) -> DeadlineHistory:
    return DeadlineHistory(
        **dict(build_deadline_view(each)),
        extensions=[LengthView(number=length.number, unit=length.unit) for length in each.extensions],
        pauses=[PauseView(since=pause.since, until=pause.until) for pause in each.pauses],
        history=[RecalculationView.model_validate(entry) for entry in each.history],
        reminders=list(each.reminders),
        closed_at=each.closed_at,
    )


def show_forecast(each: ForecastedDeadline) -> ForecastDeadline:
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
