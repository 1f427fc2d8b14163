"""What a staff group is entitled to, and what of it is left: a pure rule."""

from collections.abc import Iterable
from typing import NamedTuple

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.engagements.context import EngagementTerms

MINUTES_OF_A_DAY = 450
"""Seven and a half hours; proposed."""
MINUTES_OF_AN_HOUR = 60


class Allowance(NamedTuple):
    """Minutes of one kind of support: those a staff group is entitled to, and those that sessions have used."""

    entitled: int
    used: int

    @property
    def left(self) -> int:
        """Return what is left; none where the bounds were lowered since."""
        return max(0, self.entitled - self.used)


class Entitlement(NamedTuple):
    """What a staff group is entitled to: advisers by the day, mentors and ambassadors by the hour."""

    advisers: Allowance
    mentors: Allowance

    def choose(self, kind: AdviserKind) -> Allowance:
        return self.advisers if kind is AdviserKind.ADVISER else self.mentors


def compute_entitlement(
    route: str | None, used: Iterable[tuple[AdviserKind, int]], terms: EngagementTerms
) -> Entitlement:
    """Return the entitlement of a route, of which sessions have used so many minutes by kind."""
    advisers = mentors = 0
    for kind, minutes in used:
        if kind is AdviserKind.ADVISER:
            advisers += minutes
        else:
            mentors += minutes
    days, hours = (of.get(route or "", 0) for of in (terms.adviser_days, terms.mentor_hours))
    return Entitlement(Allowance(days * MINUTES_OF_A_DAY, advisers), Allowance(hours * MINUTES_OF_AN_HOUR, mentors))
