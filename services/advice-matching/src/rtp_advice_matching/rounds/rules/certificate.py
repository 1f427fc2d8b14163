"""A round and its certificate: who is proposed to whom, why, why nobody else, and what would change it.

A certificate stands alone: `verify_round.py` of this service checks it with nothing but Python's standard library.
Requests and advisers are named by their places in the input's lists. It is written in parts (`parts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from rtp_advice_matching.constraints import Ground
from rtp_advice_matching.ranking.bits import list_places, make_set
from rtp_advice_matching.rounds.rules.certified_places import bound_size, write_extra_places, write_fewest_places
from rtp_advice_matching.rounds.rules.computed_round import Round
from rtp_advice_matching.rounds.rules.extra_places import Envy, find_enough
from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market
from rtp_advice_matching.rounds.rules.parts import Parts, RequestPart
from rtp_advice_matching.rounds.rules.snapshot import Json, hash_input, write_canonical, write_input
from rtp_advice_matching.ways import Remedy

FORMAT = "org.righttoprovide.matching-round.3"


class Reason(StrEnum):
    """Why an adviser who may help was not chosen for a request. Who may not is kept out by a ground of matching."""

    FITS_LESS = "fits-less-than-the-chosen"
    FITS_AS_WELL = "fits-as-well-as-the-chosen"
    PREFERS_ALL = "full-with-requests-it-prefers"
    PREFERS_SOME = "full-with-requests-it-likes-as-much-or-more"
    NOT_LISTED = "below-the-end-of-the-list"


def write_parts(computed: Round) -> Parts:
    """Write the certificate of a round in parts."""
    content = write_input(computed.waiting, computed.candidates, computed.parameters)
    requests = content.pop("requests")
    answers = _Answers(computed)
    whole = {
        "format": FORMAT,
        "inputHash": hash_input({**content, "requests": requests}),
        "input": content,
        "fewestPlaces": write_fewest_places(computed),
        "extraPlaces": write_extra_places(computed),
        "largest": bound_size(computed),
    }
    market = computed.market
    parts = (
        RequestPart(
            written, [[market.advisers[pair], market.scores[pair]] for pair in market.list_pairs(n)], answers.write(n)
        )
        for n, written in enumerate(requests)
    )
    return Parts(whole, parts)


def certify(computed: Round) -> bytes:
    """Write the certificate of a round; the same round has the same bytes."""
    parts = write_parts(computed)
    return write_canonical(parts.join())


class _Answers:
    """Writes the answers of a round, from what is worked out once for all of them."""

    def __init__(self, computed: Round) -> None:
        self._computed = computed
        self._envy = Envy(computed.market, computed.assignment)
        self._least = _find_least(computed.market, computed.assignment)

    def write(self, request: int) -> Json:
        return _answer(self._computed, request, self._envy, self._least)


def _answer(computed: Round, request: int, envy: Envy, least: Sequence[int]) -> Json:
    """Say what became of a request: the adviser and why, or what would change it; and why nobody else."""
    market, own = computed.market, computed.assignment[request]
    narrowed = computed.index.narrow(computed.waiting[request].need)
    answer: Json = {"notChosen": _group(computed, request, narrowed.excluded, narrowed.fitting, least)}
    if own == NOBODY:
        return answer | {"chosen": None, "wouldChange": _list_ways(computed, envy, request)}
    fit = computed.explain(request)
    assert fit is not None  # noqa: S101 - somebody was chosen
    before = sum(market.scores[pair] > market.scores[own] for pair in market.list_pairs(request))
    chosen = {
        "adviser": market.advisers[own],
        "score": market.scores[own],
        "priority": market.priorities[own],
        "parts": {part.part: part.points for part in fit.parts},
        "wouldRatherHave": before,
    }
    return answer | {"chosen": chosen}


def _list_ways(computed: Round, envy: Envy, request: int) -> list[Json]:
    """List what would change it for a request that has nobody; first, how many more places of whom are enough."""
    market, ways = computed.market, list[Json]()
    if enough := find_enough(market, envy, request):
        adviser = market.advisers[enough.pair]
        ways.append({"change": Remedy.MORE_PLACES, "by": enough.places, "count": 1, "advisers": [adviser]})
    sole = computed.index.find_ways(computed.waiting[request].need)
    named = computed.parameters.named
    return [*ways, *(asdict(each) | {"advisers": each.advisers[:named]} for each in sole)]


def _group(
    computed: Round, request: int, excluded: Mapping[Ground, int], fitting: int, least: Sequence[int]
) -> list[Json]:
    """Group all advisers but the chosen one by the reason why they are not."""
    market, own = computed.market, computed.assignment[request]
    groups: dict[str, int] = {str(ground): places for ground, places in excluded.items()}
    by_reason: dict[Reason, list[int]] = {}
    for pair in market.list_pairs(request):
        if pair != own:
            by_reason.setdefault(_find_reason(market, pair, own, least), []).append(market.advisers[pair])
    groups |= {str(reason): make_set(places) for reason, places in by_reason.items()}
    listed = make_set(market.advisers[pair] for pair in market.list_pairs(request))
    if beyond := fitting & ~listed:
        groups[Reason.NOT_LISTED] = beyond
    return [
        {"reason": reason, "count": places.bit_count(), "advisers": list_places(places, computed.parameters.named)}
        for reason, places in sorted(groups.items())
    ]


def _find_reason(market: Market, pair: int, own: int, least: Sequence[int]) -> Reason:
    if own != NOBODY and market.scores[pair] <= market.scores[own]:
        return Reason.FITS_LESS if market.scores[pair] < market.scores[own] else Reason.FITS_AS_WELL
    prefers_all = least[market.advisers[pair]] > market.priorities[pair]
    return Reason.PREFERS_ALL if prefers_all else Reason.PREFERS_SOME


def _find_least(market: Market, assignment: Assignment) -> list[int]:
    """Return for each adviser the least priority among the requests that it got."""
    least: list[int] = [_NONE] * len(market.places)
    for pair in assignment:
        if pair != NOBODY:
            adviser = market.advisers[pair]
            least[adviser] = min(least[adviser], market.priorities[pair])
    return least


_NONE = 10**6
"""More than any priority."""


def summarise(computed: Round, whole: Mapping[str, Any]) -> Json:
    """Return the counts of a round, with those that its certificate says of all requests."""
    market = computed.market
    chosen = [(pair, market.starts[request]) for request, pair in enumerate(computed.assignment) if pair != NOBODY]
    return {
        "requests": market.requests,
        "advisers": len(market.places),
        "placed": computed.placed,
        "first_choices": sum(market.scores[pair] == market.scores[best] for pair, best in chosen),
        "nobody_may_help": sum(not market.list_pairs(request) for request in range(market.requests)),
        "fewest_places": whole["fewestPlaces"]["count"],
        "no_place_helps": len(whole["fewestPlaces"]["noPlaceHelps"]),
        "at_least": whole["extraPlaces"]["atLeast"],
        "at_most": whole["extraPlaces"]["atMost"],
        "method": computed.parameters.method,
        "largest_at_most": whole["largest"]["atMost"],
    }
