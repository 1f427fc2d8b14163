"""Looking through proposals again: a law over generated needs and crowds, whatever was proposed before."""

import random
import uuid
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.constraints import Candidate, Ground, Need, find_obstacle
from rtp_advice_matching.matching import PROPOSED_AT_MOST
from rtp_advice_matching.ranking.followed import FollowedIndex
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.proposals import Proposal, list_standing
from tests.advice_matching.test_matching import CROWDS, NEEDS

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def make_request() -> SupportRequest:
    columns = SupportRequest.make_columns(uuid.UUID(int=1), readers=["client:a"], now=NOW)
    return SupportRequest(id=uuid.UUID(int=2), **columns)


@given(NEEDS, CROWDS, st.randoms(use_true_random=False))
def test_nobody_stands_who_may_not_and_whoever_may_keeps_the_rank(
    need: Need, crowd: list[Candidate], chance: random.Random
) -> None:
    sample = chance.sample(crowd, min(len(crowd), 5))
    earlier = {
        Proposal(
            adviser_id=each.id, rank=rank_, score=0, parts=[], readers=[], withdrawn_at=NOW if rank_ > 4 else None
        ): each.network_id
        for rank_, each in enumerate(sample, start=1)
    }
    before = [each.adviser_id for each in list_standing(earlier)]
    by_id, index, request = {each.id: each for each in crowd}, FollowedIndex.build(crowd), make_request()
    fitting = {each.id for each in crowd if find_obstacle(need, each) is None}
    kept = [each for each in list_standing(earlier) if index.may_help(need, each.adviser_id)]
    room = max(0, PROPOSED_AT_MOST - len(kept))
    ranking = index.rank(need, at_most=room, without={each.adviser_id for each in kept})
    proposals, _ = request.renew(kept, ranking, earlier, now=NOW)
    stand = [each.adviser_id for each in proposals]
    assert all(find_obstacle(need, by_id[each]) is None for each in stand)
    assert len(stand) == len(set(stand))
    assert [each.rank for each in proposals] == [*range(1, len(stand) + 1)]
    assert list_standing({*earlier, *proposals}) == proposals
    assert stand[: len(kept)] == [each for each in before if each in fitting]
    assert len(stand) == max(len(kept), min(PROPOSED_AT_MOST, len(fitting)))
    assert request.status is (SupportStatus.PROPOSED if stand else SupportStatus.OPEN)
    assert (request.version, request.sequence) == (2, int(stand != before))
    outranked = {each["adviser_id"] for each in request.not_proposed if each["ground"] is Ground.OTHERS_COME_FIRST}
    assert outranked == {str(each) for each in fitting - set(stand)}
