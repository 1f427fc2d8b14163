"""Looking through proposals again: a law over generated needs and crowds, whatever was proposed before."""

import random
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.constraints import Candidate, Need, find_obstacle
from rtp_advice_matching.matching import PROPOSED_AT_MOST, rank
from rtp_advice_matching.requests.models import Proposal, SupportRequest
from rtp_advice_matching.requests.proposals import look_through
from tests.advice_matching.test_matching import CROWDS, NEEDS

NOW = datetime(2026, 11, 30, tzinfo=UTC)


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
    before = [each.adviser_id for each in earlier if each.withdrawn_at is None]
    by_id = {each.id: each for each in crowd}
    fitting = {each.id for each in crowd if find_obstacle(need, each) is None}
    looked = look_through(rank(need, crowd, at_most=len(crowd)), fitting, earlier)
    renewed = looked.renew(SupportRequest(), earlier, readers=["client:a"], now=NOW)
    stand = [each.adviser_id for each in renewed.proposals]
    assert all(find_obstacle(need, by_id[each]) is None for each in stand)
    assert len(stand) == len(set(stand))
    assert [each.rank for each in renewed.proposals] == [*range(1, len(stand) + 1)]
    assert all(each.withdrawn_at is None for each in renewed.proposals)
    kept = [each for each in before if each in fitting]
    assert stand[: len(kept)] == kept
    assert len(stand) == max(len(kept), min(PROPOSED_AT_MOST, len(fitting)))
    assert {each.adviser_id for each in earlier if each.withdrawn_at is not None}.isdisjoint(stand)
    assert renewed.differ == (stand != before)
    outranked = {each.adviser_id for each in looked.outranked}
    assert outranked == fitting - set(stand)
