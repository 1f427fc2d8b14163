"""Commands on support requests: verb(session, subject, *, details)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.matching import Fit, MatchingRules, rank
from rtp_advice_matching.requests.errors import AdviserNotProposed, NoSuchSupportRequest
from rtp_advice_matching.requests.models import Proposal, SupportRequest
from rtp_advice_matching.ways import find_ways
from rtp_shared.contracts import About
from rtp_shared.contracts.advice_matching import AdviserProposed, SupportAgreed, SupportProposed
from rtp_shared.contracts.applications import CaseSubmitted, CaseWithdrawn
from rtp_shared.contracts.events import compute_digest
from rtp_shared.db import visible_to
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError

NEVER_SUBMITTED = "draft"


class Actor(Protocol):
    """The client that acts: its own identity, and all by which it sees requests."""

    @property
    def own_identity(self) -> str: ...
    @property
    def identities(self) -> Sequence[str]: ...


async def open_request(
    session: AsyncSession,
    case: CaseSubmitted,
    *,
    readers: Sequence[str],
    sequence: int,
    rules: MatchingRules,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Open the case's support request and propose advisers; do nothing where that was done, or the case has ended."""
    request = await _lock_request(session, case.case_id, readers=readers, now=now)
    if not request.learn(_read_facts(case), readers=readers, sequence=sequence, now=now):
        return
    told_before = list(request.readers)
    need, candidates = request.build_need(), await list_candidates(session, rules, now=now)
    ranking = rank(need, candidates, weights=rules.weights)
    rivals = [fit.candidate.network_id for fit in ranking.proposed]
    case_readers = request.leave_out_rivals(request.readers, networks=rivals)
    proposals = request.propose(ranking, now=now)
    session.add_all(proposals)
    request.note_ways([] if proposals else find_ways(need, candidates))
    event = SupportProposed(
        case_id=request.case_id,
        support_request_id=request.id,
        adviser_ids=[proposal.adviser_id for proposal in proposals],
        proposed_at=now,
    )
    await _publish(session, outbox, request, event, readers=case_readers)
    await _tell_networks(
        session, outbox, request, readers=[each for each in request.readers if each not in told_before]
    )


async def propose_first(
    session: AsyncSession, request: SupportRequest, fit: Fit, *, now: datetime, outbox: Outbox
) -> None:
    """Propose an adviser before all others, to a request whose row is locked. A network new to it is told."""
    adviser_id, network_id = fit.candidate.id, fit.candidate.network_id
    proposed = select(Proposal, Adviser.network_id).join(Adviser, Adviser.id == Proposal.adviser_id)
    rows = (await session.execute(proposed.where(Proposal.request_id == request.id))).all()
    earlier = {row[0]: row[1] for row in rows}
    first, case_readers = request.propose_first(fit, earlier, now=now)
    session.add(first)
    live = (each for each in earlier if each is not first and each.withdrawn_at is None)
    others = sorted(live, key=lambda each: each.rank)
    event = SupportProposed(
        case_id=request.case_id,
        support_request_id=request.id,
        adviser_ids=[adviser_id, *(each.adviser_id for each in others)],
        proposed_at=now,
    )
    await _publish(session, outbox, request, event, readers=case_readers)
    if network_id not in earlier.values():
        await _tell_networks(session, outbox, request, readers=[organisation_identity(network_id)])


async def propose_next(
    session: AsyncSession, request: SupportRequest, fit: Fit, *, now: datetime, outbox: Outbox
) -> None:
    """Propose an adviser after all others, unless they were proposed. A network new to it is told."""
    earlier = await list_proposed(session, request)
    live = [each for each in earlier if each.withdrawn_at is None]
    if any(each.adviser_id == fit.candidate.id for each in live):
        return
    proposal = request.propose_next(fit, earlier, now=now)
    session.add(proposal)
    ranked = [*sorted(live, key=lambda each: each.rank), proposal]
    event = SupportProposed(
        case_id=request.case_id,
        support_request_id=request.id,
        adviser_ids=[each.adviser_id for each in ranked],
        proposed_at=now,
    )
    network_id = fit.candidate.network_id
    readers = request.leave_out_rivals(request.readers, networks=[*earlier.values(), network_id])
    await _publish(session, outbox, request, event, readers=readers)
    if network_id not in earlier.values():
        await _tell_networks(session, outbox, request, readers=[organisation_identity(network_id)])


async def publish_proposals(
    session: AsyncSession,
    outbox: Outbox,
    request: SupportRequest,
    adviser_ids: list[UUID],
    *,
    now: datetime,
    readers: Sequence[str],
    networks: Sequence[UUID],
) -> None:
    """Say who is proposed now to whoever sees the case, and to networks that are new to the request that they are."""
    event = SupportProposed(
        case_id=request.case_id, support_request_id=request.id, adviser_ids=adviser_ids, proposed_at=now
    )
    await _publish(session, outbox, request, event, readers=readers)
    await _tell_networks(session, outbox, request, readers=[organisation_identity(each) for each in networks])


async def list_proposed(session: AsyncSession, request: SupportRequest) -> dict[Proposal, UUID]:
    """Return the proposals of a request that the session may see, each with the adviser's network; also those that
    were taken back.
    """
    query = select(Proposal, Adviser.network_id).join(Adviser, Adviser.id == Proposal.adviser_id)
    return {row[0]: row[1] for row in (await session.execute(query.where(Proposal.request_id == request.id))).all()}


async def close_request(
    session: AsyncSession, case: CaseWithdrawn, *, readers: Sequence[str], now: datetime
) -> SupportRequest | None:
    """Close the case's support request, also before its submission is heard; return it, locked, if that is news."""
    if case.withdrawn_from == NEVER_SUBMITTED:
        return None
    request = await _lock_request(session, case.case_id, readers=readers, now=now)
    return request if request.close(now=now) else None


async def follow_readers(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str], sequence: int
) -> SupportRequest | None:
    """Show the case's request to whoever sees the case now, and to nobody who has left it; return it, if that is news.

    A draft has no request.
    """
    query = select(SupportRequest).where(SupportRequest.case_id == case_id).with_for_update()
    request = await session.scalar(query)
    if request is None:
        return None
    proposed = select(Proposal, Adviser.network_id).join(Adviser, Adviser.id == Proposal.adviser_id)
    rows = (await session.execute(proposed.where(Proposal.request_id == request.id))).all()
    if not request.follow(readers, sequence=sequence, networks=[network_id for _, network_id in rows]):
        return None
    shown = request.leave_out_rivals(readers, networks=[network_id for _, network_id in rows])
    for proposal, network_id in rows:
        proposal.show_to(shown, network_id)
    await session.flush()
    return request


async def lock_seen(session: AsyncSession, request_id: UUID, *, actor: Actor) -> SupportRequest:
    """Return a request that the actor sees, with its row locked."""
    query = select(SupportRequest).where(
        SupportRequest.id == request_id, visible_to(SupportRequest.readers, actor.identities)
    )
    request = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if request is None:
        raise NoSuchSupportRequest
    return request


async def get_proposal(session: AsyncSession, request_id: UUID, adviser_id: UUID) -> Proposal:
    proposal = await session.get(Proposal, (request_id, adviser_id))
    if proposal is None or proposal.withdrawn_at is not None:
        raise AdviserNotProposed(errors=[FieldError("/adviserId", "not among the proposals of this request")])
    return proposal


async def share(
    session: AsyncSession,
    request: SupportRequest,
    proposal: Proposal,
    adviser: Adviser,
    *,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Say who was agreed on: by this the adviser becomes a party of the case, and their network sees it."""
    request.share(now=now)
    event = SupportAgreed(
        case_id=request.case_id,
        support_request_id=request.id,
        adviser_id=adviser.id,
        network_id=adviser.network_id,
        kind=adviser.kind,
        agreed_at=request.agreed_at or now,
    )
    await _publish(session, outbox, request, event, readers=proposal.readers)


async def lock_adviser(session: AsyncSession, adviser_id: UUID) -> Adviser:
    """Return an adviser with the row locked."""
    # Always after the request, so that nobody waits in a ring; sharing the key, so that proposing never waits for it.
    query = select(Adviser).where(Adviser.id == adviser_id).with_for_update(key_share=True)
    return (await session.execute(query)).scalar_one()


async def _lock_request(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str], now: datetime
) -> SupportRequest:
    """Return the case's request with its row locked. Make it first, so that two messages at once meet on one row."""
    blank = SupportRequest.make_columns(case_id, readers=readers, now=now)
    await session.execute(insert(SupportRequest).values(blank).on_conflict_do_nothing(index_elements=["case_id"]))
    query = select(SupportRequest).where(SupportRequest.case_id == case_id)
    return (await session.execute(query.with_for_update())).scalar_one()


def _read_facts(case: CaseSubmitted) -> dict[str, object]:
    return {
        "number": case.number,
        "route": case.route,
        "sector": case.sector,
        "region": case.region,
        "employer_id": case.employer,
        "commissioner_id": case.commissioner,
        "decision_body_id": case.decision_body,
        "headcount": case.headcount,
        "legal_form": case.legal_form,
        "topics": case.support_needs,
    }


async def _publish(
    session: AsyncSession,
    outbox: Outbox,
    request: SupportRequest,
    data: SupportProposed | SupportAgreed,
    *,
    readers: Sequence[str],
) -> None:
    [body] = await outbox.publish(
        session,
        [data],
        subject_id=request.case_id,
        sequence=request.sequence,
        previous=request.event_hash,
        dataref=f"/v1/support-requests/{request.id}",
        readers=readers,
        about=About(request.route, request.sector, request.region, request.employer_id, request.commissioner_id),
    )
    request.event_hash = compute_digest(body)
    await session.flush()


async def _tell_networks(
    session: AsyncSession, outbox: Outbox, request: SupportRequest, *, readers: Sequence[str]
) -> None:
    """Tell the networks whose advisers were proposed, in a chain of their own: none learns who else was."""
    if not readers:
        return
    assert request.proposed_at is not None  # noqa: S101 - they were proposed
    event = AdviserProposed(case_id=request.case_id, support_request_id=request.id, proposed_at=request.proposed_at)
    await outbox.publish(
        session,
        [event],
        subject_id=request.id,
        sequence=1,
        previous=None,
        dataref=f"/v1/support-requests/{request.id}",
        readers=[*readers, *SYSTEM],
    )
