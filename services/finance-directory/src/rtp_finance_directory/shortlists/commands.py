"""Commands on shortlists: verb(session, subject, *, details)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.circumstances.queries import find_finance
from rtp_finance_directory.circumstances.subsidy import find_room
from rtp_finance_directory.eligibility.facts import CaseFacts
from rtp_finance_directory.eligibility.queries import load_catalogue
from rtp_finance_directory.eligibility.rules.findings import Answer
from rtp_finance_directory.plans.bank_rate import BankRates
from rtp_finance_directory.plans.service import read_rows
from rtp_finance_directory.shortlists.models import (
    CaseSituation,
    JudgedCase,
    Shortlist,
    ShortlistEdition,
    ShortlistLine,
    ShortlistStatus,
)
from rtp_finance_directory.shortlists.outlook import CaseOutlook, describe_outlooks
from rtp_finance_directory.timing.queries import find_go_live
from rtp_shared.clock import LONDON
from rtp_shared.contracts import About
from rtp_shared.contracts.applications import CaseDisposed, CaseSubmitted, CaseWithdrawn
from rtp_shared.contracts.events import compute_digest
from rtp_shared.contracts.finance_directory import ShortlistChanged, ShortlistMade
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.identities import SYSTEM
from rtp_shared.outbox import Outbox

TRADING_MONTHS = {Route.RIGHT_TO_PROVIDE.value: 0}
"""By route: a group that leaves a public body under the Right to Provide starts without accounts of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An event that a shortlist is made of: who sees the case by it, its place among them, and what tells the next."""

    readers: Sequence[str]
    sequence: int
    now: datetime
    outbox: Outbox
    bank_rates: BankRates

    @property
    def today(self) -> date:
        return self.now.astimezone(LONDON).date()


async def make_shortlist(session: AsyncSession, case: CaseSubmitted, *, telling: Telling) -> None:
    """Judge every product for the case and store the verdicts; do nothing a second time, or once it was withdrawn."""
    shortlist = await _lock_shortlist(session, case.case_id, number=case.number, readers=telling.readers)
    facts, situation = await _find_situation(session, case.case_id, _read_facts(case), on=telling.today)
    judged = await _judge(session, facts, situation, telling)
    lines = shortlist.make(judged, on=telling.today, now=telling.now)
    if lines is None:
        return
    shortlist.follow(telling.readers, sequence=telling.sequence)
    session.add_all(lines)
    event = ShortlistMade(
        case_id=case.case_id,
        shortlist_id=shortlist.id,
        fitting=shortlist.fitting,
        not_fitting=shortlist.not_fitting,
        made_at=telling.now,
    )
    about = About(case.route, case.sector, case.region, case.employer, case.commissioner)
    await _publish(session, shortlist, event, outbox=telling.outbox, readers=telling.readers, about=about)


async def follow_facts(session: AsyncSession, case_id: UUID, *, about: About, telling: Telling) -> None:
    """Make the case's shortlist again if it rests on other facts than the case has told by now.

    Of sector and region an event that comes late says nothing new: a newer one has told both already. The day of going
    live, and what the case tells of its finance, are read where they are kept (`timing/`, `circumstances/`).
    """
    shortlist = await session.scalar(select(Shortlist).where(Shortlist.case_id == case_id).with_for_update())
    if shortlist is None:
        return
    newer = telling.sequence > shortlist.case_sequence
    shortlist.follow(telling.readers, sequence=telling.sequence)
    await session.flush()
    if shortlist.status is not ShortlistStatus.MADE or shortlist.facts is None:
        return
    facts = _read_kept(shortlist.facts)
    if newer:
        facts = replace(facts, sector=about.sector or facts.sector, region=about.region)
    await _make_again(session, shortlist, facts, about=about, telling=telling)


async def _make_again(
    session: AsyncSession, shortlist: Shortlist, stated: CaseFacts, *, about: About, telling: Telling
) -> None:
    """Judge every product anew and tell it, unless the shortlist rests on these facts already."""
    facts, situation = await _find_situation(session, shortlist.case_id, stated, on=telling.today)
    if shortlist.rests_on(facts, situation):
        return
    judged = await _judge(session, facts, situation, telling)
    before = await _list_answers(session, shortlist)
    former, lines = shortlist.make_again(judged, before, on=telling.today, now=telling.now)
    session.add_all([former, *lines])
    event = ShortlistChanged(
        case_id=shortlist.case_id,
        shortlist_id=shortlist.id,
        edition=shortlist.edition,
        fitting=shortlist.fitting,
        not_fitting=shortlist.not_fitting,
        now_fitting=shortlist.changes["now_fitting"],
        no_longer_fitting=shortlist.changes["no_longer_fitting"],
        changed_at=telling.now,
    )
    await _publish(session, shortlist, event, outbox=telling.outbox, readers=shortlist.readers, about=about)


async def _find_situation(
    session: AsyncSession, case_id: UUID, stated: CaseFacts, *, on: date
) -> tuple[CaseFacts, CaseSituation]:
    """Return the facts as the case has told them by now, and what a shortlist rests on besides."""
    told = await find_finance(session, case_id, readers=SYSTEM)
    day = await find_go_live(session, case_id, readers=SYSTEM)
    return replace(stated, **told.facts), CaseSituation(day, find_room(told.assistance, on))


async def _judge(session: AsyncSession, facts: CaseFacts, situation: CaseSituation, telling: Telling) -> JudgedCase:
    """Judge every product, and look ahead for those that may fit."""
    on = telling.today
    verdicts = (await load_catalogue(session)).judge_all(facts, on).list_verdicts()
    rows = await read_rows(session, [each.terms.id for each in verdicts if each.answer is not Answer.DOES_NOT_FIT])
    rate = telling.bank_rates.find(on)
    case = CaseOutlook(facts.finance_sought_pence, situation.go_live_on, on, room=situation.room, bank_rate=rate)
    return JudgedCase(facts, situation, verdicts, describe_outlooks(rows, case))


def _read_kept(kept: Mapping[str, Any]) -> CaseFacts:
    """Return the facts by which a shortlist was made, without what it rests on besides."""
    names = {field.name for field in fields(CaseFacts)}
    stated = {name: value for name, value in kept.items() if name in names}
    return CaseFacts(**stated | {"finance_purposes": tuple(kept["finance_purposes"])})


async def _list_answers(session: AsyncSession, shortlist: Shortlist) -> dict[UUID, Answer]:
    query = select(ShortlistLine.product_id, ShortlistLine.verdict).where(
        ShortlistLine.shortlist_id == shortlist.id, ShortlistLine.edition == shortlist.edition
    )
    return {row.product_id: row.verdict for row in await session.execute(query)}


async def _publish(
    session: AsyncSession,
    shortlist: Shortlist,
    event: ShortlistMade | ShortlistChanged,
    *,
    outbox: Outbox,
    readers: Sequence[str],
    about: About,
) -> None:
    [body] = await outbox.publish(
        session,
        [event],
        subject_id=shortlist.case_id,
        sequence=shortlist.sequence,
        previous=shortlist.event_hash,
        dataref=f"/v1/shortlists/{shortlist.case_id}",
        readers=readers,
        about=about,
    )
    shortlist.event_hash = compute_digest(body)
    await session.flush()


async def close_shortlist(session: AsyncSession, case: CaseWithdrawn, *, readers: Sequence[str]) -> None:
    """Close the shortlist of a case that has ended. If its submission comes later, nothing will be made for it."""
    shortlist = await _lock_shortlist(session, case.case_id, number=case.number, readers=readers)
    shortlist.close(now=case.withdrawn_at)
    await session.flush()


async def empty_shortlist(session: AsyncSession, case: CaseDisposed, *, readers: Sequence[str]) -> None:
    """Destroy what the shortlist of a destroyed case says of it, and close it. What was counted stays."""
    shortlist = await _lock_shortlist(session, case.case_id, number=case.number, readers=readers)
    for told in (ShortlistLine, ShortlistEdition):
        await session.execute(delete(told).where(told.shortlist_id == shortlist.id))
    shortlist.empty(now=case.at)
    await session.flush()


async def follow_readers(session: AsyncSession, case_id: UUID, *, readers: Sequence[str], sequence: int) -> None:
    """Show the case's shortlist to whoever sees the case now, and to nobody who has left it. A draft has none."""
    shortlist = await session.scalar(select(Shortlist).where(Shortlist.case_id == case_id).with_for_update())
    if shortlist is not None:
        shortlist.follow(readers, sequence=sequence)
        await session.flush()


async def _lock_shortlist(session: AsyncSession, case_id: UUID, *, number: str, readers: Sequence[str]) -> Shortlist:
    """Return the case's shortlist with its row locked; a new one if nothing was known of the case."""
    new = insert(Shortlist).values(
        case_id=case_id,
        case_number=number,
        status=ShortlistStatus.AWAITED,
        version=0,
        sequence=0,
        readers=list(dict.fromkeys([*readers, *SYSTEM])),
        case_sequence=0,
        fitting=0,
        not_fitting=0,
    )
    await session.execute(new.on_conflict_do_nothing(index_elements=[Shortlist.case_id]))
    query = select(Shortlist).where(Shortlist.case_id == case_id).with_for_update()
    return (await session.execute(query)).scalar_one()


def _read_facts(case: CaseSubmitted) -> CaseFacts:
    return CaseFacts(
        sector=case.sector,
        region=case.region,
        legal_form=case.legal_form,
        finance_purposes=tuple(case.finance_purposes),
        # Nothing sought is nothing said about the amount: every product would start above it.
        finance_sought_pence=case.finance_sought_pence or None,
        annual_value_pence=case.annual_value_pence,
        trading_months=TRADING_MONTHS.get(case.route),
    )
