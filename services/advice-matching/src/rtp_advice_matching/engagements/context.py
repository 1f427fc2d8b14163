"""What every command on engagements is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.matching import MatchingRules
from rtp_advice_matching.ranking.follower import AdviserFollower
from rtp_advice_matching.settings import AdviceSettings
from rtp_shared.outbox import Outbox


@dataclass(frozen=True, slots=True)
class EngagementTerms:
    """The lengths of time and other bounds that an operator may set."""

    offer_working_days: int
    first_contact_working_days: int
    capacity_low_places: int
    adviser_days: Mapping[str, int]
    mentor_hours: Mapping[str, int]
    feedback_days: int
    rules: MatchingRules


def read_terms(settings: AdviceSettings) -> EngagementTerms:
    terms = {name: getattr(settings, name) for name in EngagementTerms.__dataclass_fields__ if name != "rules"}
    return EngagementTerms(**terms, rules=settings.read_matching_rules())


@dataclass(frozen=True, slots=True)
class AdviceResources:
    """What one process holds besides its runtime: the terms, and the index of advisers."""

    terms: EngagementTerms
    advisers: AdviserFollower


def build_resources(settings: AdviceSettings) -> AdviceResources:
    terms = read_terms(settings)
    return AdviceResources(terms, AdviserFollower(terms.rules))


@dataclass(frozen=True, slots=True)
class EngagementContext:
    """The transaction in which a command works, its time, and what the process holds."""

    session: AsyncSession
    outbox: Outbox
    now: datetime
    resources: AdviceResources

    @property
    def terms(self) -> EngagementTerms:
        return self.resources.terms
