"""Request and response bodies of deadlines and forecasts."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from rtp_applications.cases.schemas import COUNTED_FROM, DeadlineView, LengthView
from rtp_applications.deadlines.rules.days import CalendarName
from rtp_applications.deadlines.rules.deadline import Basis, DeadlineState
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.extensions.payloads import Extra
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.schemas import Day, Input, Line, Output


class DeadlineLine(Output):
    """A deadline in a list over many cases."""

    id: UUID
    case_id: UUID
    number: str = Field(description="The case number that people say", examples=["RTP-482-715-9361"])
    service_name: str | None
    route: Route
    status: Status
    employer_id: UUID | None = Field(serialization_alias="employer", description="The employing body: its id")
    employer_name: str | None
    clock: str = Field(description="Name of the clock in the process", examples=["eoi-decision"])
    basis: Basis
    state: DeadlineState
    started_on: date = Field(description=COUNTED_FROM)
    due_on: date
    due_at: datetime
    provisional: bool = Field(
        description="Counted beyond the last day for which bank holidays are known; or `unsettled`, for the "
        "authority was reorganised, and it is not on file whether it resolved that its successor begins the time anew"
    )


class AnsweringAction(Output):
    """An action that answers a clock."""

    name: str
    says: str
    roles: list[Role] = Field(description="The roles of those who sign it")


class WorkLine(DeadlineLine):
    """A deadline that waits for somebody, with what answers it."""

    overdue: bool = Field(description="Its time is up, and it still waits")
    says: str = Field(description="What the clock is about")
    window: bool = Field(description="A time in which something may be done, rather than a duty")
    actions: list[AnsweringAction] = Field(
        description="Any of these answers it. Whether one can be taken now, the case itself says"
    )


class PauseView(Output):
    """The days from `since` until the day before `until` did not count."""

    since: date
    until: date | None = Field(description="None while it lasts")


class RecalculationView(Output):
    at: datetime
    reason: str
    before: date
    after: date


class DeadlineHistory(DeadlineView):
    """A deadline of a case with everything that moved it."""

    extensions: list[LengthView]
    pauses: list[PauseView]
    history: list[RecalculationView] = Field(description="Every recalculation of the due date, the first in front")
    reminders: list[int] = Field(description="Days before the due date on which a reminder is due")
    closed_at: datetime | None


class ForecastPause(Input):
    """Days on which discretionary clocks would rest."""

    since: Day = Field(description="The first day that would not count, today or later")
    until: Day = Field(description="The first day that would count again")


class ForecastExtension(Input):
    clock: Line = Field(description="Name of a clock that runs in the case", examples=["eoi-decision"])
    length: Extra


class ForecastHoliday(Input):
    division: CalendarName = Field(description="england-and-wales, scotland or northern-ireland")
    day: Day


Holidays = Annotated[list[ForecastHoliday], Field(max_length=50)]


class ForecastHolidays(Input):
    added: Holidays = Field(default=[])
    removed: Holidays = Field(default=[])


class Supposed(Input):
    """What would happen. Nothing of it is saved."""

    pauses: list[ForecastPause] = Field(default=[], max_length=5)
    extensions: list[ForecastExtension] = Field(default=[], max_length=5)
    bank_holidays: ForecastHolidays = ForecastHolidays()
    suspend_from: Day | None = Field(default=None, description="The case would rest from this day, today or later")
    resume_on: Day | None = Field(
        default=None, description="It would go on on this day. Of a case that rests now it is given alone"
    )


class ForecastDeadline(Output):
    id: UUID
    clock: str
    basis: Basis
    state: DeadlineState = Field(description="As it is now")
    due_on_before: date
    due_on: date
    due_at: datetime
    provisional: bool
    why: list[str] = Field(description="What would move it, or why it would stay")


class Forecast(Output):
    """When each open deadline of the case would be due."""

    case_id: UUID
    at: datetime = Field(description="The instant that it was counted from")
    deadlines: list[ForecastDeadline]
