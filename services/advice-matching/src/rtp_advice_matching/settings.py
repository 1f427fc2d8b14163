"""Settings of the processes of advice-matching."""

from collections.abc import Mapping

from pydantic import Field, field_validator

from rtp_advice_matching.matching import WEIGHTS, MatchingRules, PartName
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
    matching_weights: Mapping[PartName, int] = Field(
        default=WEIGHTS, description="Points of each part of a score, 100 in all; proposed"
    )
    matching_points_per_week: int = Field(
        default=MatchingRules().points_per_week,
        ge=0,
        le=100,
        description="Points that a request has in a round for each week that it waits; proposed",
    )
    matching_points_for_waiting: int = Field(
        default=MatchingRules().points_for_waiting, ge=0, le=1000, description="The most of them; proposed"
    )
    matching_hours_each: int = Field(
        default=MatchingRules().hours_each,
        ge=1,
        le=400,
        description="Hours a month that a staff group takes of an adviser who says how many they have; proposed",
    )

    @field_validator("matching_weights")
    @classmethod
    def _require_whole_score(cls, weights: Mapping[PartName, int]) -> Mapping[PartName, int]:
        if weights.keys() != WEIGHTS.keys():
            raise ValueError(f"names each of {', '.join(WEIGHTS)}")
        if min(weights.values()) < 0 or sum(weights.values()) != 100:
            raise ValueError("are 100 points in all, and none is below zero")
        return weights

    def read_matching_rules(self) -> MatchingRules:
        """Return what the operator sets of the rule of matching."""
        return MatchingRules(
            weights={part: self.matching_weights[part] for part in WEIGHTS},
            points_per_week=self.matching_points_per_week,
            points_for_waiting=self.matching_points_for_waiting,
            hours_each=self.matching_hours_each,
        )
