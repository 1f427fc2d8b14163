"""Commands on a body: it is recorded before reference data knows it, ended, and given rules of its own."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import (
    IdentifierTaken,
    NoSuchBody,
    NotAnOverseer,
    NotYourBody,
    PastRuleStands,
    RulePlannedAlready,
    SuccessorsInACircle,
    UnknownBody,
)
from rtp_applications.bodies.models import Body, BodyIdentifier, BodyRule, Region, body_id
from rtp_applications.bodies.queries import match_body
from rtp_applications.bodies.rules import Rule, read_value, require_settable_for
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.json_types import JsonMapping, JsonObject
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError, Invalid

OVERSEE = "cases:oversee"
_REGISTER = 0x52_54_50_10
"""Advisory lock: who is in the register of bodies, and who follows whom, is changed by one request at a time."""


async def record_body(
    session: AsyncSession, *, details: JsonMapping, identifiers: Sequence[tuple[str, str]], actor: Principal
) -> UUID:
    """Add a body that reference data does not know yet. Its first identifier makes its id."""
    _require_overseer(actor)
    await _lock_register(session)
    references = ["-".join(each) for each in identifiers]
    await _require_free(session, references)
    await _require_region(session, details["region"])
    body = Body(id=body_id(references[0]), recorded_by_hand=True, **details)
    session.add(body)
    await session.flush()
    session.add_all(
        BodyIdentifier(body_id=body.id, scheme=scheme, value=value, valid_from=body.opened_on)
        for scheme, value in dict.fromkeys(identifiers)
    )
    await session.flush()
    return body.id


async def end_body(
    session: AsyncSession,
    reference: str,
    *,
    on: date,
    successors: Sequence[str],
    version: Expected,
    actor: Principal,
    now: datetime,
) -> UUID:
    """Record that a body ends, and which one follows it, or which ones. Its identifiers end with it."""
    _require_overseer(actor)
    await _lock_register(session)
    body = await _lock(session, reference)
    version.require(body.version)
    following = [
        await _find_successor(session, each, at) for each, at in zip(successors, _point_at(successors), strict=True)
    ]
    await _require_no_circle(session, body, following)
    before, expected = body.successors, body.ended_on
    body.end(on, following, today=civil_date(now))
    await session.flush()
    # What a body shows of those it follows changes with them.
    changed = [*before, *body.successors]
    await session.execute(update(Body).where(Body.id.in_(changed)).values(version=Body.version + 1))
    held = or_(BodyIdentifier.valid_to.is_(None), BodyIdentifier.valid_to == expected)
    await session.execute(update(BodyIdentifier).where(BodyIdentifier.body_id == body.id, held).values(valid_to=on))
    return body.id


async def set_rule(
    session: AsyncSession,
    reference: str,
    rule: Rule,
    *,
    value: object | None,
    sector: Sector | None,
    valid_from: date,
    source: str,
    published_on: date | None,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> Body:
    """Let a rule of the body hold from a day on; none gives the body's own rule up. What was set before ends then, for
    the same kind of service alone.
    """
    require_settable_for(rule, sector)
    today = civil_date(now)
    if published_on and published_on > today:
        raise Invalid(errors=[FieldError("/publishedOn", f"today is {today}: it cannot have been published later")])
    body = await _lock(session, reference)
    if body.id != actor.organisation and OVERSEE not in actor.scopes:
        raise NotYourBody
    version.require(body.version)
    facts: JsonObject = {
        "value": None if value is None else read_value(rule, value, kind=body.kind),
        "source": source,
        "published_on": published_on or today,
        "set_by": actor.client_id,
        "set_at": now,
    }
    of = sector or ""
    same = (BodyRule.body_id == body.id, BodyRule.rule == rule, BodyRule.sector == of)
    periods = await session.scalars(select(BodyRule).where(*same).order_by(BodyRule.valid_from))
    planned = end_last_period(periods.all(), valid_from, today=today)
    body.version += 1
    await session.flush()
    if planned is None:
        session.add(BodyRule(body_id=body.id, rule=rule, sector=of, valid_from=valid_from, **facts))
    else:
        planned.replace(**facts)
    await session.flush()
    return body


def end_last_period(periods: Sequence[BodyRule], start: date, *, today: date) -> BodyRule | None:
    """Let the last period of a rule end before `start`; return one that is planned for that very day, to be replaced.

    The past stands: deadlines were computed by what held. So a period that has begun is only ever ended, from today on
    at the earliest; a start that has gone by is taken where nothing held since, to record what was set long ago.
    """
    last = periods[-1] if periods else None
    if last is None or (last.valid_to is not None and last.valid_to < start):
        return None
    if last.valid_from > start:
        raise RulePlannedAlready(f"a period begins on {last.valid_from}; start on that day or later")
    if start < today or last.valid_from == start == today:
        raise PastRuleStands(f"the period from {last.valid_from} has begun; start after {today}")
    if last.valid_from == start:
        return last
    last.end_before(start)
    return None


async def _lock(session: AsyncSession, reference: str) -> Body:
    body = await _find(session, reference)
    if body is None:
        raise NoSuchBody
    return body


def _point_at(successors: Sequence[str]) -> list[str]:
    """Return the JSON pointer of each successor as it was given: one alone, or several."""
    several = [f"/successors/{number}" for number in range(len(successors))]
    return several if len(successors) > 1 else ["/successor"][: len(successors)]


async def _find_successor(session: AsyncSession, reference: str, at: str) -> Body:
    body = await _find(session, reference)
    if body is None:
        raise UnknownBody(errors=[FieldError(at, "not a body that is known")])
    return body


async def _find(session: AsyncSession, reference: str) -> Body | None:
    # Locked without the key: cases that name the body meanwhile need not wait.
    found = await session.scalars(select(Body).where(match_body(reference)).limit(1).with_for_update(key_share=True))
    return found.one_or_none()


async def _require_no_circle(session: AsyncSession, body: Body, following: Sequence[Body]) -> None:
    seen: set[UUID] = set()
    waiting = [each.id for each in following]
    while waiting:
        if body.id in waiting:
            raise SuccessorsInACircle
        seen.update(waiting)
        found = await session.scalars(select(Body).where(Body.id.in_(waiting)))
        waiting = [id_ for each in found for id_ in each.successors if id_ not in seen]


async def _lock_register(session: AsyncSession) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(_REGISTER)))


async def _require_free(session: AsyncSession, references: Sequence[str]) -> None:
    taken = await session.scalars(
        select(BodyIdentifier.reference).where(BodyIdentifier.reference.in_(references)).distinct()
    )
    if found := sorted(taken):
        raise IdentifierTaken(f"{', '.join(found)} is held by another body")


async def _require_region(session: AsyncSession, code: str | None) -> None:
    if code is not None and await session.get(Region, code) is None:
        raise Invalid(errors=[FieldError("/region", "not the code of a region")])


def _require_overseer(actor: Principal) -> None:
    if OVERSEE not in actor.scopes:
        raise NotAnOverseer
