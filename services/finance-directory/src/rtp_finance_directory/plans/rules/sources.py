"""What a plan is made of: the products as sources of money, and what the group needs and can carry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from rtp_finance_directory.plans.rules.cost import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One product as a part of a plan."""

    id: UUID
    price: Price
    min_pence: int
    max_pence: int
    match_percent: int = 0
    """The part of all that is needed that must come from elsewhere."""
    secured: bool = False
    personal_guarantee: bool = False
    subsidy: bool = False
    """Whether what is given counts as public money (Subsidy Control Act 2022)."""
    weeks_to_decide: int | None = None
    """None where nobody has said how long a decision takes."""
    excludes: frozenset[UUID] = frozenset()
    """Products that cannot be had beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimits:
    """What the group needs and can carry. None is no limit."""

    needed_pence: int
    weeks_left: int | None = None
    """Until the money is needed."""
    max_payment_pence: int | None = None
    """A month, for all loans together."""
    max_sources: int | None = None
    gives_security: bool = True
    gives_personal_guarantee: bool = True
    subsidy_room_pence: int | None = None
    """What may still be given as minimal financial assistance (Subsidy Control Act 2022, s.36)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The amount taken of each source."""

    amounts: Mapping[UUID, int]
    cost_pence: int

    @property
    def covered_pence(self) -> int:
        return sum(self.amounts.values())


class Obstacle(StrEnum):
    """Why a source is no part of any plan."""

    SECURITY = "wants-security"
    PERSONAL_GUARANTEE = "wants-personal-guarantee"
    TOO_LATE = "decided-too-late"
    TOO_LARGE = "starts-above-what-can-be-taken"


class Change(StrEnum):
    """What a group might change: one limit at a time."""

    SECURITY = "give-security"
    PERSONAL_GUARANTEE = "give-personal-guarantee"
    PAYMENT = "pay-a-tenth-more-a-month"
    SOURCES = "use-one-source-more"
    TIME = "need-it-three-months-later"
    SUBSIDY = "have-no-subsidy-limit"


def find_cap(source: Source, limits: PlanLimits) -> int:
    """Return the most that can be taken of a source: its own maximum, or all that need not come from elsewhere."""
    share = limits.needed_pence * (100 - source.match_percent) // 100
    return min(source.max_pence, share)


def find_obstacle(source: Source, limits: PlanLimits) -> Obstacle | None:
    """Return the first thing that keeps the group from using a source at all."""
    decided, left = source.weeks_to_decide, limits.weeks_left
    obstacles = (
        (Obstacle.SECURITY, source.secured and not limits.gives_security),
        (Obstacle.PERSONAL_GUARANTEE, source.personal_guarantee and not limits.gives_personal_guarantee),
        (Obstacle.TOO_LATE, decided is not None and left is not None and decided > left),
        (Obstacle.TOO_LARGE, source.min_pence > find_cap(source, limits)),
    )
    return next((obstacle for obstacle, holds in obstacles if holds), None)


def loosen(limits: PlanLimits) -> dict[Change, PlanLimits]:
    """Return what the group might change, each limit that it has on its own, a step looser."""
    ways: dict[Change, PlanLimits] = {}
    if not limits.gives_security:
        ways[Change.SECURITY] = replace(limits, gives_security=True)
    if not limits.gives_personal_guarantee:
        ways[Change.PERSONAL_GUARANTEE] = replace(limits, gives_personal_guarantee=True)
    if limits.max_payment_pence is not None:
        ways[Change.PAYMENT] = replace(limits, max_payment_pence=limits.max_payment_pence * 11 // 10)
    if limits.max_sources is not None:
        ways[Change.SOURCES] = replace(limits, max_sources=limits.max_sources + 1)
    if limits.weeks_left is not None:
        ways[Change.TIME] = replace(limits, weeks_left=limits.weeks_left + 13)
    if limits.subsidy_room_pence is not None:
        ways[Change.SUBSIDY] = replace(limits, subsidy_room_pence=None)
    return ways
