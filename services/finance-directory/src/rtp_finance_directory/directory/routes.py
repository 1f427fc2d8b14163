"""HTTP in, HTTP out: finance products."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_finance_directory.areas import REGION
from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.directory import queries
from rtp_finance_directory.directory.schemas import ProductLine, ProductPage, ProductView
from rtp_finance_directory.vocabulary import ProductKind, ProductStatus
from rtp_shared.clock import LONDON
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

NamePart = Annotated[
    str | None, Query(max_length=200, description="A part of the provider's or product's name"), Storable
]


AmountPence = Annotated[
    int | None, Query(alias="amountPence", ge=0, le=10**13, description="An amount that its range holds, in pence")
]


products = create_router(prefix="/v1/products", tags=["Finance products"])


@products.get("")
async def list_products(
    _: Anyone,
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
    )
    page, last = cut(rows, limit)
    items = [ProductLine.model_validate(row) for row in page]
    return ProductPage(items=items, next=last and encode_cursor(last.provider.lower(), last.id))


@products.get("/{product_id}")
async def get_product(
    product_id: Annotated[UUID, Path(description="The product's id")], _: Anyone, session: Session, response: Response
) -> ProductView:
    """Read one finance product. It is information from public sources, never an offer."""
    product = await queries.get_product(session, product_id)
    response.headers["ETag"] = format_etag(product.version)
    return ProductView.model_validate(product)
