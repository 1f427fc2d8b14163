"""The search over HTTP. Everybody may search, as everybody may read the products."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Query

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.funders.models import Funder
from rtp_finance_directory.funders.queries import find_names
from rtp_finance_directory.patience import answer_soon
from rtp_finance_directory.search.facets import ProductCounts, count_facets
from rtp_finance_directory.search.highlights import FIELDS, cut_pieces
from rtp_finance_directory.search.parameters import Asked
from rtp_finance_directory.search.queries import LAST, RANK_UNITS, SearchOrder, search_products
from rtp_finance_directory.search.schemas import (
    FoundProduct,
    FoundProductPage,
    FunderCount,
    HighlightView,
    PieceView,
    ProductFacets,
)
from rtp_shared.clock import LONDON
from rtp_shared.db import AnyRow
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.web import create_router

product_search = create_router(prefix="/v1/products", tags=["Finance products"])


@product_search.get("/search")
async def search_finance_products(
    _: Anyone,
    session: Session,
    now: Now,
    asked: Asked,
    limit: Limit = 20,
    after: After = None,
    sort: Annotated[
        SearchOrder | None, Query(description="relevance if `q` is given, and name if not; closing: the soonest first")
    ] = None,
    facets: Annotated[bool, Query(description="Count the facets too")] = False,
) -> FoundProductPage:
    """Search finance products by words and by every facet, with what was found and how many there are of each.

    A filter takes away only what is known not to fit: a product that does not say when it closes is found by any
    closing date, unless `dated` asks for those that do. The words are looked for in names, kinds, purposes, sectors and
    conditions; names weigh most. Highlights are pieces of plain text. A facet's count is how many products would be
    found with that value.
    """
    order = sort or (SearchOrder.NAME if asked.text is None else SearchOrder.RELEVANCE)
    if order is SearchOrder.RELEVANCE and asked.text is None:
        raise Invalid(errors=[FieldError("sort", "relevance needs words in q", "query")])
    today = now.astimezone(LONDON).date()
    last = _read_cursor(after, order)
    async with answer_soon(session):
        rows = await search_products(session, asked, order=order, today=today, limit=limit, after=last)
        counted = await count_facets(session, asked, today=today) if facets else None
        names = await find_names(session, Funder, list(counted.funders)) if counted else {}
    page, end = cut(rows, limit)
    return FoundProductPage(
        items=[_present(row) for row in page],
        next=end and encode_cursor(order, end.sort_key, end.id),
        facets=_present_facets(counted, names) if counted else None,
    )


def _read_cursor(after: str | None, order: SearchOrder) -> tuple[str | int, UUID] | None:
    """Return where to go on; a cursor of another order is none of this list."""

    def read_order(part: object) -> None:
        if part != order:
            raise ValueError(part)

    key = decode_cursor(after, read_order, str if order is SearchOrder.NAME else _read_number, UUID)
    return (key[1], key[2]) if key else None


def _read_number(part: object) -> int:
    number = int(str(part))
    if not -RANK_UNITS <= number <= LAST:
        raise ValueError(part)
    return number


def _present(row: AnyRow) -> FoundProduct:
    found = []
    for field in FIELDS:
        pieces = cut_pieces(getattr(row, f"highlight_{field}", None) or "")
        if any(piece.found for piece in pieces):
            found.append(HighlightView(field=field, pieces=[PieceView.model_validate(piece) for piece in pieces]))
    return FoundProduct.model_validate({**row._mapping, "highlights": found})  # noqa: SLF001 - its name is public


def _present_facets(facets: ProductCounts, names: Mapping[UUID, AnyRow]) -> ProductFacets:
    counts = facets.counts
    return ProductFacets(
        total=facets.total,
        kind=dict(counts["kinds"]),
        status=dict(counts["statuses"]),
        sector=dict(counts["sector"]),
        legal_form=dict(counts["legal_form"]),
        purpose=dict(counts["purpose"]),
        region=dict(counts["region"]),
        funder=[
            FunderCount(id=id_, name=names[id_].name if id_ in names else None, count=count)
            for id_, count in facets.funders.items()
        ],
    )
