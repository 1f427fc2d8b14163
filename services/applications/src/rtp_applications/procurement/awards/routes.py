"""The records of awards over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.auth import Anyone, BodyWriter
from rtp_applications.bodies.queries import find_bodies
from rtp_applications.procurement.awards import commands, queries
from rtp_applications.procurement.awards.schemas import AwardGiven, AwardView, AwardWithdrawal
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

awards = create_router(prefix="/v1/procurement/awards", tags=["Procurement"])

AwardId = Annotated[UUID, Path(description="The award's id")]
Authority = Annotated[
    str | None, Query(max_length=64, description="Only those of this body: its id or an identifier"), Storable
]
Provider = Annotated[
    str | None, Query(max_length=64, description="Only those to this provider, for example GB-COH-01234567"), Storable
]


@awards.get("")
async def list_contract_awards(
    _: Anyone,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    authority: Authority = None,
    provider: Provider = None,
) -> Page[AwardView]:
    """Read which contracts bodies awarded to whom, as far as they put it on record here; the latest recorded first."""
    key = decode_cursor(after, UUID)
    bodies = await find_bodies(session, authority, parameter="authority")
    rows = await queries.list_awards(
        session, limit=limit, after=key[0] if key else None, authorities=bodies, provider=provider
    )
    page, last = cut(rows, limit)
    items = [AwardView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.id))


@awards.get("/{award_id}")
async def get_contract_award(award_id: AwardId, _: Anyone, session: Session, response: Response) -> AwardView:
    """Read one record of an award, also one that was withdrawn."""
    return await _read_award(session, award_id, response)


@awards.post("", status_code=201)
async def record_contract_award(
    given: AwardGiven, principal: BodyWriter, session: Session, now: Now, response: Response
) -> AwardView:
    """Put on record a contract that a body awarded, on the platform or elsewhere.

    A client records the awards of its own organisation; with the scope cases:oversee, those of any body. What is on
    record counts in the cooling-off of reserved contracts.
    """
    award_id = await commands.record_award(session, given, actor=principal, now=now)
    response.headers["Location"] = f"/v1/procurement/awards/{award_id}"
    return await _read_award(session, award_id, response)


@awards.post("/{award_id}/actions/withdraw")
async def withdraw_contract_award(
    award_id: AwardId,
    withdrawal: AwardWithdrawal,
    version: ExpectedVersion,
    principal: BodyWriter,
    session: Session,
    now: Now,
    response: Response,
) -> AwardView:
    """Take a record back that is wrong, with the reason. It stays readable, and counts no more."""
    await commands.withdraw_award(
        session, award_id, reason=withdrawal.reason, version=version, actor=principal, now=now
    )
    return await _read_award(session, award_id, response)


async def _read_award(session: Session, award_id: UUID, response: Response) -> AwardView:
    row = await queries.get_award(session, award_id)
    response.headers["ETag"] = format_etag(row.version)
    return AwardView.model_validate(row)
