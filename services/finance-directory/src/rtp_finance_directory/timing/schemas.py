"""Public forms of what time means for a product."""

from datetime import date

from pydantic import Field

from rtp_finance_directory.timing.rules import TimingOutcome
from rtp_shared.schemas import Output


class TimingView(Output):
    """What the time of a product means for the day on which the mutual goes live."""

    outcome: TimingOutcome = Field(description="in-time only where the day and the time to decide are known")
    reason: str
    decided_by: date | None = Field(description="If you applied on the first day on which it takes applications")
    apply_by: date | None = Field(description="The last day on which to apply, to have the decision in time")
