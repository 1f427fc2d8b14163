"""HTTP in, HTTP out: pairs against a round's advice."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from rtp_advice_matching.auth import SupportMatcher
from rtp_advice_matching.dependencies import Rules
from rtp_advice_matching.repairs import overriding, queries
from rtp_advice_matching.repairs.auth import Acting
from rtp_advice_matching.repairs.schemas import OverrideOpening, OverrideView
from rtp_shared.dependencies import After, Events, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

overrides = create_router(prefix="/v1/matching-rounds/{round_id}/overrides", tags=["Matching rounds"])

RoundId = Annotated[UUID, Path(description="The round's id")]
OverrideId = Annotated[UUID, Path(description="The override's id")]


@overrides.post("", status_code=201)
async def propose_override(
    round_id: RoundId,
    opening: OverrideOpening,
    principal: SupportMatcher,
    person: Acting,
    session: Session,
    rules: Rules,
    now: Now,
    response: Response,
) -> OverrideView:
    """Set a pair against the advice of a round, with the reason. It holds once a second person confirms it.

    No conflict of interest or other hard constraint can be overridden, and no place that is not free.
    """
    override_id = await overriding.propose_override(
        session, round_id, opening, by=principal, person=person, rules=rules, now=now
    )
    response.headers["Location"] = f"/v1/matching-rounds/{round_id}/overrides/{override_id}"
    return await _show_override(session, round_id, override_id, principal, response)


@overrides.get("")
async def list_overrides(
    round_id: RoundId, principal: SupportMatcher, session: Session, limit: Limit = 50, after: After = None
) -> Page[OverrideView]:
    """List the pairs set against the advice of a round of your organisation, newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_overrides(
        session, round_id, readers=principal.identities, limit=limit, after=key[0] if key else None
    )
    page, last = cut(rows, limit)
    items = [OverrideView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.id))


@overrides.get("/{override_id}")
async def get_override(
    round_id: RoundId, override_id: OverrideId, principal: SupportMatcher, session: Session, response: Response
) -> OverrideView:
    """Read a pair set against the advice of a round of your organisation."""
    return await _show_override(session, round_id, override_id, principal, response)


@overrides.post("/{override_id}/actions/confirm")
async def confirm_override(
    round_id: RoundId,
    override_id: OverrideId,
    version: ExpectedVersion,
    principal: SupportMatcher,
    person: Acting,
    session: Session,
    events: Events,
    rules: Rules,
    now: Now,
    response: Response,
) -> OverrideView:
    """Confirm it as the second person: the adviser becomes the first proposal of the request.

    The person who proposed it cannot. Hard constraints are checked again.
    """
    await overriding.confirm_override(
        session,
        round_id,
        override_id,
        version=version,
        by=principal,
        person=person,
        rules=rules,
        now=now,
        outbox=events,
    )
    return await _show_override(session, round_id, override_id, principal, response)


@overrides.post("/{override_id}/actions/withdraw")
async def withdraw_override(
    round_id: RoundId,
    override_id: OverrideId,
    version: ExpectedVersion,
    principal: SupportMatcher,
    person: Acting,
    session: Session,
    now: Now,
    response: Response,
) -> OverrideView:
    """Withdraw it, while it waits for a second person."""
    await overriding.withdraw_override(
        session, round_id, override_id, version=version, by=principal, person=person, now=now
    )
    return await _show_override(session, round_id, override_id, principal, response)


async def _show_override(
    session: Session, round_id: UUID, override_id: UUID, principal: Principal, response: Response
) -> OverrideView:
    row = await queries.get_override(session, round_id, override_id, readers=principal.identities)
    response.headers["ETag"] = format_etag(row.version)
    return OverrideView.model_validate(row)
