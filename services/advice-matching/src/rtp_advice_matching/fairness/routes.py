"""HTTP in, HTTP out: how fair a round is."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from rtp_advice_matching.auth import SupportMatcher
from rtp_advice_matching.fairness.queries import measure_round
from rtp_advice_matching.fairness.schemas import FairnessView
from rtp_shared.dependencies import Session
from rtp_shared.web import create_router

fairness = create_router(prefix="/v1/matching-rounds/{round_id}/fairness", tags=["Matching rounds"])


@fairness.get("")
async def get_fairness(
    round_id: Annotated[UUID, Path(description="The round's id")], principal: SupportMatcher, session: Session
) -> FairnessView:
    """Read how fair a round is: the spread of the load, first choices, justified envy, and waiting times by group.

    It counts pairs as the last committed repair and the confirmed pairs against the advice have left them. Groups of
    fewer than five requests are named and not counted.
    """
    return FairnessView.model_validate(await measure_round(session, round_id, readers=principal.identities))
