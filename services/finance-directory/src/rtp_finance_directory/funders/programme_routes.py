"""HTTP in, HTTP out: programmes."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.auth import Anyone, FinanceWriter
from rtp_finance_directory.funders import commands, queries
from rtp_finance_directory.funders.models import FundingProgramme
from rtp_finance_directory.funders.queries import EntryFilters
from rtp_finance_directory.funders.schemas import (
    EntryVersionLine,
    EntryVersionPage,
    ProgrammeGiven,
    ProgrammeLine,
    ProgrammePage,
    ProgrammeVersionView,
    ProgrammeView,
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
from rtp_finance_directory.vocabulary import DirectoryNoun
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Day
from rtp_shared.web import create_router

programmes = create_router(prefix="/v1/programmes", tags=["Funders"])

ProgrammeId = Annotated[UUID, Path(description="The programme's id")]


@programmes.get("")
async def list_programmes(
    principal: Anyone,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    q: NamePart = None,
    funder_id: Annotated[UUID | None, Query(alias="funderId", description="Only programmes of this funder")] = None,
    open_on: Annotated[
        Day | None, Query(alias="openOn", description="Only what is not known to be closed on this day")
    ] = None,
    unverified_since: UnverifiedSince = None,
    mine: Mine = False,
    publication: Publication = None,
) -> ProgrammePage:
    """Find programmes by name: what funders do with a part of their money for a time.

    Products of a programme are found by `programmeId` of /v1/products/search. No row is an offer.
    """
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_entries(
        session,
        FundingProgramme,
        EntryFilters(text=q, unverified_since=unverified_since, funder_id=funder_id, open_on=open_on),
        sight=choose_sight(principal, mine=mine, publication=publication),
        limit=limit,
        after=(key[0], key[1]) if key else None,
    )
    page, last = cut(rows, limit)
    items = [ProgrammeLine.model_validate(row) for row in page]
    return ProgrammePage(items=items, next=last and encode_cursor(last.sort_key, last.id))


@programmes.post("", status_code=201)
async def draft_programme(
    said: ProgrammeGiven, principal: FinanceWriter, session: Session, now: Now, response: Response
) -> ProgrammeView:
    """Add a programme that your organisation keeps, as a draft that nobody else sees until it is published."""
    entry_id = await commands.draft_entry(session, said, actor=principal, now=now)
    response.headers["Location"] = f"/v1/programmes/{entry_id}"
    return await _show(session, entry_id, principal, response)


@programmes.get("/{programme_id}")
async def get_programme(
    programme_id: ProgrammeId, principal: Anyone, session: Session, response: Response, as_at: AsAt = None
) -> ProgrammeView:
    """Read one programme, as it is or as it was. It is information from public sources, never an offer."""
    if as_at is None:
        return await _show(session, programme_id, principal, response)
    row = await queries.get_entry_version(
        session, DirectoryNoun.PROGRAMME, programme_id, organisation=get_organisation(principal), as_at=as_at
    )
    response.headers["ETag"] = format_etag(row.version)
    return ProgrammeView.model_validate(row.body)


@programmes.put("/{programme_id}")
async def replace_programme(
    programme_id: ProgrammeId,
    said: ProgrammeGiven,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> ProgrammeView:
    """Say anew what a programme of your organisation is. What says the same as before counts no version.

    Where the operator reviews your organisation, other words hide a programme that is shown, until it has looked at
    them.
    """
    await commands.replace_entry(session, programme_id, said, version=version, actor=principal, now=now)
    return await _show(session, programme_id, principal, response)


@programmes.post("/{programme_id}/actions/verify")
async def verify_programme(
    programme_id: ProgrammeId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> ProgrammeView:
    """Confirm that everything said of your programme is still so today."""
    await commands.verify_entry(
        session, DirectoryNoun.PROGRAMME, programme_id, version=version, actor=principal, now=now
    )
    return await _show(session, programme_id, principal, response)


@programmes.post("/{programme_id}/actions/publish")
async def publish_programme(
    programme_id: ProgrammeId,
    schedule: PublicationGiven,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> ProgrammeView:
    """Show a programme of your organisation to all, at once or from a day on, and until a day if you name one.

    Where the operator reviews your organisation it is `in-review` until the operator publishes it.
    """
    await commands.publish_entry(
        session, DirectoryNoun.PROGRAMME, programme_id, schedule, version=version, actor=principal, now=now
    )
    return await _show(session, programme_id, principal, response)


@programmes.post("/{programme_id}/actions/suspend")
async def suspend_programme(
    programme_id: ProgrammeId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
    said: Annotated[SuspensionGiven, Body()] = None,  # type: ignore[assignment]
) -> ProgrammeView:
    """Take a programme off for a while: one that your organisation keeps, or any with the scope finance:oversee.

    Its products stay: take them off as well if they are not to be shown.
    """
    await commands.suspend_entry(
        session, DirectoryNoun.PROGRAMME, programme_id, said, version=version, actor=principal, now=now
    )
    return await _show(session, programme_id, principal, response)


@programmes.post("/{programme_id}/actions/withdraw")
async def withdraw_programme(
    programme_id: ProgrammeId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> ProgrammeView:
    """Take a programme off for good. Its published versions stay to be read."""
    await commands.withdraw_entry(
        session, DirectoryNoun.PROGRAMME, programme_id, version=version, actor=principal, now=now
    )
    return await _show(session, programme_id, principal, response)


@programmes.get("/{programme_id}/versions")
async def list_programme_versions(
    programme_id: ProgrammeId, principal: Anyone, session: Session, limit: Limit = 50, after: After = None
) -> EntryVersionPage:
    """List the versions of a programme that were published, newest first. Its keeper sees all of them."""
    key = decode_cursor(after, read_position)
    rows = await queries.list_entry_versions(
        session,
        DirectoryNoun.PROGRAMME,
        programme_id,
        organisation=get_organisation(principal),
        limit=limit,
        before=key[0] if key else None,
    )
    page, last = cut(rows, limit)
    items = [EntryVersionLine.model_validate(row) for row in page]
    return EntryVersionPage(items=items, next=last and encode_cursor(last.version))


@programmes.get("/{programme_id}/versions/{version}")
async def get_programme_version(
    programme_id: ProgrammeId,
    version: Annotated[int, Path(ge=1, le=2**31 - 1, description="Its number")],
    principal: Anyone,
    session: Session,
) -> ProgrammeVersionView:
    """Read what was said of a programme in one version, also where it has been taken off since."""
    row = await queries.get_entry_version(
        session, DirectoryNoun.PROGRAMME, programme_id, organisation=get_organisation(principal), version=version
    )
    programme = ProgrammeLine.model_validate(row.body)
    return ProgrammeVersionView(
        version=row.version, change=row.change, recorded_at=row.recorded_at, programme=programme
    )


async def _show(
    session: AsyncSession, programme_id: UUID, principal: Principal | None, response: Response
) -> ProgrammeView:
    oversees = principal is not None and OVERSEE in principal.scopes
    row = await queries.get_entry(
        session, FundingProgramme, programme_id, organisation=get_organisation(principal), oversees=oversees
    )
    response.headers["ETag"] = format_etag(row.version)
    return ProgrammeView.model_validate(row)
