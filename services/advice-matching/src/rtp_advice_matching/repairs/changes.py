"""What has changed since a round: as the operator names it, and as the directory and the requests have it now."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.constraints import Candidate, Need, find_obstacle
from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.directory.queries import SHOWN, list_candidates
from rtp_advice_matching.engagements.models import LIVE, Engagement, EngagementStatus
from rtp_advice_matching.matching import MatchingRules
from rtp_advice_matching.repairs.errors import NotOfTheRound
from rtp_advice_matching.repairs.models import Override, OverrideStatus
from rtp_advice_matching.repairs.schemas import RepairOpening
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.rounds.commands import build_need, read_kind
from rtp_advice_matching.rounds.queries import waits_for
from rtp_advice_matching.rounds.rules.repair import Changes
from rtp_advice_matching.rounds.rules.snapshot import read_candidate, read_rules, write_adviser, write_need
from rtp_shared.problems import FieldError

Certificate = Mapping[str, Any]


class Asked(NamedTuple):
    """What an operator names: each is the place of a request or an adviser in the round's lists."""

    gone: frozenset[int]
    places: Mapping[int, int]
    left: frozenset[int]
    """Advisers who drop out; they have no places."""


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
    return Asked(frozenset(requests[each] for each in opening.requests_withdrawn), places | left, frozenset(left))


def _number(written: Sequence[Mapping[str, Any]]) -> dict[UUID, int]:
    return {UUID(each["id"]): place for place, each in enumerate(written) if "id" in each}


async def find_changes(
    session: AsyncSession,
    round_id: UUID,
    certificate: Certificate,
    asked: Asked,
    *,
    rules: MatchingRules,
    now: datetime,
) -> Changes:
    """Find what is otherwise now than in the round, and add what is asked.

    A request takes part no more if its group has agreed on somebody, its case has ended, its needs are others, or what
    they were is withheld; an
    adviser who has left has no places; a pair may be no more where somebody has a new conflict, serves others now, or
    has refused the group. Who was set against the advice by two persons keeps the place: the request is not moved, and
    the place is not given.
    """
    given = certificate["input"]
    kind = read_kind(certificate)
    needs = await _list_needs(session, given["requests"], kind)
    gone = frozenset(place for place, each in enumerate(given["requests"]) if _needs_others(each, needs))
    overridden = await _list_overridden(session, round_id, kind)
    live = {each.id: each for each in await list_candidates(session, rules, now=now)}
    places, changed = _compare_advisers(given, live, Counter(overridden.values()))
    ids = [UUID(each["id"]) for each in given["advisers"]]
    struck = set[tuple[int, int]]()
    for request, listed in enumerate(certificate["lists"]):
        if request not in gone:
            need = needs[UUID(given["requests"][request]["id"])]
            refused = {n for n, _ in listed if ids[n] in need.refused_by}
            struck |= {(request, n) for n, _ in listed if n in refused or _is_kept_out(need, changed.get(n))}
    numbers = _number(given["requests"])
    gone |= {numbers[request] for request in overridden if request in numbers}
    return Changes(gone | asked.gone, places | dict(asked.places), frozenset(struck))


def _compare_advisers(
    given: Mapping[str, Any], live: Mapping[UUID, Candidate], kept: Mapping[UUID, int]
) -> tuple[dict[int, int], dict[int, Candidate]]:
    """Return the places of the advisers who have others now, and those advisers who serve others now."""
    then_rules = read_rules(given["parameters"])
    places, changed = dict[int, int](), dict[int, Candidate]()
    for adviser, written in enumerate(given["advisers"]):
        then, now = read_candidate(written, then_rules), live.get(UUID(written["id"]))
        if (free := max(0, now.free - kept.get(now.id, 0)) if now else 0) != then.free:
            places[adviser] = free
        if now and _serves_others(written, now):
            changed[adviser] = replace(now, engaged=0, capacity=1, hours=None)
    return places, changed


def _is_kept_out(need: Need, candidate: Candidate | None) -> bool:
    return candidate is not None and find_obstacle(need, candidate) is not None


async def _list_needs(
    session: AsyncSession, written: Sequence[Mapping[str, Any]], kind: AdviserKind | None
) -> dict[UUID, Need]:
    """Return the needs of those requests whose groups look for somebody still."""
    query = select(SupportRequest).where(SupportRequest.id.in_(_number(written)), waits_for(kind))
    return {request.id: build_need(request, kind) for request in (await session.scalars(query)).all()}


def _needs_others(written: Mapping[str, Any], needs: Mapping[UUID, Need]) -> bool:
    """Return whether a request takes part no more, or needs something else than the round knew of it.

    Who has refused the group since is no other need: only the pair is no more.
    """
    need = needs.get(UUID(written["id"])) if "id" in written else None
    if need is None:
        return True
    known = {name: value for name, value in write_need(need).items() if name in written and name != "refusedBy"}
    return any(written[name] != value for name, value in known.items())


async def _list_overridden(session: AsyncSession, round_id: UUID, kind: AdviserKind | None) -> dict[UUID, UUID]:
    """Return whom each waiting request was given against the round's advice; the last one holds."""
    query = (
        select(Override.request_id, Override.adviser_id)
        .join(SupportRequest, SupportRequest.id == Override.request_id)
        .where(
            Override.round_id == round_id,
            Override.status == OverrideStatus.CONFIRMED,
            waits_for(kind),
        )
        .order_by(Override.ended_at, Override.id)
    )
    return {row.request_id: row.adviser_id for row in await session.execute(query)}


def _serves_others(written: Mapping[str, Any], live: Candidate) -> bool:
    """Return whether an adviser serves others than the round knew, places and topics apart."""
    return any(written[name] != value for name, value in write_adviser(live).items() if name in written.keys() - _APART)


_APART = {"id", "capacity", "engaged", "hours", "topics", "legalForms"}
"""What keeps nobody out, or only by the number of places."""


async def find_ending(session: AsyncSession, certificate: Certificate, asked: Asked) -> list[dict[str, str]]:
    """List the engagements, and the offers that wait, of the round's advisers who have left or are named as leaving.

    Their groups are not moved by a repair, and are affected the most: each needs somebody else, or the adviser back.
    """
    written = certificate["input"]["advisers"]
    ids = [UUID(each["id"]) for each in written]
    query = select(Adviser.id).where(Adviser.id.in_(ids), Adviser.active, SHOWN)
    staying = set((await session.scalars(query)).all()) - {ids[place] for place in asked.left}
    leaving = [each for each in ids if each not in staying]
    rows = await session.execute(
        select(Engagement.request_id, Engagement.adviser_id, Engagement.status)
        .where(Engagement.adviser_id.in_(leaving), Engagement.status.in_({*LIVE, EngagementStatus.OFFERED}))
        .order_by(Engagement.request_id, Engagement.adviser_id)
    )
    return [{"requestId": str(row.request_id), "adviserId": str(row.adviser_id), "status": row.status} for row in rows]
