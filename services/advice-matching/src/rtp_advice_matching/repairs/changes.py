"""What has changed since a round: as the operator names it, and as the directory and the requests have it now."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.matching import Candidate, find_obstacle
from rtp_advice_matching.repairs.errors import NotOfTheRound
from rtp_advice_matching.repairs.models import Override, OverrideStatus
from rtp_advice_matching.repairs.schemas import RepairOpening
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.rounds.queries import WAITING
from rtp_advice_matching.rounds.rules.repair import Changes
from rtp_advice_matching.rounds.rules.snapshot import read_candidate, read_need
from rtp_shared.problems import FieldError

Certificate = Mapping[str, Any]


class Asked(NamedTuple):
    """What an operator names: each is the place of a request or an adviser in the round's lists."""

    gone: frozenset[int]
    places: Mapping[int, int]


def read_asked(certificate: Certificate, opening: RepairOpening) -> Asked:
    """Find what was named among the round's requests and advisers; refuse what is not there, by field."""
    requests, advisers = (_number(certificate["input"][name]) for name in ("requests", "advisers"))
    named = [
        *((f"/advisersLeft/{n}", advisers, each) for n, each in enumerate(opening.advisers_left)),
        *((f"/places/{n}/adviserId", advisers, each.adviser_id) for n, each in enumerate(opening.places)),
        *((f"/requestsWithdrawn/{n}", requests, each) for n, each in enumerate(opening.requests_withdrawn)),
    ]
    if errors := [FieldError(field, "took no part in the round") for field, known, each in named if each not in known]:
        raise NotOfTheRound(errors=errors)
    places = {advisers[each.adviser_id]: each.free_places for each in opening.places}
    left = {advisers[each]: 0 for each in opening.advisers_left}
    return Asked(frozenset(requests[each] for each in opening.requests_withdrawn), places | left)


def _number(written: Sequence[Mapping[str, Any]]) -> dict[UUID, int]:
    return {UUID(each["id"]): place for place, each in enumerate(written)}


async def find_changes(session: AsyncSession, round_id: UUID, certificate: Certificate, asked: Asked) -> Changes:
    """Find what is otherwise now than in the round, and add what is asked.

    A request takes part no more if its group has agreed on somebody, its case has ended, or its needs are others; an
    adviser who has left has no places; a pair may be no more where somebody has a new conflict or serves others now.
    Who was set against the advice by two persons keeps the place: the request is not moved, and the place is not given.
    """
    given = certificate["input"]
    gone = await _find_gone(session, given["requests"])
    overridden = await _list_overridden(session, round_id)
    kept = Counter(overridden.values())
    now = {each.id: each for each in await list_candidates(session)}
    places, struck = dict[int, int](), set[tuple[int, int]]()
    changed = dict[int, Candidate]()
    for adviser, written in enumerate(given["advisers"]):
        then, live = read_candidate(written), now.get(UUID(written["id"]))
        if (free := max(0, live.free - kept[live.id]) if live else 0) != then.free:
            places[adviser] = free
        if live and _serves_others(then, live):
            changed[adviser] = replace(live, engaged=0, capacity=1)
    for request, listed in enumerate(certificate["lists"]):
        need = read_need(given["requests"][request])
        struck |= {(request, each) for each, _ in listed if each in changed and find_obstacle(need, changed[each])}
    gone |= {place for place, each in enumerate(given["requests"]) if UUID(each["id"]) in overridden}
    return Changes(gone | asked.gone, places | dict(asked.places), frozenset(struck))


async def _find_gone(session: AsyncSession, written: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    ids = [UUID(each["id"]) for each in written]
    query = select(SupportRequest).where(SupportRequest.id.in_(ids), WAITING)
    needs = {request.id: request.build_need() for request in (await session.scalars(query)).all()}
    return frozenset(place for place, each in enumerate(written) if needs.get(ids[place]) != read_need(each))


async def _list_overridden(session: AsyncSession, round_id: UUID) -> dict[UUID, UUID]:
    """Return whom each waiting request was given against the round's advice; the last one holds."""
    query = (
        select(Override.request_id, Override.adviser_id)
        .join(SupportRequest, SupportRequest.id == Override.request_id)
        .where(
            Override.round_id == round_id,
            Override.status == OverrideStatus.CONFIRMED,
            WAITING,
        )
        .order_by(Override.ended_at, Override.id)
    )
    return {row.request_id: row.adviser_id for row in await session.execute(query)}


def _serves_others(then: Candidate, live: Candidate) -> bool:
    sets = ("sectors", "regions", "stages", "conflicts")
    return then.remote != live.remote or any(set(getattr(then, name)) != set(getattr(live, name)) for name in sets)
