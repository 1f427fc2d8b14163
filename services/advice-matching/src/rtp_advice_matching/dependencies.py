"""Dependencies that the routes of several nouns name in their signatures."""

from typing import Annotated

from fastapi import Depends, Request

from rtp_advice_matching.matching import MatchingRules


async def _read_rules(request: Request) -> MatchingRules:
    rules: MatchingRules = request.app.state.runtime.resources.terms.rules
    return rules


Rules = Annotated[MatchingRules, Depends(_read_rules)]
