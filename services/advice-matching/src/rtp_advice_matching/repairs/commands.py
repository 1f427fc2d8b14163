"""Commands on repairs: preview, save and commit."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.matching import MatchingRules
from rtp_advice_matching.repairs.changes import Certificate, find_changes, find_ending, read_asked
from rtp_advice_matching.repairs.errors import NoSuchRepair, RepairOutdated, RoundNotCommitted
from rtp_advice_matching.repairs.models import Repair
from rtp_advice_matching.repairs.queries import find_committed, get_document
from rtp_advice_matching.repairs.schemas import RepairOpening
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.rounds.commands import propose_pairs, read_kind
from rtp_advice_matching.rounds.models import RoundStatus
from rtp_advice_matching.rounds.queries import get_certificate, get_round
from rtp_advice_matching.rounds.rules.market import NOBODY
from rtp_advice_matching.rounds.rules.repair_document import compute_repair, count_harm, hash_basis, read_advisers
from rtp_advice_matching.rounds.rules.snapshot import Json, write_canonical
from rtp_shared.db import system_scope, visible_to
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, Principal, organisation_identity
from rtp_shared.outbox import Outbox


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
) -> Json:
    """Work out a repair of a round as it stands, and save nothing; return its document."""
    certificate, before = await load_round(session, round_id, readers=readers)
    asked = read_asked(certificate, opening)
    async with system_scope(session, "a round is over the requests of all groups"):
        changes = await find_changes(session, round_id, certificate, asked, rules=rules, now=now)
        ending = await find_ending(session, certificate, asked)
    return await asyncio.to_thread(compute_repair, certificate, before, changes, ending)


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


def summarise(document: Json) -> Json:
    """Return what a preview and a saved repair show."""
    given = document["input"]
    return {
        "basis_hash": document["basisHash"],
        "figures": {
            **count_harm(document["moves"]),
            "at_least": document["atLeast"],
            "engagements_ending": len(document["ending"]),
        },
        "moves": name_moves(given["requests"], given["advisers"], document["moves"]),
        "ending": [
            {"request_id": each["requestId"], "adviser_id": each["adviserId"], "status": each["status"]}
            for each in document["ending"]
        ],
    }


async def save(
    session: AsyncSession, round_id: UUID, opening: RepairOpening, document: Json, *, by: Principal, now: datetime
) -> UUID:
    """Save a repair; only the clients of the operator's organisation see it."""
    saved = Repair(
        round_id=round_id,
        status=RoundStatus.COMPUTED,
        version=1,
        readers=[organisation_identity(by.organisation), *SYSTEM],
        asked=opening.model_dump(mode="json", by_alias=True),
        document=write_canonical(document).decode(),
        left_out=[],
        created_at=now,
        **summarise(document),
    )
    session.add(saved)
    await session.flush()
    return saved.id


async def commit(
    session: AsyncSession,
    round_id: UUID,
    repair_id: UUID,
    *,
    version: Expected,
    actor: Principal,
    rules: MatchingRules,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Make the new pairs of a repair the first proposals of their requests, if it rests on what is so still."""
    query = select(Repair).where(
        Repair.id == repair_id, Repair.round_id == round_id, visible_to(Repair.readers, actor.identities)
    )
    saved = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if saved is None:
        raise NoSuchRepair
    saved.expect(version)
    if (await get_round(session, round_id, readers=actor.identities)).status is not RoundStatus.COMMITTED:
        raise RoundNotCommitted("commit the round first, or work out another one")
    certificate, before = await load_round(session, round_id, readers=actor.identities)
    asked = read_asked(certificate, RepairOpening.model_validate(saved.asked))
    document = json.loads(await get_document(session, round_id, repair_id, readers=actor.identities))
    async with system_scope(session, "a repair proposes to the groups of others"):
        versions = await _lock(session, document)
        changes = await find_changes(session, round_id, certificate, asked, rules=rules, now=now)
        ending = await find_ending(session, certificate, asked)
        if hash_basis(certificate, before, changes, ending) != saved.basis_hash:
            raise RepairOutdated("a request, an adviser or an earlier repair has changed; preview the repair again")
        pairs = {request: (versions[request], adviser) for request, adviser in _list_new(document).items()}
        kind = read_kind(certificate)
        left_out = await propose_pairs(session, pairs, kind=kind, rules=rules, now=now, outbox=outbox)
    saved.commit(proposed=len(pairs) - len(left_out), left_out=left_out, now=now)
    await session.flush()


def _list_new(document: Json) -> dict[UUID, UUID]:
    """Return the adviser whom each moved request gets, if it gets one."""
    requests, advisers = document["input"]["requests"], document["input"]["advisers"]
    moves = ((each["request"], each["after"]) for each in document["moves"])
    return {
        UUID(requests[request]["id"]): UUID(advisers[adviser]["id"])
        for request, adviser in moves
        if adviser not in (None, NOBODY)
    }


async def _lock(session: AsyncSession, document: Json) -> dict[UUID, int]:
    """Lock the rows of the requests that are to be moved, and return their versions."""
    wanted = _list_new(document)
    query = select(SupportRequest.id, SupportRequest.version).where(SupportRequest.id.in_(wanted))
    rows = await session.execute(query.order_by(SupportRequest.id).with_for_update())
    return {row.id: row.version for row in rows}
