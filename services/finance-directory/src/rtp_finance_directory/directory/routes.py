"""HTTP in, HTTP out: finance products."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.areas import REGION
from rtp_finance_directory.auth import Anyone, FinanceWriter
from rtp_finance_directory.directory import commands, queries
from rtp_finance_directory.directory.schemas import (
    ChangePage,
    ChangeView,
    NamedEntry,
    ProductGiven,
    ProductLine,
    ProductPage,
    ProductVersionLine,
    ProductVersionPage,
    ProductVersionView,
    ProductView,
)
from rtp_finance_directory.funders.models import Funder, FundingProgramme
from rtp_finance_directory.funders.queries import find_names
from rtp_finance_directory.moderation.commands import OVERSEE
from rtp_finance_directory.moderation.parameters import (
    AsAt,
    Mine,
    Publication,
    UnverifiedSince,
    choose_sight,
    get_organisation,
    read_position,
)
from rtp_finance_directory.moderation.schemas import PublicationGiven, SuspensionGiven
from rtp_finance_directory.vocabulary import ProductKind, ProductStatus
from rtp_shared.clock import LONDON
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

NamePart = Annotated[
    str | None, Query(max_length=200, description="A part of the provider's or product's name"), Storable
]


AmountPence = Annotated[
    int | None, Query(alias="amountPence", ge=0, le=10**13, description="An amount that its range holds, in pence")
]


ProductId = Annotated[UUID, Path(description="The product's id")]


products = create_router(prefix="/v1/products", tags=["Finance products"])


@products.get("")
async def list_products(
    principal: Anyone,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    q: NamePart = None,
    kind: ProductKind | None = None,
    purpose: FinancePurpose | None = None,
    sector: Sector | None = None,
    region: Annotated[str | None, Query(pattern=REGION, description="ONS code of an English region")] = None,
    legal_form: Annotated[LegalForm | None, Query(alias="legalForm")] = None,
    amount_pence: AmountPence = None,
    status: Annotated[
        list[ProductStatus], Query(max_length=4, description="May be repeated; open and check if it is left out")
    ] = [],  # noqa: B006 - FastAPI copies it
    direct: Annotated[bool | None, Query(description="false for wholesale money")] = None,
    funder_id: Annotated[UUID | None, Query(alias="funderId", description="Only what names this funder")] = None,
    unverified_since: UnverifiedSince = None,
    mine: Mine = False,
    publication: Publication = None,
) -> ProductPage:
    """Find finance products, in the order of their providers' names.

    A filter takes away only products that are known not to fit: one that does not say which sectors it serves is found
    for every sector. Without `status` the list leaves out products that are closed, historic or past their closing
    date. A product is information from public sources, never an offer.
    """
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_products(
        session,
        today=now.astimezone(LONDON).date(),
        limit=limit,
        after=(key[0], key[1]) if key else None,
        text=q,
        kind=kind,
        status=status,
        direct=direct,
        region=region,
        amount_pence=amount_pence,
        sector=sector,
        legal_form=legal_form,
        purpose=purpose,
        unverified_since=unverified_since,
        funder_id=funder_id,
        sight=choose_sight(principal, mine=mine, publication=publication),
    )
    page, last = cut(rows, limit)
    items = [ProductLine.model_validate(row) for row in page]
    return ProductPage(items=items, next=last and encode_cursor(last.sort_key, last.id))


@products.post("", status_code=201)
async def draft_product(
    said: ProductGiven, principal: FinanceWriter, session: Session, now: Now, response: Response
) -> ProductView:
    """Add a product that your organisation keeps, as a draft that nobody else sees until it is published.

    What contradicts itself is refused, field by field. A product is information, and is never shown as an offer.
    """
    product_id = await commands.draft_product(session, said, actor=principal, now=now)
    response.headers["Location"] = f"/v1/products/{product_id}"
    return await _show(session, product_id, principal, response)


@products.get("/changes")
async def list_product_changes(_: Anyone, session: Session, limit: Limit = 50, after: After = None) -> ChangePage:
    """Follow what is published, changed and taken off, from the first product on, in the order of the commits.

    Follow `next` until it is null, keep `cursor` and ask again with it, soon or late: nothing is left out and nothing
    comes twice, however many write at once. A change that takes a product off is a tombstone.
    """
    key = decode_cursor(after, read_position)
    start = key[0] if key else 0
    rows = await queries.list_changes(session, after=start, limit=limit)
    page = rows[:limit]
    cursor = encode_cursor(page[-1].position if page else start)
    items = [ChangeView.model_validate(row) for row in page]
    return ChangePage(items=items, next=cursor if len(rows) > limit else None, cursor=cursor)


@products.get("/{product_id}")
async def get_product(
    product_id: ProductId,
    principal: Anyone,
    session: Session,
    response: Response,
    as_at: AsAt = None,
) -> ProductView:
    """Read one finance product, as it is or as it was. It is information from public sources, never an offer."""
    if as_at is None:
        return await _show(session, product_id, principal, response)
    row = await queries.get_version(session, product_id, organisation=get_organisation(principal), as_at=as_at)
    response.headers["ETag"] = format_etag(row.version)
    return await _name_keepers(session, ProductView.model_validate(row.body))


@products.put("/{product_id}")
async def replace_product(
    product_id: ProductId,
    said: ProductGiven,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> ProductView:
    """Say anew what a product of your organisation is. What says the same as before counts no version.

    It may name a funder and a programme that your organisation keeps. Where the operator reviews your organisation,
    other words hide a product that is shown until it has looked at them; other numbers do not.
    """
    await commands.replace_product(session, product_id, said, version=version, actor=principal, now=now)
    return await _show(session, product_id, principal, response)


@products.post("/{product_id}/actions/verify")
async def verify_product(
    product_id: ProductId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> ProductView:
    """Confirm that everything said of your product is still so today."""
    await commands.verify_product(session, product_id, version=version, actor=principal, now=now)
    return await _show(session, product_id, principal, response)


@products.post("/{product_id}/actions/publish")
async def publish_product(
    product_id: ProductId,
    schedule: PublicationGiven,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> ProductView:
    """Show a product of your organisation to all, at once or from a day on, and until a day if you name one.

    What the operator suspended, only the operator publishes again (scope finance:oversee). Where the operator reviews
    your organisation it is `in-review` until the operator publishes it, by your days unless it names others.
    """
    await commands.publish_product(session, product_id, schedule, version=version, actor=principal, now=now)
    return await _show(session, product_id, principal, response)


@products.post("/{product_id}/actions/suspend")
async def suspend_product(
    product_id: ProductId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
    said: Annotated[SuspensionGiven, Body()] = None,  # type: ignore[assignment]
) -> ProductView:
    """Take a product off for a while: one that your organisation keeps, or any with the scope finance:oversee."""
    await commands.suspend_product(session, product_id, said, version=version, actor=principal, now=now)
    return await _show(session, product_id, principal, response)


@products.post("/{product_id}/actions/withdraw")
async def withdraw_product(
    product_id: ProductId,
    version: ExpectedVersion,
    principal: FinanceWriter,
    session: Session,
    now: Now,
    response: Response,
) -> ProductView:
    """Take a product off for good. Its published versions stay to be read, because shortlists name them."""
    await commands.withdraw_product(session, product_id, version=version, actor=principal, now=now)
    return await _show(session, product_id, principal, response)


@products.get("/{product_id}/versions")
async def list_product_versions(
    product_id: ProductId, principal: Anyone, session: Session, limit: Limit = 50, after: After = None
) -> ProductVersionPage:
    """List the versions of a product that were published, newest first. Its keeper sees all of them."""
    key = decode_cursor(after, read_position)
    rows = await queries.list_versions(
        session, product_id, organisation=get_organisation(principal), limit=limit, before=key[0] if key else None
    )
    page, last = cut(rows, limit)
    items = [ProductVersionLine.model_validate(row) for row in page]
    return ProductVersionPage(items=items, next=last and encode_cursor(last.version))


@products.get("/{product_id}/versions/{version}")
async def get_product_version(
    product_id: ProductId,
    version: Annotated[int, Path(ge=1, le=2**31 - 1, description="Its number, as a shortlist names it")],
    principal: Anyone,
    session: Session,
) -> ProductVersionView:
    """Read what was said of a product in one version, also where it has been taken off since."""
    row = await queries.get_version(session, product_id, organisation=get_organisation(principal), version=version)
    product = ProductLine.model_validate(row.body)
    return ProductVersionView(version=row.version, change=row.change, recorded_at=row.recorded_at, product=product)


async def _show(
    session: AsyncSession, product_id: UUID, principal: Principal | None, response: Response
) -> ProductView:
    oversees = principal is not None and OVERSEE in principal.scopes
    organisation = get_organisation(principal)
    product = await queries.get_product(session, product_id, organisation=organisation, oversees=oversees)
    response.headers["ETag"] = format_etag(product.version)
    return await _name_keepers(session, ProductView.model_validate(product))


async def _name_keepers(session: AsyncSession, view: ProductView) -> ProductView:
    """Name the product's funder and programme, if both are published."""
    if view.funder_id is not None:
        funders = await find_names(session, Funder, [view.funder_id])
        view.funder = NamedEntry.model_validate(funders[view.funder_id]) if funders else None
    if view.programme_id is not None:
        programmes = await find_names(session, FundingProgramme, [view.programme_id])
        view.programme = NamedEntry.model_validate(programmes[view.programme_id]) if programmes else None
    return view
