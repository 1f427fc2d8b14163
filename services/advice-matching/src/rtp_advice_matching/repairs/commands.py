"""Commands on repairs: preview, save and commit."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.engagements.leaving import end_with_adviser
from rtp_advice_matching.matching import MatchingRules
from rtp_advice_matching.repairs.changes import Certificate, find_changes, find_ending, read_asked
from rtp_advice_matching.repairs.errors import NoSuchRepair, RepairOutdated, RoundNotCommitted
from rtp_advice_matching.repairs.models import Repair
from rtp_advice_matching.repairs.queries import find_committed, get_document
from rtp_advice_matching.repairs.schemas import RepairOpening
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.rounds.commands import Pairs, preview_pairs, propose_pairs, read_kind
from rtp_advice_matching.rounds.models import RoundStatus
from rtp_advice_matching.rounds.queries import get_certificate, get_round
from rtp_advice_matching.rounds.rules.market import NOBODY
from rtp_advice_matching.rounds.rules.repair_document import (
    Ending,
    compute_repair,
    count_harm,
    hash_basis,
    read_advisers,
)
from rtp_advice_matching.rounds.rules.snapshot import Json, write_canonical
from rtp_shared.db import system_scope, visible_to
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, Principal, organisation_identity


class ComputedRepair(NamedTuple):
    """A repair that was worked out: the input of its round, and the document."""

    given: Json
    document: Json


async def load_round(session: AsyncSession, round_id: UUID, *, readers: Sequence[str]) -> tuple[Certificate, list[int]]:
    """Return a round's certificate, and who has whom after its last committed repair."""
    certificate = json.loads(await get_certificate(session, round_id, readers=readers))
    repaired = await find_committed(session, round_id, readers=readers)
    return certificate, json.loads(repaired)["after"] if repaired else read_advisers(certificate)


async def compute(
    session: AsyncSession,
    round_id: UUID,
    opening: RepairOpening,
    *,
    readers: Sequence[str],
    rules: MatchingRules,
    now: datetime,
) -> ComputedRepair:
    """Work out a repair of a round as it stands, and save nothing."""
    certificate, before = await load_round(session, round_id, readers=readers)
    asked = read_asked(certificate, opening)
    async with system_scope(session, "a round is over the requests of all groups"):
        changes = await find_changes(session, round_id, certificate, asked, rules=rules, now=now)
        ending = await find_ending(session, certificate, asked)
    document = await asyncio.to_thread(compute_repair, certificate, before, changes, ending)
    return ComputedRepair(certificate["input"], document)


def name_moves(requests: Sequence[Json], advisers: Sequence[Json], moves: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Write moves with the ids of requests and advisers instead of their places in the lists."""

    def name(adviser: int | None) -> str | None:
        return None if adviser is None else advisers[adviser]["id"]

    return [
        {
            "request_id": requests[each["request"]]["id"],
            "before": name(each["before"]),
            "rank_before": each["rankBefore"],
            "after": name(each["after"]),
            "rank_after": each["rankAfter"],
            "directly": each["directly"],
        }
        for each in moves
    ]


def summarise(computed: ComputedRepair) -> Json:
    """Return what a preview and a saved repair show."""
    given, document = computed
    return {
        "basis_hash": document["basisHash"],
        "figures": {
            **count_harm(document["moves"]),
            "at_least": document["atLeast"],
            "engagements_ending": len(document["ending"]),
        },
        "moves": name_moves(given["requests"], given["advisers"], document["moves"]),
        "ending": _name_ending(document["ending"]),
    }


async def save(
    session: AsyncSession,
    round_id: UUID,
    opening: RepairOpening,
    computed: ComputedRepair,
    *,
    by: Principal,
    now: datetime,
) -> UUID:
    """Save a repair; only the clients of the operator's organisation see it."""
    saved = Repair(
        round_id=round_id,
        status=RoundStatus.COMPUTED,
        version=1,
        readers=[organisation_identity(by.organisation), *SYSTEM],
        asked=opening.model_dump(mode="json", by_alias=True),
        document=write_canonical(computed.document).decode(),
        left_out=[],
        created_at=now,
        **summarise(computed),
    )
    session.add(saved)
    await session.flush()
    return saved.id


async def commit(
    context: EngagementContext, round_id: UUID, repair_id: UUID, *, version: Expected, actor: Principal
) -> None:
    """Make the new pairs of a repair the first proposals of their requests, if it rests on what is so still.

    What groups have with advisers who have left is ended, so that each looks for somebody else.
    """
    session, rules = context.session, context.terms.rules
    saved, ready = await _lock_ready(context, round_id, repair_id, version=version, actor=actor)
    async with system_scope(session, "a repair proposes to the groups of others"):
        left_out = await propose_pairs(
            session, ready.pairs, kind=ready.kind, rules=rules, now=context.now, outbox=context.outbox
        )
        for each in ready.ending:
            request = await session.get_one(SupportRequest, UUID(each["requestId"]))
            await end_with_adviser(context, request, UUID(each["adviserId"]))
    saved.commit(proposed=len(ready.pairs) - len(left_out), left_out=left_out, now=context.now)
    await session.flush()


async def preview_commit(
    context: EngagementContext, round_id: UUID, repair_id: UUID, *, version: Expected, actor: Principal
) -> Json:
    """Return what a commit would do now; do nothing."""
    _, ready = await _lock_ready(context, round_id, repair_id, version=version, actor=actor)
    async with system_scope(context.session, "a repair proposes to the groups of others"):
        proposed, left_out = await preview_pairs(
            context.session, ready.pairs, kind=ready.kind, rules=context.terms.rules, now=context.now
        )
    return {"proposed": proposed, "left_out": left_out, "ending": _name_ending(ready.ending)}


class ReadyRepair(NamedTuple):
    """What a repair does that rests on what is so still: its new pairs, and what it ends. The requests are locked."""

    kind: AdviserKind | None
    """The kind of support that the round is of."""
    pairs: Pairs
    ending: Ending


async def _lock_ready(
    context: EngagementContext, round_id: UUID, repair_id: UUID, *, version: Expected, actor: Principal
) -> tuple[Repair, ReadyRepair]:
    """Lock a repair that may be committed, and what it changes; refuse one that rests on what is so no more."""
    session, readers = context.session, actor.identities
    query = select(Repair).where(
        Repair.id == repair_id, Repair.round_id == round_id, visible_to(Repair.readers, readers)
    )
    saved = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if saved is None:
        raise NoSuchRepair
    saved.expect(version)
    if (await get_round(session, round_id, readers=readers)).status is not RoundStatus.COMMITTED:
        raise RoundNotCommitted("commit the round first, or work out another one")
    certificate, before = await load_round(session, round_id, readers=readers)
    asked = read_asked(certificate, RepairOpening.model_validate(saved.asked))
    document = json.loads(await get_document(session, round_id, repair_id, readers=readers))
    async with system_scope(session, "a repair proposes to the groups of others"):
        wanted = _list_new(certificate["input"], document)
        versions = await _lock(session, {*wanted, *(UUID(each["requestId"]) for each in document["ending"])})
        changes = await find_changes(session, round_id, certificate, asked, rules=context.terms.rules, now=context.now)
        ending = await find_ending(session, certificate, asked)
    if hash_basis(certificate, before, changes, ending) != saved.basis_hash:
        raise RepairOutdated("a request, an adviser or an earlier repair has changed; preview the repair again")
    pairs = {each: (versions[each], adviser) for each, adviser in wanted.items()}
    return saved, ReadyRepair(read_kind(certificate), pairs, ending)


def _name_ending(ending: Ending) -> list[Json]:
    return [
        {"request_id": each["requestId"], "adviser_id": each["adviserId"], "status": each["status"]} for each in ending
    ]


def _list_new(given: Json, document: Json) -> dict[UUID, UUID]:
    """Return the adviser whom each moved request gets, if it gets one."""
    requests, advisers = given["requests"], given["advisers"]
    moves = ((each["request"], each["after"]) for each in document["moves"])
    return {
        UUID(requests[request]["id"]): UUID(advisers[adviser]["id"])
        for request, adviser in moves
        if adviser not in (None, NOBODY)
    }


async def _lock(session: AsyncSession, wanted: Collection[UUID]) -> dict[UUID, int]:
    """Lock the rows of the requests that are to be changed, in one order, and return their versions."""
    query = select(SupportRequest.id, SupportRequest.version).where(SupportRequest.id.in_(wanted))
    rows = await session.execute(query.order_by(SupportRequest.id).with_for_update())
    return {row.id: row.version for row in rows}
