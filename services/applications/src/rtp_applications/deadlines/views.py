"""Published forms of deadlines and forecasts."""

from datetime import datetime

from rtp_applications.cases.schemas import LengthView
from rtp_applications.cases.views import build_deadline_view
from rtp_applications.deadlines.forecast import ForecastedDeadline
from rtp_applications.deadlines.rules.deadline import Deadline, DeadlineState
from rtp_applications.deadlines.schemas import (
    AnsweringAction,
    DeadlineHistory,
    DeadlineLine,
    ForecastDeadline,
    PauseView,
    RecalculationView,
    WorkLine,
)
from rtp_applications.deadlines.worklist import find_actions
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.db import AnyRow


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


def show_work(row: AnyRow, roles: frozenset[Role] | None, now: datetime) -> WorkLine:
    process = Processes()[Route(row.route), row.process_version]
    clock = process.find_clock(row.clock)
    return WorkLine(
        **dict(DeadlineLine.model_validate(row)),
        overdue=row.state == DeadlineState.MISSED or (row.state == DeadlineState.RUNNING and row.due_at <= now),
        says=clock.description if clock else "",
        window=clock is not None and clock.window,
        actions=[
            AnsweringAction(name=answer.action.name, says=answer.action.description, roles=sorted(answer.roles))
            for answer in find_actions(row, roles)
        ],
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
