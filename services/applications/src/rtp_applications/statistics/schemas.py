"""Response bodies of statistics."""

from datetime import datetime

from pydantic import Field

from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.registers.barriers.models import BarrierKind, BarrierState
from rtp_applications.registers.recommendations.models import Kind, State
from rtp_applications.workflow.enums import Decision, Status
from rtp_shared.schemas import Output

_COUNT = "Rounded to the nearest five; null where it is less than eight"


class OpenCasesView(Output):
    """Open cases that stand at one status."""

    status: Status
    cases: int = Field(description="Rounded to the nearest five; a status with less than eight is left out")


class ClockFiguresView(Output):
    """How the deadlines of one clock ended, by what set their length."""

    clock: str
    basis: Basis
    met: int | None = Field(description=_COUNT)
    missed: int | None = Field(description=_COUNT)
    median_days: int | None = Field(
        description="Calendar days from the start until it was met, to the nearest five; null where `met` is"
    )
    ninetieth_days: int | None = Field(description="The ninetieth percentile of the same")


class DecisionsView(Output):
    """Published decisions of one kind."""

    decision: Decision
    decisions: int = Field(description="Rounded to the nearest five; a kind with less than eight is left out")


class BarriersView(Output):
    """Disclosed barriers of one kind, and what became of them."""

    kind: BarrierKind
    state: BarrierState
    barriers: int = Field(description="Rounded to the nearest five; what is less than eight is left out")


class SurvivalView(Output):
    """Mutuals that were launched so many years ago or longer."""

    years: int
    launched: int | None = Field(description=_COUNT)
    going: int | None = Field(
        description="Those that had not become insolvent, lost the service or gone back in-house within these years"
    )


class AsksView(Output):
    """Entries of the register of recommendations, which is public: exact."""

    kind: Kind
    state: State
    asks: int


class MonthFigures(Output):
    """What is counted for a month."""

    open_cases: list[OpenCasesView] = Field(description="Submitted cases that have not ended. A draft never counts")
    deadlines: list[ClockFiguresView]
    decisions: list[DecisionsView]
    barriers: list[BarriersView]
    launched: int | None = Field(description="Mutuals ever launched. " + _COUNT)
    survival: list[SurvivalView]
    asks: list[AsksView]


class MonthView(MonthFigures):
    """How things stood at the end of a month. It does not change any more."""

    month: str
    counted_at: datetime


class CellView(Output):
    """How many cases share something."""

    value: str = Field(description="The word of the API, the ONS code of a region or the id of a body")
    name: str | None = Field(description="The name of a region or body")
    cases: int = Field(description="Rounded to `step`")


class TableView(Output):
    """The cases of a year by one thing. Every case counts once, and what is less than eight is left out."""

    by: str = Field(description="`route`, `region` (of the employer), `sector` or `employer`")
    cells: list[CellView] = Field(description="Most first")


class YearFigures(Output):
    """The cases that were submitted in a year."""

    step: int = Field(
        description="What these counts are rounded to: five, or more where the tables together would give one away"
    )
    tables: list[TableView] = Field(description="None has cells where no rounding would be enough")


class YearView(YearFigures):
    """The cases that were submitted in a calendar year, counted once when it had ended."""

    year: str
    counted_at: datetime


class ReleaseView(Output):
    """A month or year for which statistics were published."""

    period: str = Field(description="As in `2026-11` or `2026`")
    counted_at: datetime
