"""Commands on matching rounds."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.matching import Candidate, MatchingRules, Need, find_obstacle, score
from rtp_advice_matching.requests.commands import propose_first
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.rounds.errors import NoSuchRound, RoundTooLarge
from rtp_advice_matching.rounds.models import PROPOSED, MatchingRound, RoundRequest
from rtp_advice_matching.rounds.queries import get_certificate, is_in_parts, list_pairs, list_waiting
from rtp_advice_matching.rounds.rules.certificate import summarise, write_parts
from rtp_advice_matching.rounds.rules.computed_round import Round, compute_round
from rtp_advice_matching.rounds.rules.exact import PAIRS_AT_MOST
from rtp_advice_matching.rounds.rules.parts import Parts
from rtp_advice_matching.rounds.rules.snapshot import Method, Parameters, Waiting
from rtp_shared.db import get_driver, system_scope, visible_to
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError

AT_MOST = 2000
"""Requests of one round over HTTP: as many as can be proposed to within one exchange. Who waits longest takes part. Of
any number a round is worked out by `match_round.py`."""
SAVED_AT_ONCE = 1000
REQUEST_CHANGED = "request-changed"
"""Why a pair is not proposed: its request was agreed on, closed, or changed otherwise since the round."""
ADVISER_LEFT = "adviser-left"

Pairs = Mapping[UUID, tuple[int, UUID]]
"""By request: its version at the time of the round, and the adviser."""


@dataclass(frozen=True, slots=True)
class Participants:
    """Who takes part in a round, as they were read."""

    waiting: Sequence[Waiting]
    candidates: Sequence[Candidate]
    more_waiting: bool


@dataclass(frozen=True, slots=True)
class Certified:
    """A round that was worked out, as it may be saved."""

    certificate: Parts
    computed: Round
    figures: Mapping[str, Any]

    @property
    def input_hash(self) -> str:
        hashed: str = self.certificate.whole["inputHash"]
        return hashed

    def list_pairs(self) -> Iterator[tuple[UUID, UUID]]:
        """List the requests that got an adviser, and whom."""
        for place, waiting in enumerate(self.computed.waiting):
            if chosen := self.computed.choose_adviser(place):
                yield waiting.id, chosen.id


async def read_participants(
    session: AsyncSession, parameters: Parameters, *, at_most: int | None, now: datetime
) -> Participants:
    """Read who takes part; of more requests than `at_most`, those that wait longest."""
    async with system_scope(session, "a round is over the requests of all groups"):
        found = list_waiting(session, kind=parameters.kind, at_most=at_most)
        waiting = [_take_part(request, parameters.kind, now) async for request in found]
        everybody = await list_candidates(session, parameters.rules, now=now)
    candidates = sorted(everybody, key=lambda each: each.id)
    more_waiting = at_most is not None and len(waiting) > at_most
    return Participants(waiting[:at_most], candidates, more_waiting)


async def compute(session: AsyncSession, parameters: Parameters, *, now: datetime) -> Certified:
    """Work out a round over the requests that wait, as many as one HTTP request can take; save nothing."""
    participants = await read_participants(session, parameters, at_most=AT_MOST, now=now)
    _require_size(len(participants.waiting), parameters)
    return await asyncio.to_thread(certify_round, participants, parameters)


def certify_round(participants: Participants, parameters: Parameters) -> Certified:
    """Work out a round and its certificate, whose parts are written when they are asked for."""
    computed = compute_round(participants.waiting, participants.candidates, parameters)
    certificate = write_parts(computed)
    figures = {
        **summarise(computed, certificate.whole),
        "more_waiting": participants.more_waiting,
        "kind": parameters.kind,
    }
    return Certified(certificate, computed, figures)


async def save(
    session: AsyncSession,
    certified: Certified,
    *,
    organisation: UUID,
    now: datetime,
    say: Callable[[str], object] = lambda _: None,
) -> UUID:
    """Save a round; only the clients of the operator's organisation see it."""
    readers = [organisation_identity(organisation), *SYSTEM]
    whole = certified.certificate.whole
    saved = MatchingRound.of(whole, figures=certified.figures, readers=readers, now=now)
    session.add(saved)
    await session.flush()
    advisers, places = whole["input"]["advisers"], enumerate(certified.certificate.requests)
    while batch := list(islice(places, SAVED_AT_ONCE)):
        rows = [RoundRequest.make_columns(place, part, advisers) for place, part in batch]
        await session.execute(insert(RoundRequest), [{**row, "round_id": saved.id, "readers": readers} for row in rows])
        say(f"{batch[-1][0] + 1:,} requests are saved")
    return saved.id


async def commit(
    session: AsyncSession,
    round_id: UUID,
    *,
    version: Expected,
    readers: Sequence[str],
    rules: MatchingRules,
    now: datetime,
    outbox: Outbox,
    at_most: int | None = None,
) -> tuple[int, bool]:
    """Make the pairs of a round the first proposals of their requests, where nothing has changed since.

    Return how many pairs were looked at, and whether the round is committed now. `at_most` takes so many of them: call
    it again, each time in a transaction of its own, until it is.
    """
    saved = await _lock_round(session, round_id, version=version, readers=readers)
    pairs = await _list_pairs(session, round_id, readers=readers, at_most=at_most)
    async with system_scope(session, "a round proposes to the groups of others"):
        left_out = await propose_pairs(session, pairs, kind=saved.kind, rules=rules, now=now, outbox=outbox)
        await _note_outcomes(session, round_id, pairs, left_out)
    saved.note(proposed=len(pairs) - len(left_out), left_out=left_out)
    finished = at_most is None or len(pairs) < at_most
    if finished:
        saved.commit(now=now)
    await session.flush()
    return len(pairs), finished


async def preview_commit(
    session: AsyncSession,
    round_id: UUID,
    *,
    version: Expected,
    readers: Sequence[str],
    rules: MatchingRules,
    now: datetime,
) -> tuple[int, list[dict[str, str]]]:
    """Return how many pairs a commit would propose now, and which it would leave out; do nothing."""
    saved = await _lock_round(session, round_id, version=version, readers=readers)
    pairs = await _list_pairs(session, round_id, readers=readers)
    async with system_scope(session, "a round proposes to the groups of others"):
        return await preview_pairs(session, pairs, kind=saved.kind, rules=rules, now=now)


async def _lock_round(
    session: AsyncSession, round_id: UUID, *, version: Expected, readers: Sequence[str]
) -> MatchingRound:
    """Return a round that may be committed, with its row locked."""
    query = select(MatchingRound).where(MatchingRound.id == round_id, visible_to(MatchingRound.readers, readers))
    saved = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if saved is None:
        raise NoSuchRound
    saved.expect(version)
    return saved


async def _list_pairs(
    session: AsyncSession, round_id: UUID, *, readers: Sequence[str], at_most: int | None = None
) -> Pairs:
    if await is_in_parts(session, round_id):
        return await list_pairs(session, round_id, readers=readers, at_most=at_most)
    certificate = json.loads(await get_certificate(session, round_id, readers=readers))
    return {request: (version, adviser) for request, version, adviser in _read_pairs(certificate)}


def _read_pairs(certificate: Mapping[str, Any]) -> Iterator[tuple[UUID, int, UUID]]:
    """List the pairs of a round of an earlier format: the request, its version at that time, and the adviser."""
    given = certificate["input"]
    for request, answer in zip(given["requests"], certificate["answers"], strict=True):
        if chosen := answer["chosen"]:
            yield UUID(request["id"]), request["version"], UUID(given["advisers"][chosen["adviser"]]["id"])


async def _note_outcomes(
    session: AsyncSession, round_id: UUID, pairs: Pairs, left_out: Sequence[Mapping[str, str]]
) -> None:
    """Note what became of each pair, so that it is not proposed a second time."""
    outcomes = dict.fromkeys(pairs, PROPOSED) | {UUID(each["request_id"]): each["reason"] for each in left_out}
    driver = await get_driver(session)
    await driver.execute(_NOTE, round_id, list(outcomes), list(outcomes.values()))


_NOTE = """
    UPDATE matching_round_requests AS part SET outcome = noted.outcome
    FROM unnest($2::uuid[], $3::text[]) AS noted (request_id, outcome)
    WHERE part.round_id = $1 AND part.request_id = noted.request_id
"""


async def preview_pairs(
    session: AsyncSession, pairs: Pairs, *, kind: AdviserKind | None, rules: MatchingRules, now: datetime
) -> tuple[int, list[dict[str, str]]]:
    """Return how many pairs would be proposed now, and which would be left out; do nothing."""
    checked = await _check_pairs(session, pairs, kind=kind, rules=rules, now=now)
    left_out = [_leave_out(request, pairs, reason) for request, _, reason in checked if reason]
    return len(pairs) - len(left_out), left_out


async def propose_pairs(
    session: AsyncSession,
    pairs: Pairs,
    *,
    kind: AdviserKind | None,
    rules: MatchingRules,
    now: datetime,
    outbox: Outbox,
) -> list[dict[str, str]]:
    """Propose each pair that still holds; return the others, each with what stands against it."""
    left_out = []
    for request, candidate, reason in await _check_pairs(session, pairs, kind=kind, rules=rules, now=now):
        if reason:
            left_out.append(_leave_out(request, pairs, reason))
        elif candidate is not None:
            fit = score(build_need(request, kind), candidate, rules.weights)
            await propose_first(session, request, fit, now=now, outbox=outbox)
    return left_out


Checked = tuple[SupportRequest, Candidate | None, str | None]
"""A request, the adviser of its pair if they still take part, and why the pair holds no more."""


async def _check_pairs(
    session: AsyncSession, pairs: Pairs, *, kind: AdviserKind | None, rules: MatchingRules, now: datetime
) -> list[Checked]:
    """Lock the requests of the pairs, and say of each whether its pair still holds."""
    candidates = {each.id: each for each in await list_candidates(session, rules, now=now)}
    # In one order, so that two rounds never wait for each other in a ring.
    query = select(SupportRequest).where(SupportRequest.id.in_(pairs)).order_by(SupportRequest.id).with_for_update()
    checked = []
    for request in (await session.scalars(query)).all():
        version, adviser_id = pairs[request.id]
        candidate = candidates.get(adviser_id)
        checked.append((request, candidate, _find_change(request, version, kind, candidate)))
    return checked


def _leave_out(request: SupportRequest, pairs: Pairs, reason: str) -> dict[str, str]:
    return {"request_id": str(request.id), "adviser_id": str(pairs[request.id][1]), "reason": reason}


def _find_change(
    request: SupportRequest, version: int, kind: AdviserKind | None, candidate: Candidate | None
) -> str | None:
    """Return what has changed since the round so that a pair holds no more."""
    if request.version != version or not request.waits_for(kind):
        return REQUEST_CHANGED
    return ADVISER_LEFT if candidate is None else find_obstacle(build_need(request, kind), candidate)


def _require_size(requests: int, parameters: Parameters) -> None:
    """Refuse the exact method for more pairs than it can be expected to solve in time."""
    if parameters.method is Method.EXACT and requests * parameters.list_length > PAIRS_AT_MOST:
        fitting = PAIRS_AT_MOST // requests
        raise RoundTooLarge(
            f"{requests} requests with lists of {parameters.list_length} may make more than {PAIRS_AT_MOST} pairs",
            errors=[FieldError("/listLength", f"is {fitting} at the most for so many requests, or take method fast")],
        )


def _take_part(request: SupportRequest, kind: str | None, now: datetime) -> Waiting:
    weeks = max(0, (now - request.find_opening(kind)).days // 7)
    return Waiting(request.id, build_need(request, kind), weeks, request.version, str(request.round_salt))


def build_need(request: SupportRequest, kind: str | None) -> Need:
    """Build what a request needs in a round: of one kind, where the round is of one."""
    return request.build_need(() if kind is None else {AdviserKind(kind)})


def read_kind(certificate: Mapping[str, Any]) -> AdviserKind | None:
    """Return the kind that a round is of; those of earlier releases are of any."""
    kind = certificate["input"]["parameters"].get("kind")
    return kind and AdviserKind(kind)
