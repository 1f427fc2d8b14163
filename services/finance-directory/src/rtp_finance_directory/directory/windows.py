"""The times in which a product takes applications."""

from datetime import date

from pydantic import ConfigDict, Field

from rtp_shared.schemas import Day, Input


class ApplicationWindow(Input):
    """A time in which a product takes applications; both days are inside."""

    model_config = ConfigDict(frozen=True)

    opens_on: Day
    closes_on: Day | None = Field(default=None, description="Left out where no end is set")

    def holds(self, day: date) -> bool:
        return self.opens_on <= day and (self.closes_on is None or day <= self.closes_on)
