"""Commands on matching rounds."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.matching import Candidate, MatchingRules, Need, find_obstacle, score
from rtp_advice_matching.requests.commands import propose_first
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.rounds.errors import NoSuchRound, RoundTooLarge
from rtp_advice_matching.rounds.models import MatchingRound
from rtp_advice_matching.rounds.queries import get_certificate, list_waiting
from rtp_advice_matching.rounds.rules.certificate import certify, compute_round, summarise
from rtp_advice_matching.rounds.rules.exact import PAIRS_AT_MOST
from rtp_advice_matching.rounds.rules.snapshot import Method, Parameters, Waiting
from rtp_shared.db import system_scope, visible_to
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, Principal, organisation_identity
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError

AT_MOST = 2000
"""Requests of one round: as many as can be proposed to within one HTTP request. Who waits longest takes part."""
REQUEST_CHANGED = "request-changed"
"""Why a pair is not proposed: its request was agreed on, closed, or changed otherwise since the round."""
ADVISER_LEFT = "adviser-left"


@dataclass(frozen=True, slots=True)
class Certified:
    """A round that was worked out, as it may be saved."""

    certificate: bytes
    content: Mapping[str, Any]
    figures: Mapping[str, Any]

    @property
    def input_hash(self) -> str:
        hashed: str = self.content["inputHash"]
        return hashed


async def compute(session: AsyncSession, parameters: Parameters, *, now: datetime) -> Certified:
    """Work out a round over all requests that wait, and save nothing."""
    async with system_scope(session, "a round is over the requests of all groups"):
        requests = await list_waiting(session, kind=parameters.kind, at_most=AT_MOST)
        waiting = [_take_part(request, parameters.kind, now) for request in requests[:AT_MOST]]
        everybody = await list_candidates(session, parameters.rules, now=now)
    candidates = sorted(everybody, key=lambda each: each.id)
    _require_size(len(waiting), parameters)
    certificate, content = await asyncio.to_thread(_certify, waiting, candidates, parameters)
    figures = {**summarise(content), "more_waiting": len(requests) > AT_MOST, "kind": parameters.kind}
    return Certified(certificate, content, figures)


async def save(session: AsyncSession, certified: Certified, *, by: Principal, now: datetime) -> UUID:
    """Save a round; only the clients of the operator's organisation see it."""
    saved = MatchingRound.of(
        certified.certificate,
        parameters=certified.content["input"]["parameters"],
        input_hash=certified.input_hash,
        figures=certified.figures,
        readers=[organisation_identity(by.organisation), *SYSTEM],
        now=now,
    )
    session.add(saved)
    await session.flush()
    return saved.id


async def commit(
    session: AsyncSession,
    round_id: UUID,
    *,
    version: Expected,
    actor: Principal,
    rules: MatchingRules,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Make the pairs of a round the first proposals of their requests, where nothing has changed since."""
    saved, kind, pairs = await _lock_round(session, round_id, version=version, actor=actor)
    async with system_scope(session, "a round proposes to the groups of others"):
        left_out = await propose_pairs(session, pairs, kind=kind, rules=rules, now=now, outbox=outbox)
    saved.commit(proposed=len(pairs) - len(left_out), left_out=left_out, now=now)
    await session.flush()


async def preview_commit(
    session: AsyncSession, round_id: UUID, *, version: Expected, actor: Principal, rules: MatchingRules, now: datetime
) -> tuple[int, list[dict[str, str]]]:
    """Return how many pairs a commit would propose now, and which it would leave out; do nothing."""
    _, kind, pairs = await _lock_round(session, round_id, version=version, actor=actor)
    async with system_scope(session, "a round proposes to the groups of others"):
        checked = await _check_pairs(session, pairs, kind=kind, rules=rules, now=now)
    left_out = [_leave_out(request, pairs, reason) for request, _, reason in checked if reason]
    return len(pairs) - len(left_out), left_out


async def _lock_round(
    session: AsyncSession, round_id: UUID, *, version: Expected, actor: Principal
) -> tuple[MatchingRound, AdviserKind | None, dict[UUID, tuple[int, UUID]]]:
    """Return a round that may be committed with its row locked, the kind that it is of, and its pairs by request."""
    query = select(MatchingRound).where(
        MatchingRound.id == round_id, visible_to(MatchingRound.readers, actor.identities)
    )
    saved = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if saved is None:
        raise NoSuchRound
    saved.expect(version)
    certificate = json.loads(await get_certificate(session, round_id, readers=actor.identities))
    pairs = {request: (version_then, adviser) for request, version_then, adviser in list_pairs(certificate)}
    return saved, read_kind(certificate), pairs


def list_pairs(certificate: Mapping[str, Any]) -> Iterator[tuple[UUID, int, UUID]]:
    """List the pairs of a round: the request, its version at that time, and the adviser."""
    given = certificate["input"]
    for request, answer in zip(given["requests"], certificate["answers"], strict=True):
        if chosen := answer["chosen"]:
            yield UUID(request["id"]), request["version"], UUID(given["advisers"][chosen["adviser"]]["id"])


async def propose_pairs(
    session: AsyncSession,
    pairs: Mapping[UUID, tuple[int, UUID]],
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
    session: AsyncSession,
    pairs: Mapping[UUID, tuple[int, UUID]],
    *,
    kind: AdviserKind | None,
    rules: MatchingRules,
    now: datetime,
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


def _leave_out(request: SupportRequest, pairs: Mapping[UUID, tuple[int, UUID]], reason: str) -> dict[str, str]:
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
    return Waiting(request.id, build_need(request, kind), weeks, request.version)


def build_need(request: SupportRequest, kind: str | None) -> Need:
    """Build what a request needs in a round: of one kind, where the round is of one."""
    return request.build_need(() if kind is None else {AdviserKind(kind)})


def read_kind(certificate: Mapping[str, Any]) -> AdviserKind | None:
    """Return the kind that a round is of; those of earlier releases are of any."""
    kind = certificate["input"]["parameters"].get("kind")
    return kind and AdviserKind(kind)


def _certify(
    waiting: Sequence[Waiting], candidates: Sequence[Candidate], parameters: Parameters
) -> tuple[bytes, Mapping[str, Any]]:
    certificate = certify(compute_round(waiting, candidates, parameters))
    return certificate, json.loads(certificate)
