"""What if: a round worked out anew on its own input with something supposed to be otherwise. Nothing is saved."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.matching import Candidate
from rtp_advice_matching.repairs.changes import Certificate
from rtp_advice_matching.repairs.commands import load_round, name_moves
from rtp_advice_matching.repairs.errors import NotOfTheRound
from rtp_advice_matching.repairs.schemas import Supposition
from rtp_advice_matching.rounds.rules.computed_round import compute_round
from rtp_advice_matching.rounds.rules.market import NOBODY
from rtp_advice_matching.rounds.rules.repair import find_standing
from rtp_advice_matching.rounds.rules.repair_document import count_harm, list_moves, read_market
from rtp_advice_matching.rounds.rules.snapshot import (
    Json,
    Method,
    Parameters,
    Waiting,
    read_candidate,
    read_need,
    read_rules,
)
from rtp_shared.problems import FieldError


async def simulate(session: AsyncSession, round_id: UUID, supposed: Supposition, *, readers: Sequence[str]) -> Json:
    """Work out a round as it would have come out, and who would have somebody else than now."""
    certificate, before = _leave_out_withheld(*await load_round(session, round_id, readers=readers))
    candidates = _suppose(certificate, supposed)
    return await asyncio.to_thread(_compare, certificate, before, candidates, supposed)


def _leave_out_withheld(certificate: Certificate, before: Sequence[int]) -> tuple[Certificate, Sequence[int]]:
    """Leave out the requests of which nothing is known any more."""
    given = certificate["input"]
    known = [place for place, each in enumerate(given["requests"]) if "withheld" not in each]
    requests, lists = ([of[place] for place in known] for of in (given["requests"], certificate["lists"]))
    return {**certificate, "input": {**given, "requests": requests}, "lists": lists}, [before[n] for n in known]


def _suppose(certificate: Certificate, supposed: Supposition) -> list[Candidate]:
    """Return the advisers as they are supposed to be: those of the round in their order, then the added ones."""
    rules = read_rules(certificate["input"]["parameters"])
    candidates = [read_candidate(each, rules) for each in certificate["input"]["advisers"]]
    places = {each.id: place for place, each in enumerate(candidates)}
    named = [
        *((f"/morePlaces/{n}/adviserId", each.adviser_id) for n, each in enumerate(supposed.more_places)),
        *((f"/withoutAdvisers/{n}", each) for n, each in enumerate(supposed.without_advisers)),
    ]
    if errors := [FieldError(field, "took no part in the round") for field, each in named if each not in places]:
        raise NotOfTheRound(errors=errors)
    for more in supposed.more_places:
        place = places[more.adviser_id]
        candidates[place] = _add_places(candidates[place], more.more)
    for gone in supposed.without_advisers:
        candidates[places[gone]] = replace(candidates[places[gone]], capacity=0)
    # Numbers that no version of UUID gives away.
    added = (
        Candidate(id=UUID(int=number), network_id=UUID(int=0), engaged=0, conflicts=[], **profile.model_dump())
        for number, profile in enumerate(supposed.with_advisers, 1)
    )
    return [*candidates, *added]


def _add_places(candidate: Candidate, more: int) -> Candidate:
    """Return the adviser with more places and the hours for them, or with fewer places."""
    hours = candidate.hours if candidate.hours is None else candidate.hours + max(0, more) * candidate.hours_each
    return replace(candidate, capacity=max(0, candidate.capacity + more), hours=hours)


def _compare(
    certificate: Certificate, before: Sequence[int], candidates: Sequence[Candidate], supposed: Supposition
) -> Json:
    given, rules = certificate["input"], certificate["input"]["parameters"]
    weights = {name.replace("_", "-"): points for name, points in supposed.weights if points is not None}
    supposed_rules = replace(read_rules(rules), weights=rules["weights"] | weights)
    parameters = Parameters(rules["listLength"], rules["seed"], Method.FAST, supposed_rules, rules.get("kind"))
    waiting = [Waiting(UUID(each["id"]), read_need(each), each["weeksWaited"]) for each in given["requests"]]
    computed = compute_round(waiting, candidates, parameters)
    market, assignment = computed.market, computed.assignment
    after = [NOBODY if pair == NOBODY else market.advisers[pair] for pair in assignment]
    standing = find_standing(market, before)
    moves = list_moves((read_market(certificate), before), (market, after), frozenset(), standing)
    named = [{"id": str(each.id)} for each in candidates]
    return {
        "placed_before": sum(adviser != NOBODY for adviser in before),
        "placed": computed.placed,
        "figures": count_harm(moves),
        "moves": name_moves(given["requests"], named, moves),
    }
