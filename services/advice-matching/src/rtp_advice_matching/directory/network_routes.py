"""HTTP in, HTTP out: the networks of the directory."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_advice_matching.auth import AdviserModerator, AdviserReader, AdviserWriter
from rtp_advice_matching.directory import network_commands, queries
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.network_schemas import (
    NetworkChanges,
    NetworkGiven,
    NetworkView,
    NetworkWithdrawal,
    Review,
)
from rtp_advice_matching.directory.schemas import Suspension
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

adviser_networks = create_router(prefix="/v1/adviser-networks", tags=["Adviser networks"])

NetworkId = Annotated[UUID, Path(description="The network's id, which is the organisation id of its clients")]
Status = Annotated[
    ProfileStatus, Query(description="Of others than `published`, a network finds itself, the operator all")
]
DryRun = Annotated[bool, Query(alias="dryRun", description="Say what would be taken down, and save nothing")]


@adviser_networks.get("")
async def list_adviser_networks(
    principal: AdviserReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    status: Status = ProfileStatus.PUBLISHED,
) -> Page[NetworkView]:
    """List the networks that advisers, mentors and ambassadors belong to, in the order of their names."""
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_networks(
        session, principal=principal, status=status, limit=limit, after=(key[0], key[1]) if key else None
    )
    page, last = cut(rows, limit)
    items = [NetworkView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.name, last.id))


@adviser_networks.post("", status_code=201)
async def record_adviser_network(
    network: NetworkGiven, principal: AdviserWriter, session: Session, now: Now, response: Response
) -> NetworkView:
    """Record your organisation as a network: a draft, until the operator has seen who it is and publishes it."""
    network_id = await network_commands.record_network(session, network.model_dump(), actor=principal, now=now)
    response.headers["Location"] = f"/v1/adviser-networks/{network_id}"
    return await _show_network(session, network_id, principal, response)


@adviser_networks.get("/{network_id}")
async def get_adviser_network(
    network_id: NetworkId, principal: AdviserReader, session: Session, response: Response
) -> NetworkView:
    """Read a network."""
    return await _show_network(session, network_id, principal, response)


@adviser_networks.patch("/{network_id}")
async def change_adviser_network(
    network_id: NetworkId,
    changes: NetworkChanges,
    version: ExpectedVersion,
    principal: AdviserWriter,
    session: Session,
    response: Response,
) -> NetworkView:
    """Change what you name of your network. Its people show its name at once."""
    changed = changes.model_dump(exclude_unset=True)
    await network_commands.change_network(session, network_id, changed, version=version, actor=principal)
    return await _show_network(session, network_id, principal, response)


@adviser_networks.post("/{network_id}/actions/verify")
async def verify_adviser_network(
    network_id: NetworkId,
    version: ExpectedVersion,
    principal: AdviserWriter,
    session: Session,
    now: Now,
    response: Response,
) -> NetworkView:
    """Say that what stands about your network is right today."""
    await network_commands.verify_network(session, network_id, version=version, actor=principal, now=now)
    return await _show_network(session, network_id, principal, response)


@adviser_networks.post("/{network_id}/actions/publish")
async def publish_adviser_network(
    network_id: NetworkId,
    version: ExpectedVersion,
    principal: AdviserModerator,
    session: Session,
    response: Response,
) -> NetworkView:
    """Show a network and its published people to others, as the operator; also one that was suspended."""
    await network_commands.publish_network(session, network_id, version=version, actor=principal)
    return await _show_network(session, network_id, principal, response)


@adviser_networks.post("/{network_id}/actions/suspend")
async def suspend_adviser_network(
    network_id: NetworkId,
    suspension: Suspension,
    version: ExpectedVersion,
    principal: AdviserModerator,
    session: Session,
    response: Response,
) -> NetworkView:
    """Hide a network and all of its people, as the operator. What was agreed on goes on."""
    await network_commands.suspend_network(
        session, network_id, reason=suspension.reason, version=version, actor=principal
    )
    return await _show_network(session, network_id, principal, response)


@adviser_networks.post("/{network_id}/actions/set-review")
async def set_adviser_network_review(
    network_id: NetworkId,
    review: Review,
    version: ExpectedVersion,
    principal: AdviserModerator,
    session: Session,
    response: Response,
) -> NetworkView:
    """Say, as the operator, whether you look at the people of a network before they are shown.

    From then on a profile that its network publishes is `in-review`, and so is a published one whose name or
    description the network changes, until you publish it or suspend it with a reason. What waits is listed by
    `GET /v1/advisers?status=in-review`. What is shown now stays.
    """
    await network_commands.set_review(session, network_id, reviewed=review.reviewed, version=version, actor=principal)
    return await _show_network(session, network_id, principal, response)


@adviser_networks.post("/{network_id}/actions/withdraw")
async def withdraw_adviser_network(
    network_id: NetworkId,
    version: ExpectedVersion,
    principal: AdviserWriter,
    session: Session,
    response: Response,
    dry_run: DryRun = False,
) -> NetworkView | NetworkWithdrawal:
    """Take your network and all of its people out of the directory for good.

    Of each person name, description, calendar and conflicts are erased; the ids stay. With `dryRun` the answer names
    who would be taken down, and nothing is done.
    """
    if dry_run:
        preview = await network_commands.preview_withdrawal(session, network_id, version=version, actor=principal)
        return NetworkWithdrawal.model_validate(preview)
    await network_commands.withdraw_network(session, network_id, version=version, actor=principal)
    return await _show_network(session, network_id, principal, response)


async def _show_network(session: Session, network_id: UUID, principal: Principal, response: Response) -> NetworkView:
    row = await queries.get_network(session, network_id, principal=principal)
    response.headers["ETag"] = format_etag(row.version)
    return NetworkView.model_validate(row)
