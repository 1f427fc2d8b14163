"""HTTP in, HTTP out: funders."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.auth import Anyone, FinanceWriter
from rtp_finance_directory.funders import commands, queries
from rtp_finance_directory.funders.models import Funder
from rtp_finance_directory.funders.queries import EntryFilters
from rtp_finance_directory.funders.schemas import (
    EntryChangePage,
    EntryChangeView,
    EntryVersionLine,
    EntryVersionPage,
    FunderGiven,
    FunderLine,
    FunderPage,
    FunderVersionView,
    FunderView,
)
from rtp_finance_directory.moderation.commands import OVERSEE
from rtp_finance_directory.moderation.parameters import (
    AsAt,
    Mine,
    NamePart,
    Publication,
    UnverifiedSince,
    choose_sight,
    get_organisation,
    read_position,
)
from rtp_finance_directory.moderation.schemas import PublicationGiven, SuspensionGiven
from rtp_finance_directory.vocabulary import DirectoryNoun, FunderKind, FunderStatus
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

funders = create_router(prefix="/v1/funders", tags=["Funders"])

FunderId = Annotated[UUID, Path(description="The funder's id")]


@funders.get("")
async def list_funders(
    principal: Anyone,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    q: NamePart = None,
    kind: FunderKind | None = None,
    status: FunderStatus | None = None,
    identifier: Annotated[
        str | None, Query(max_length=100, description="By org-id.guide, such as GB-CHC-1164883"), Storable
    ] = None,
    unverified_since: UnverifiedSince = None,
    mine: Mine = False,
    publication: Publication = None,
) -> FunderPage:
    """Find funders by name: banks, lenders, grant makers and others, as public sources describe them.

    Products that name a funder are found by `funderId` of /v1/products/search. No row is an offer.
    """
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_entries(
        session,
        Funder,
        EntryFilters(text=q, unverified_since=unverified_since, kind=kind, status=status, identifier=identifier),
        sight=choose_sight(principal, mine=mine, publication=publication),
        limit=limit,
        after=(key[0], key[1]) if key else None,
    )
    page, last = cut(rows, limit)
    items = [FunderLine.model_validate(row) for row in page]
    return FunderPage(items=items, next=last and encode_cursor(last.sort_key, last.id))


@funders.post("", status_code=201)
async def draft_funder(
    said: FunderGiven, principal: FinanceWriter, session: Session, now: Now, response: Response
) -> FunderView:
    """Add a funder that your organisation keeps, as a draft that nobody else sees until it is published."""
    entry_id = await commands.draft_entry(session, said, actor=principal, now=now)
    response.headers["Location"] = f"/v1/funders/{entry_id}"
    return await show_funder(session, entry_id, principal, response)


@funders.get("/changes")
async def list_funder_changes(_: Anyone, session: Session, limit: Limit = 50, after: After = None) -> EntryChangePage:
    """Follow what is published, changed and taken off of funders and programmes, in the order of the commits.

    Follow `next` until it is null, keep `cursor` and ask again with it, soon or late: nothing is left out and nothing
    comes twice, however many write at once. A change that takes one off is a tombstone.
    """
    key = decode_cursor(after, read_position)
    start = key[0] if key else 0
    rows = await queries.list_entry_changes(session, after=start, limit=limit)
    page = rows[:limit]
    cursor = encode_cursor(page[-1].position if page else start)
    items = [EntryChangeView.model_validate(row) for row in page]
    return EntryChangePage(items=items, next=cursor if len(rows) > limit else None, cursor=cursor)


@funders.get("/{funder_id}")
async def get_funder(
    funder_id: FunderId, principal: Anyone, session: Session, response: Response, as_at: AsAt = None
) -> FunderView:
    """Read one funder, as it is or as it was. It is information from public sources, never an offer."""
    if as_at is None:
        return await show_funder(session, funder_id, principal, response)
    row = await queries.get_entry_version(
        session, DirectoryNoun.FUNDER, funder_id, organisation=get_organisation(principal), as_at=as_at
    )
    response.headers["ETag"] = format_etag(row.version)
    return FunderView.model_validate(row.body)


@funders.put("/{funder_id}")
async def replace_funder(
    funder_id: FunderId,
    said: FunderGiven,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> FunderView:
    """Say anew what a funder of your organisation is. What says the same as before counts no version.

    Where the operator reviews your organisation, other words hide a funder that is shown, until it has looked at
    them.
    """
    await commands.replace_entry(session, funder_id, said, version=version, actor=principal, now=now)
    return await show_funder(session, funder_id, principal, response)


@funders.post("/{funder_id}/actions/verify")
async def verify_funder(
    funder_id: FunderId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> FunderView:
    """Confirm that everything said of your funder is still so today."""
    await commands.verify_entry(session, DirectoryNoun.FUNDER, funder_id, version=version, actor=principal, now=now)
    return await show_funder(session, funder_id, principal, response)


@funders.post("/{funder_id}/actions/publish")
async def publish_funder(
    funder_id: FunderId,
    schedule: PublicationGiven,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> FunderView:
    """Show a funder of your organisation to all, at once or from a day on, and until a day if you name one.

    Where the operator reviews your organisation it is `in-review` until the operator publishes it.
    """
    await commands.publish_entry(
        session, DirectoryNoun.FUNDER, funder_id, schedule, version=version, actor=principal, now=now
    )
    return await show_funder(session, funder_id, principal, response)


@funders.post("/{funder_id}/actions/suspend")
async def suspend_funder(
    funder_id: FunderId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
    said: Annotated[SuspensionGiven, Body()] = None,  # type: ignore[assignment]
) -> FunderView:
    """Take a funder off for a while: one that your organisation keeps, or any with the scope finance:oversee.

    Its programmes and products stay: take them off as well if they are not to be shown.
    """
    await commands.suspend_entry(
        session, DirectoryNoun.FUNDER, funder_id, said, version=version, actor=principal, now=now
    )
    return await show_funder(session, funder_id, principal, response)


@funders.post("/{funder_id}/actions/withdraw")
async def withdraw_funder(
    funder_id: FunderId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> FunderView:
    """Take a funder off for good. Its published versions stay to be read."""
    await commands.withdraw_entry(session, DirectoryNoun.FUNDER, funder_id, version=version, actor=principal, now=now)
    return await show_funder(session, funder_id, principal, response)


@funders.get("/{funder_id}/versions")
async def list_funder_versions(
    funder_id: FunderId, principal: Anyone, session: Session, limit: Limit = 50, after: After = None
) -> EntryVersionPage:
    """List the versions of a funder that were published, newest first. Its keeper sees all of them."""
    key = decode_cursor(after, read_position)
    rows = await queries.list_entry_versions(
        session,
        DirectoryNoun.FUNDER,
        funder_id,
        organisation=get_organisation(principal),
        limit=limit,
        before=key[0] if key else None,
    )
    page, last = cut(rows, limit)
    items = [EntryVersionLine.model_validate(row) for row in page]
    return EntryVersionPage(items=items, next=last and encode_cursor(last.version))


@funders.get("/{funder_id}/versions/{version}")
async def get_funder_version(
    funder_id: FunderId,
    version: Annotated[int, Path(ge=1, le=2**31 - 1, description="Its number")],
    principal: Anyone,
    session: Session,
) -> FunderVersionView:
    """Read what was said of a funder in one version, also where it has been taken off since."""
    row = await queries.get_entry_version(
        session, DirectoryNoun.FUNDER, funder_id, organisation=get_organisation(principal), version=version
    )
    funder = FunderLine.model_validate(row.body)
    return FunderVersionView(version=row.version, change=row.change, recorded_at=row.recorded_at, funder=funder)


async def show_funder(
    session: AsyncSession, funder_id: UUID, principal: Principal | None, response: Response
) -> FunderView:
    """Return the funder as whoever asks may see it, with its version as the ETag."""
    oversees = principal is not None and OVERSEE in principal.scopes
    row = await queries.get_entry(
        session, Funder, funder_id, organisation=get_organisation(principal), oversees=oversees
    )
    response.headers["ETag"] = format_etag(row.version)
    return FunderView.model_validate(row)
