"""HTTP in, HTTP out: the people of the directory, as everybody reads them and as their network keeps them."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from rtp_advice_matching.auth import AdviserModerator, AdviserReader, AdviserWriter
from rtp_advice_matching.directory import commands, queries
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.filters import AdviserFilters
from rtp_advice_matching.directory.schemas import AdviserChanges, AdviserGiven, AdviserView, Suspension
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

advisers = create_router(prefix="/v1/advisers", tags=["Advisers"])

AdviserId = Annotated[UUID, Path(description="The adviser's id")]
Status = Annotated[
    ProfileStatus, Query(description="Of profiles that are not published, a network finds its own, the operator all")
]


@advisers.get("")
async def list_advisers(
    principal: AdviserReader,
    session: Session,
    filters: Annotated[AdviserFilters, Depends()],
    limit: Limit = 50,
    after: After = None,
    status: Status = ProfileStatus.PUBLISHED,
) -> Page[AdviserView]:
    """Find advisers, mentors and ambassadors who take part, in the order of their names.

    Whoever names no sector, stage or legal form serves any, and is found by each. With `staleSince` a network finds
    the profiles that it should look through again.
    """
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_advisers(
        session,
        principal=principal,
        status=status,
        filters=asdict(filters),
        limit=limit,
        after=(key[0], key[1]) if key else None,
    )
    page, last = cut(rows, limit)
    items = [AdviserView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.name, last.id))


@advisers.post("", status_code=201)
async def add_adviser(
    profile: AdviserGiven, principal: AdviserWriter, session: Session, now: Now, response: Response
) -> AdviserView:
    """Add an adviser, mentor or ambassador to your network, as a draft that others do not see.

    Your organisation must be a network (`POST /v1/adviser-networks`). The profile counts as verified today. Contact
    details in `name` or `about` are refused.
    """
    adviser_id = await commands.add_adviser(session, profile.model_dump(), actor=principal, now=now)
    response.headers["Location"] = f"/v1/advisers/{adviser_id}"
    return await _show_adviser(session, adviser_id, principal, response)


@advisers.get("/{adviser_id}")
async def get_adviser(
    adviser_id: AdviserId, principal: AdviserReader, session: Session, response: Response
) -> AdviserView:
    """Read an adviser, also one who no longer takes part: of a profile that was taken down, what is not personal."""
    return await _show_adviser(session, adviser_id, principal, response)


@advisers.patch("/{adviser_id}")
async def change_adviser(
    adviser_id: AdviserId,
    changes: AdviserChanges,
    version: ExpectedVersion,
    principal: AdviserWriter,
    session: Session,
    now: Now,
    response: Response,
) -> AdviserView:
    """Change what you name of a profile of your network. What would contradict the rest is refused, field by field.

    Contact details in `name` or `about` are refused. Where the operator reviews your network, other words in these
    hide a published profile (`in-review`) until it has looked at them.
    """
    changed = changes.model_dump(exclude_unset=True)
    await commands.change_adviser(session, adviser_id, changed, version=version, actor=principal, now=now)
    return await _show_adviser(session, adviser_id, principal, response)


@advisers.post("/{adviser_id}/actions/publish")
async def publish_adviser(
    adviser_id: AdviserId,
    version: ExpectedVersion,
    principal: AdviserWriter,
    session: Session,
    now: Now,
    response: Response,
) -> AdviserView:
    """Show a profile to others, and let it be proposed, once the network is published too.

    It must have been verified within 90 days. Where the operator reviews your network, it is `in-review` until the
    operator publishes it by the same call. One that the operator suspended, only the operator shows again.
    """
    await commands.publish_adviser(session, adviser_id, version=version, actor=principal, now=now)
    return await _show_adviser(session, adviser_id, principal, response)


@advisers.post("/{adviser_id}/actions/verify")
async def verify_adviser(
    adviser_id: AdviserId,
    version: ExpectedVersion,
    principal: AdviserWriter,
    session: Session,
    now: Now,
    response: Response,
) -> AdviserView:
    """Say that you have looked through a profile of your network today, and that all of it is right."""
    await commands.verify_adviser(session, adviser_id, version=version, actor=principal, now=now)
    return await _show_adviser(session, adviser_id, principal, response)


@advisers.post("/{adviser_id}/actions/suspend")
async def suspend_adviser(
    adviser_id: AdviserId,
    suspension: Suspension,
    version: ExpectedVersion,
    principal: AdviserModerator,
    session: Session,
    response: Response,
) -> AdviserView:
    """Hide a profile from all but its network, as the operator. What was agreed on goes on; it is proposed no more."""
    await commands.suspend_adviser(session, adviser_id, reason=suspension.reason, version=version, actor=principal)
    return await _show_adviser(session, adviser_id, principal, response)


@advisers.post("/{adviser_id}/actions/withdraw")
async def withdraw_adviser(
    adviser_id: AdviserId, version: ExpectedVersion, principal: AdviserWriter, session: Session, response: Response
) -> AdviserView:
    """Take a profile down for good, as its network or as the operator.

    Name, description, calendar and conflicts are erased. The id stays, so that proposals of the past can be read.
    """
    await commands.withdraw_adviser(session, adviser_id, version=version, actor=principal)
    return await _show_adviser(session, adviser_id, principal, response)


async def _show_adviser(session: Session, adviser_id: UUID, principal: Principal, response: Response) -> AdviserView:
    row = await queries.get_adviser(session, adviser_id, principal=principal)
    response.headers["ETag"] = format_etag(row.version)
    return AdviserView.model_validate(row)
