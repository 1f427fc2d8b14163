"""Commands on overrides: a pair against a round's advice, by two persons."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.matching import IN_WORDS, Fit, MatchingRules, find_obstacle, score
from rtp_advice_matching.repairs.changes import Certificate
from rtp_advice_matching.repairs.commands import load_round
from rtp_advice_matching.repairs.errors import NoSuchOverride, NotOfTheRound, PairNotPossible
from rtp_advice_matching.repairs.models import Override, OverrideStatus, Person
from rtp_advice_matching.repairs.schemas import OverrideOpening
from rtp_advice_matching.requests.commands import propose_first
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.rounds.commands import build_need, read_kind
from rtp_advice_matching.rounds.rules.market import NOBODY
from rtp_shared.db import system_scope, visible_to
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, Principal, organisation_identity
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError


async def propose_override(
    session: AsyncSession,
    round_id: UUID,
    opening: OverrideOpening,
    *,
    by: Principal,
    person: Person,
    rules: MatchingRules,
    now: datetime,
) -> UUID:
    """Save a pair against the round's advice, for a second person to confirm. No hard constraint is set aside."""
    certificate, current = await load_round(session, round_id, readers=by.identities)
    requests, advisers = certificate["input"]["requests"], certificate["input"]["advisers"]
    place = next((n for n, each in enumerate(requests) if each.get("id") == str(opening.request_id)), None)
    if place is None:
        raise NotOfTheRound(errors=[FieldError("/requestId", "took no part in the round")])
    async with system_scope(session, "a round is over the requests of all groups"):
        await _find_fit(session, certificate, opening.request_id, opening.adviser_id, rules=rules, now=now)
    advised = current[place]
    saved = Override(
        round_id=round_id,
        status=OverrideStatus.AWAITING,
        version=1,
        readers=[organisation_identity(by.organisation), *SYSTEM],
        request_id=opening.request_id,
        adviser_id=opening.adviser_id,
        advised_adviser_id=None if advised == NOBODY else UUID(advisers[advised]["id"]),
        reason=opening.reason,
        proposed_by=person.reference,
        proposed_client=person.client_id,
        proposed_at=now,
    )
    session.add(saved)
    await session.flush()
    return saved.id


async def confirm_override(
    session: AsyncSession,
    round_id: UUID,
    override_id: UUID,
    *,
    version: Expected,
    by: Principal,
    person: Person,
    rules: MatchingRules,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Make the pair the first proposal of its request, by the second person."""
    saved = await _lock_override(session, round_id, override_id, by)
    saved.confirm(version, person, now=now)
    certificate, _ = await load_round(session, round_id, readers=by.identities)
    async with system_scope(session, "an override proposes to the group of others"):
        request, fit = await _find_fit(session, certificate, saved.request_id, saved.adviser_id, rules=rules, now=now)
        await propose_first(session, request, fit, now=now, outbox=outbox)
    await session.flush()


async def withdraw_override(
    session: AsyncSession,
    round_id: UUID,
    override_id: UUID,
    *,
    version: Expected,
    by: Principal,
    person: Person,
    now: datetime,
) -> None:
    """Withdraw a pair that waits for its second person."""
    saved = await _lock_override(session, round_id, override_id, by)
    saved.withdraw(version, person, now=now)
    await session.flush()


async def _lock_override(session: AsyncSession, round_id: UUID, override_id: UUID, by: Principal) -> Override:
    query = select(Override).where(
        Override.id == override_id, Override.round_id == round_id, visible_to(Override.readers, by.identities)
    )
    saved = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if saved is None:
        raise NoSuchOverride
    return saved


async def _find_fit(
    session: AsyncSession,
    certificate: Certificate,
    request_id: UUID,
    adviser_id: UUID,
    *,
    rules: MatchingRules,
    now: datetime,
) -> tuple[SupportRequest, Fit]:
    """Lock the request and return it with the adviser's fit; refuse where a hard constraint or its state forbids."""
    query = select(SupportRequest).where(SupportRequest.id == request_id).with_for_update()
    request = (await session.execute(query)).scalar_one()
    kind = read_kind(certificate)
    if not request.waits_for(kind):
        raise PairNotPossible(f"the request is {request.ended_as or request.status}")
    candidates = await list_candidates(session, rules, now=now)
    candidate = next((each for each in candidates if each.id == adviser_id), None)
    if candidate is None:
        raise PairNotPossible("the adviser takes no part", errors=[FieldError("/adviserId", "takes no part")])
    need = build_need(request, kind)
    if ground := find_obstacle(need, candidate):
        raise PairNotPossible(IN_WORDS[ground], errors=[FieldError("/adviserId", ground)])
    return request, score(need, candidate, rules.weights)
