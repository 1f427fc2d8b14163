"""Whether an adviser who was proposed can be asked still: what was true then may be no more."""

from rtp_advice_matching.constraints import DEPENDENT, IN_WORDS, Ground, find_obstacles
from rtp_advice_matching.directory.errors import AdviserHasLeft, AdviserNotIndependent, NoHoursLeft, NoPlaceLeft
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import build_candidate
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.requests.models import SupportRequest


def require_able(context: EngagementContext, request: SupportRequest, adviser: Adviser) -> None:
    """Refuse to ask somebody who could not accept now. Nothing is taken: whoever accepts first gets the place."""
    if not adviser.takes_part:
        raise AdviserHasLeft("another proposal can be chosen")
    candidate = build_candidate(adviser, context.terms.rules, now=context.now)
    for ground in find_obstacles(request.build_need(), candidate):
        if ground in DEPENDENT:
            raise AdviserNotIndependent(f"{adviser.name}: {IN_WORDS[ground]}; another proposal can be accepted")
        if ground is Ground.NO_FREE_CAPACITY:
            raise NoPlaceLeft(
                f"all {adviser.capacity} places of {adviser.name} are taken; another proposal can be accepted"
            )
        if ground is Ground.NO_HOURS:
            lacking = f"hours that {adviser.name} lacks for one more group: {candidate.lacking_hours} a month"
            raise NoHoursLeft(f"{lacking}; another proposal can be accepted")
