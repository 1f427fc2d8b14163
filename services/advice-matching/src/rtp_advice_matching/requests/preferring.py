"""The command by which a staff group says what it prefers; its proposals are looked through again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.constraints import find_obstacle
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.matching import MatchingRules, rank
from rtp_advice_matching.requests.commands import Actor, list_proposed, lock_seen, publish_proposals
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.ways import find_ways
from rtp_shared.db import system_scope
from rtp_shared.etags import Expected
from rtp_shared.outbox import Outbox


async def change_preferences(
    session: AsyncSession,
    request_id: UUID,
    preferences: Mapping[str, Any],
    *,
    version: Expected,
    actor: Actor,
    rules: MatchingRules,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Take over what the group prefers, and look through its proposals. What changes nothing counts no version."""
    request = await lock_seen(session, request_id, actor=actor)
    request.expect(version, by=actor.own_identity)
    if request.prefer(preferences):
        async with system_scope(session, "who fits is looked for among the people of all networks"):
            await look_through(session, request, rules=rules, now=now, outbox=outbox)


async def look_through(
    session: AsyncSession, request: SupportRequest, *, rules: MatchingRules, now: datetime, outbox: Outbox
) -> None:
    """Take back the proposals of those who may not help any more, and propose the best others in their places.

    Who may help still keeps the rank, so that what a round or two persons have put first stays first.
    """
    earlier, need = await list_proposed(session, request), request.build_need()
    candidates = {each.id: each for each in await list_candidates(session, rules, now=now)}
    fitting = {each.id for each in candidates.values() if find_obstacle(need, each) is None}
    ranking = rank(need, candidates.values(), at_most=len(candidates), weights=rules.weights)
    renewed = request.propose_again(ranking, fitting, earlier, now=now)
    request.note_ways([] if renewed.proposals else find_ways(need, candidates.values()))
    session.add_all(renewed.added)
    await session.flush()
    if renewed.differ:
        networks = dict.fromkeys(candidates[each.adviser_id].network_id for each in renewed.added)
        await publish_proposals(
            session,
            outbox,
            request,
            [each.adviser_id for each in renewed.proposals],
            now=now,
            readers=renewed.readers,
            networks=[each for each in networks if each not in earlier.values()],
        )
