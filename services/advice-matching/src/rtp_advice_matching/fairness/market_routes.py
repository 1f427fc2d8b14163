"""HTTP in, HTTP out: the fairness of the market, and the bounds of an operator."""

from fastapi import Response

from rtp_advice_matching.auth import SupportMatcher
from rtp_advice_matching.dependencies import Rules
from rtp_advice_matching.fairness import commands
from rtp_advice_matching.fairness.market_queries import find_bounds, measure_market
from rtp_advice_matching.fairness.market_schemas import BoundsSetting, BoundsView, MarketFairnessView
from rtp_advice_matching.fairness.market_views import show_bounds, show_market
from rtp_advice_matching.repairs.auth import Acting
from rtp_shared.dependencies import ExpectedVersion, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.web import create_router

market_fairness = create_router(prefix="/v1/fairness", tags=["Fairness"])


@market_fairness.get("")
async def get_market_fairness(
    principal: SupportMatcher, session: Session, rules: Rules, now: Now
) -> MarketFairnessView:
    """Read how fair the market is as it stands: load, waiting times, times to an agreement, first choices, and envy.

    It is measured anew by each reading, over all that waits and the agreements of the last 365 days; envy over the
    2,000 requests that wait longest, and for each the fifty full advisers who fit it best.

    Nothing is said that reveals a single request: groups of fewer than five are named and not counted, nor is the
    smallest other group where they could be found by subtraction; counts are rounded down to fives.
    """
    figures = await measure_market(session, rules, now=now)
    bounds = await find_bounds(session, principal.organisation, readers=principal.identities)
    return show_market(figures, bounds)


@market_fairness.get("/bounds")
async def get_fairness_bounds(principal: SupportMatcher, session: Session, response: Response) -> BoundsView:
    """Read the bounds of fairness that your organisation has set, who set them when, and which are passed."""
    bounds = await find_bounds(session, principal.organisation, readers=principal.identities)
    response.headers["ETag"] = format_etag(bounds.version)
    return show_bounds(bounds)


@market_fairness.put("/bounds")
async def set_fairness_bounds(
    setting: BoundsSetting,
    version: ExpectedVersion,
    principal: SupportMatcher,
    person: Acting,
    session: Session,
    now: Now,
    response: Response,
) -> BoundsView:
    """Set the bounds of fairness of your organisation, all at once; `"0"` is the ETag while there are none.

    Every hour the market is held against them. One that is passed is told to your organisation by an event, once until
    it is kept again, which is told too. A bound that is passed already when it is set is told at the next check.
    """
    bounds = await commands.set_bounds(
        session, principal.organisation, setting.read(), version=version, person=person, now=now
    )
    response.headers["ETag"] = format_etag(bounds.version)
    return show_bounds(bounds)
