"""Commands on what is looked for on behalf of cases: verb(session, subject, *, details)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.notices.cases import queries
from rtp_finance_directory.notices.cases.models import CaseContract, CaseNotice, CaseWatch
from rtp_finance_directory.notices.cases.queries import EndingContract
from rtp_finance_directory.notices.matching import NoticeFacts, WatchedFacts, match_notice
from rtp_finance_directory.notices.models import Notice
from rtp_finance_directory.notices.vocabulary import Reservation
from rtp_shared.contracts import About
from rtp_shared.contracts.events import compute_digest
from rtp_shared.contracts.finance_directory import ContractEnding, NoticeMatched
from rtp_shared.identities import SYSTEM
from rtp_shared.outbox import Outbox

PART = "notices"
"""Of the service: events about notices are a chain of their own for each case, beside that of its shortlist."""


async def watch_case(
    session: AsyncSession,
    case_id: UUID,
    *,
    route: str | None,
    facts: WatchedFacts,
    readers: Sequence[str],
    sequence: int,
) -> None:
    """Look for notices for a case from now on, by these facts; what comes late or twice says nothing new."""
    watch = await _lock_watch(session, case_id)
    if watch.follow(list(readers), sequence=sequence):
        watch.route = route
        watch.take_facts(facts)
    else:  # a later event came first, and does not tell all of it
        watch.take_facts(watch.facts.fill_from(facts))
    await session.flush()


async def follow_case(
    session: AsyncSession, case_id: UUID, *, about: About, readers: Sequence[str], sequence: int
) -> None:
    """Take over who sees the case, and what of its facts its event says; the others stay."""
    watch = await _lock_watch(session, case_id)
    if watch.follow(list(readers), sequence=sequence):
        before = watch.facts
        watch.route = about.route or watch.route
        watch.take_facts(
            WatchedFacts(
                about.sector or before.sector,
                about.region or before.region,
                about.employer or before.employer,
                about.commissioner,
                before.decision_body,
                before.annual_value_pence,
            )
        )
        await session.flush()


async def end_watch(session: AsyncSession, case_id: UUID, *, now: datetime) -> None:
    """Look no more: the case has ended. If its submission comes later, nothing will be looked for."""
    watch = await _lock_watch(session, case_id)
    watch.ended_at = watch.ended_at or now
    await session.flush()


async def empty_watch(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str], sequence: int, now: datetime
) -> None:
    """Destroy by what a destroyed case was looked for, and what was found. That it was looked for stays.

    What comes later says nothing new.
    """
    watch = await _lock_watch(session, case_id)
    for found in (CaseNotice, CaseContract):
        await session.execute(delete(found).where(found.case_id == case_id))
    watch.follow(list(readers), sequence=sequence)
    watch.empty(now=now)
    await session.flush()


async def _lock_watch(session: AsyncSession, case_id: UUID) -> CaseWatch:
    """Return what is kept of the case with its row locked; a new one if nothing was known of it."""
    new = insert(CaseWatch).values(case_id=case_id, version=0, readers=list(SYSTEM), case_sequence=0, sequence=0)
    await session.execute(new.on_conflict_do_nothing(index_elements=[CaseWatch.case_id]))
    query = select(CaseWatch).where(CaseWatch.case_id == case_id).with_for_update()
    return (await session.execute(query)).scalar_one()


async def judge_notices(
    session: AsyncSession, case_id: UUID, ocids: Sequence[str], *, on: date, now: datetime, outbox: Outbox
) -> int:
    """Judge the notices for the case, keep what was found, and tell what is news; return how many were told."""
    watch = await _lock_watch(session, case_id)
    if watch.ended_at is not None:
        return 0
    known = {each.ocid: each for each in await queries.list_judged(session, case_id, ocids)}
    told = 0
    for notice in await queries.list_notice_facts(session, ocids):
        kept = known.get(notice.ocid) or CaseNotice(case_id=case_id, ocid=notice.ocid, told=None)
        match = match_notice(watch.facts, _read_facts(notice), on)
        kept.take(match, notice_version=notice.version, facts_version=watch.version, on=on)
        session.add(kept)
        if kept.owes_event():
            await _tell_match(session, watch, kept, notice, now=now, outbox=outbox)
            told += 1
    await session.flush()
    return told


def _read_facts(notice: Notice) -> NoticeFacts:
    return NoticeFacts(**{name: getattr(notice, name) for name in NoticeFacts._fields})


async def _tell_match(
    session: AsyncSession, watch: CaseWatch, kept: CaseNotice, notice: Notice, *, now: datetime, outbox: Outbox
) -> None:
    theirs = notice.buyer_body in watch.facts.bodies
    event = NoticeMatched(
        case_id=watch.case_id,
        ocid=notice.ocid,
        verdict=kept.verdict,
        former_verdict=kept.told,
        stage=notice.stage,
        reserved_to_mutuals=Reservation.PUBLIC_SERVICE_MUTUALS in notice.reserved,
        buyer=notice.buyer_body if theirs else None,
        buyer_known_by=notice.buyer_known_by if theirs else None,
        closes_on=notice.closes_on,
        matched_at=now,
    )
    kept.told = kept.verdict
    await _publish(session, watch, event, outbox=outbox)


async def tell_endings(
    session: AsyncSession, case_id: UUID, contracts: Sequence[EndingContract], *, now: datetime, outbox: Outbox
) -> int:
    """Tell the case's readers of contracts that end soon, each once; return how many were told."""
    watch = await _lock_watch(session, case_id)
    if watch.ended_at is not None:
        return 0
    told = await queries.list_told_endings(session, case_id)
    news = [each for each in contracts if (each.ocid, each.key) not in told]
    for each in news:
        session.add(CaseContract(case_id=case_id, ocid=each.ocid, key=each.key, ends_on=each.ends_on, told_at=now))
        event = ContractEnding(
            case_id=case_id,
            ocid=each.ocid,
            contract=each.key,
            buyer=each.buyer_body,
            buyer_known_by=each.buyer_known_by,
            ends_on=each.ends_on,
            extendable_until=each.extendable_until,
            found_at=now,
        )
        await _publish(session, watch, event, outbox=outbox)
    await session.flush()
    return len(news)


async def _publish(
    session: AsyncSession, watch: CaseWatch, event: NoticeMatched | ContractEnding, *, outbox: Outbox
) -> None:
    [body] = await outbox.publish(
        session,
        [event],
        subject_id=watch.case_id,
        sequence=watch.sequence + 1,
        previous=watch.event_hash,
        dataref=f"/v1/case-notices/{watch.case_id}",
        readers=watch.readers,
        about=About(watch.route, watch.sector, watch.region, watch.employer, watch.commissioner),
        part=PART,
    )
    watch.count_event(compute_digest(body))
