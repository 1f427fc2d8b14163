"""Response bodies of open data."""

from pydantic import Field

from rtp_applications.open_data.tables import FigureRow
from rtp_applications.registers.decisions.schemas import DecisionView
from rtp_shared.schemas import Output


class YearOfDecisions(Output):
    """The decisions that were published in a year."""

    year: int
    licence: str = Field(description="Address of the licence under which they may be used")
    decisions: list[DecisionView] = Field(description="In the order of their publication")


class PublishedFigures(Output):
    """All figures that were published, one to a row."""

    licence: str = Field(description="Address of the licence under which they may be used")
    figures: list[FigureRow] = Field(description="By month and year, the oldest first")
