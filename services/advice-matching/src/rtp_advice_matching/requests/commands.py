"""Commands on support requests: verb(session, subject, *, details)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.matching import Fit, RankingSummary
from rtp_advice_matching.requests.errors import AdviserNotProposed, NoSuchSupportRequest
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.notices import tell_networks
from rtp_advice_matching.requests.proposals import Proposal, list_standing
from rtp_advice_matching.requests.publishing import publish
from rtp_advice_matching.ways import WayOut
from rtp_shared.contracts.advice_matching import SupportAgreed, SupportProposed
from rtp_shared.contracts.applications import CaseSubmitted, CaseWithdrawn
from rtp_shared.db import visible_to
from rtp_shared.identities import organisation_identity
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError

NEVER_SUBMITTED = "draft"


class Actor(Protocol):
    """The client that acts: its own identity, and all by which it sees requests."""

    @property
    def own_identity(self) -> str: ...
    @property
    def identities(self) -> Sequence[str]: ...


async def learn_case(
    session: AsyncSession, case: CaseSubmitted, *, readers: Sequence[str], sequence: int, now: datetime
) -> SupportRequest | None:
    """Open the case's support request; return it, with its row locked, or None where that was done before."""
    request = await _lock_request(session, case.case_id, readers=readers, now=now)
    if not request.learn(_read_facts(case), readers=readers, sequence=sequence):
        return None
    await session.flush()
    return request


async def find_request(session: AsyncSession, case_id: UUID) -> SupportRequest | None:
    """Return the request of a case, with its row locked, if there is one. A draft has none."""
    query = select(SupportRequest).where(SupportRequest.case_id == case_id).with_for_update()
    found: SupportRequest | None = await session.scalar(query)
    return found


async def propose(
    session: AsyncSession,
    request: SupportRequest,
    ranking: RankingSummary,
    ways: list[WayOut],
    *,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Propose the best of a ranking before all others, or say that nobody fits. Networks new to the request are told.

    What was proposed just so before is not told again. The ways, which would change it, are noted where nobody is.
    """
    earlier = await list_proposed(session, request)
    if request.status is not SupportStatus.OPEN and _are_first(ranking, earlier):
        return
    told_before = list(request.readers)
    proposals, case_readers = request.propose(ranking, earlier, now=now)
    request.note_ways([] if proposals else ways)
    session.add_all(proposals)
    event = SupportProposed(
        case_id=request.case_id,
        support_request_id=request.id,
        adviser_ids=[proposal.adviser_id for proposal in proposals],
        proposed_at=now,
    )
    await publish(session, outbox, request, event, readers=case_readers)
    proposed = [(fit.candidate.network_id, fit.candidate.id) for fit in ranking.proposed]
    new = [each for each in request.readers if each not in told_before]
    await tell_networks(session, outbox, request, proposed, new=new)


def _are_first(ranking: RankingSummary, earlier: Mapping[Proposal, UUID]) -> bool:
    """Return whether those of the ranking are the first proposals already, for the same reasons."""
    standing = list_standing(earlier)[: len(ranking.proposed)]
    return [(each.adviser_id, each.parts) for each in standing] == [
        (fit.candidate.id, [part._asdict() for part in fit.parts]) for fit in ranking.proposed
    ]


async def renew(
    session: AsyncSession,
    request: SupportRequest,
    kept: Sequence[Proposal],
    ranking: RankingSummary,
    ways: list[WayOut],
    *,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Take back the proposals that are not kept, and propose the best of a ranking of all others after the kept ones.

    Where this changes nothing, nothing is told. The ways are noted where nobody is left.
    """
    told_before, earlier = list(request.readers), await list_proposed(session, request)
    before = list_standing(earlier)
    proposals, case_readers = request.renew(kept, ranking, earlier, now=now)
    request.note_ways([] if proposals else ways)
    session.add_all(proposals)
    await session.flush()
    if proposals != before:
        event = SupportProposed(
            case_id=request.case_id,
            support_request_id=request.id,
            adviser_ids=[each.adviser_id for each in proposals],
            proposed_at=now,
        )
        await publish(session, outbox, request, event, readers=case_readers)
        proposed = [(fit.candidate.network_id, fit.candidate.id) for fit in ranking.proposed]
        new = [each for each in request.readers if each not in told_before]
        await tell_networks(session, outbox, request, proposed, new=new)


async def propose_first(
    session: AsyncSession, request: SupportRequest, fit: Fit, *, now: datetime, outbox: Outbox
) -> None:
    """Propose an adviser before all others, to a request whose row is locked. Its network is told."""
    network_id = fit.candidate.network_id
    earlier = await list_proposed(session, request)
    proposals, case_readers = request.propose_first(fit, earlier, now=now)
    session.add_all(proposals)
    event = SupportProposed(
        case_id=request.case_id,
        support_request_id=request.id,
        adviser_ids=[each.adviser_id for each in proposals],
        proposed_at=now,
    )
    await publish(session, outbox, request, event, readers=case_readers)
    new = () if network_id in earlier.values() else (organisation_identity(network_id),)
    await tell_networks(session, outbox, request, [(network_id, fit.candidate.id)], new=new)


async def propose_next(
    session: AsyncSession, request: SupportRequest, fit: Fit, *, now: datetime, outbox: Outbox
) -> None:
    """Propose an adviser after all others, unless they were proposed. Its network is told."""
    earlier = await list_proposed(session, request)
    if any(each.adviser_id == fit.candidate.id for each in list_standing(earlier)):
        return
    proposal = request.propose_next(fit, earlier, now=now)
    session.add(proposal)
    ranked = list_standing({*earlier, proposal})
    event = SupportProposed(
        case_id=request.case_id,
        support_request_id=request.id,
        adviser_ids=[each.adviser_id for each in ranked],
        proposed_at=now,
    )
    network_id = fit.candidate.network_id
    readers = request.leave_out_rivals(request.readers, networks=[*earlier.values(), network_id])
    await publish(session, outbox, request, event, readers=readers)
    new = () if network_id in earlier.values() else (organisation_identity(network_id),)
    await tell_networks(session, outbox, request, [(network_id, fit.candidate.id)], new=new)


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
    request = await find_request(session, case_id)
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
    kind: AdviserKind,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Say who was agreed on: by this the adviser becomes a party of the case, and their network sees it."""
    strand = request.share(kind, now=now)
    event = SupportAgreed(
        case_id=request.case_id,
        support_request_id=request.id,
        adviser_id=adviser.id,
        network_id=adviser.network_id,
        kind=kind,
        agreed_at=strand.agreed_at or now,
    )
    await publish(session, outbox, request, event, readers=proposal.readers)


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
        "employer_kind": case.employer_kind,
        "commissioner_id": case.commissioner,
        "decision_body_id": case.decision_body,
        "headcount": case.headcount,
        "legal_form": case.legal_form,
    }
