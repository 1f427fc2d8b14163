"""Settings of the processes of advice-matching."""

from collections.abc import Mapping

from pydantic import Field

from rtp_shared.settings import ProcessSettings

ADVISER_DAYS = {"right-to-provide": 10, "community-right-to-challenge": 5, "employer-led": 10, "right-to-request": 0}
MENTOR_HOURS = {"right-to-provide": 24, "community-right-to-challenge": 12, "employer-led": 24, "right-to-request": 0}


class AdviceSettings(ProcessSettings):
    offer_working_days: int = Field(
        default=5, ge=1, le=60, description="Working days in England that a network has to answer an offer; proposed"
    )
    first_contact_working_days: int = Field(
        default=10, ge=1, le=60, description="Working days in England until the first contact is missed; proposed"
    )
    capacity_low_places: int = Field(
        default=1, ge=0, le=100, description="A network is told where an adviser has as few free places left; proposed"
    )
    adviser_days: Mapping[str, int] = Field(
        default=ADVISER_DAYS, description="Days of advisers that a staff group is entitled to, by route; proposed"
    )
    mentor_hours: Mapping[str, int] = Field(
        default=MENTOR_HOURS,
        description="Hours of mentors and ambassadors that a staff group is entitled to, by route; proposed",
    )
    feedback_days: int = Field(
        default=28, ge=1, le=365, description="Days after an engagement's end in which feedback is given; proposed"
    )
