"""Payload of the authority's choice once a challenge was withdrawn, or its modification declined."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.common.days import ByTheRules
from rtp_shared.schemas import Day, Prose


class AfterWithdrawal(StrEnum):
    """What the authority does with the service then."""

    PROCURE = "procure"
    """It carries out the procurement exercise that acceptance would have led to."""
    KEEP = "keep-as-it-is"


class ProcurementChoice(ByTheRules):
    """Whether the authority goes on to procure the service without the staff group's consent."""

    KIND: ClassVar[str] = "procurement-choice"

    choice: AfterWithdrawal
    reasons: Prose
    begins_on: Day | None = Field(default=None, description="When the procurement is to begin, where there is one")
    well_being: Prose | None = Field(
        default=None,
        description="How the procurement might promote or improve the social, economic or environmental well-being of "
        "the area, where there is one (Localism Act 2011 s.83(9))",
    )

    @property
    def changes_nothing(self) -> bool:
        return self.choice is AfterWithdrawal.KEEP
