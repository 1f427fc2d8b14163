"""Grants over HTTP. Everybody may read them, as everybody may where they are published."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.grants import queries, statistics
from rtp_finance_directory.grants.facets import Facets, count_facets
from rtp_finance_directory.grants.filters import Filters
from rtp_finance_directory.grants.index.memory import Index, IndexMemory
from rtp_finance_directory.grants.index.searching import count_facets as count_found
from rtp_finance_directory.grants.index.searching import find_grants, list_places
from rtp_finance_directory.grants.places import Position, RankedPlace
from rtp_finance_directory.grants.schemas import (
    FacetCount,
    FacetsView,
    GiverLine,
    GiverList,
    GrantLine,
    GrantPage,
    GrantStatistics,
    GrantView,
    Measures,
    RegionMeasures,
    YearMeasures,
)
from rtp_finance_directory.patience import answer_soon
from rtp_shared.db import AnyRow, get_driver
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.parameters import require_order
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Day, Storable
from rtp_shared.web import create_router

TAGS: list[Any] = ["Grants awarded"]
grants = create_router(prefix="/v1/grants", tags=TAGS)
grant_statistics = create_router(prefix="/v1/grant-statistics", tags=TAGS)
grant_givers = create_router(prefix="/v1/grant-givers", tags=TAGS)

AREA = r"^(E1200000[1-9]|E92000001|W92000004|S92000003|N92000002|K02000001)$"
SCHEME = r"^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,12})?$"
Words = Annotated[
    str | None,
    Query(max_length=200, description='Words in any form; "a phrase", or, and -without are understood'),
    Storable,
]
Identifier = Annotated[str, Query(max_length=300), Storable]
Regions = Annotated[
    list[Annotated[str, Query(pattern=AREA)]],
    Query(alias="region", max_length=13, description="ONS code of a region or nation. May be repeated"),
]
Schemes = Annotated[
    list[Annotated[str, Query(pattern=SCHEME)]],
    Query(
        alias="recipientScheme",
        max_length=20,
        description="The list of the recipient's identifier: GB-CHC charities, GB-COH companies. May be repeated",
    ),
]
Amount = Annotated[int | None, Query(ge=0, le=10**14)]


async def read_filters(
    q: Words = None,
    funder: Annotated[Identifier | None, Query(max_length=300, description="The funder's identifier")] = None,
    recipient: Annotated[Identifier | None, Query(max_length=300, description="The recipient's identifier")] = None,
    region: Regions = [],  # noqa: B006 - FastAPI copies it
    recipient_scheme: Schemes = [],  # noqa: B006
    least_pence: Annotated[Amount, Query(alias="leastPence", description="Amount awarded, at the least")] = None,
    most_pence: Annotated[Amount, Query(alias="mostPence", description="Amount awarded, at the most")] = None,
    awarded_from: Annotated[Day | None, Query(alias="awardedFrom")] = None,
    awarded_until: Annotated[Day | None, Query(alias="awardedUntil")] = None,
) -> Filters:
    require_order(awarded_from, awarded_until, names=("awardedFrom", "awardedUntil"))
    if least_pence is not None and most_pence is not None and least_pence > most_pence:
        raise Invalid(errors=[FieldError("leastPence", "is more than mostPence", "query")])
    return Filters(
        text=q,
        funder=funder,
        recipient=recipient,
        recipient_schemes=tuple(recipient_scheme),
        regions=tuple(region),
        least_pence=least_pence,
        most_pence=most_pence,
        awarded_from=awarded_from,
        awarded_until=awarded_until,
    )


Asked = Annotated[Filters, Depends(read_filters)]
Currency = Annotated[str, Query(pattern=r"^[A-Z]{3}$", description="ISO 4217: figures are of one currency alone")]


async def _get_memory(request: Request) -> IndexMemory:
    memory: IndexMemory = request.app.state.runtime.resources.grants
    return memory


@grants.get("", response_model=GrantPage)
async def list_grants(
    _: Anyone,
    session: Session,
    memory: Annotated[IndexMemory, Depends(_get_memory)],
    asked: Asked,
    limit: Limit = 20,
    after: After = None,
    facets: Annotated[bool, Query(description="Count the facets too")] = False,
) -> Response:
    """Find grants that were awarded, as their funders publish them.

    Without `q` the newest come first. With `q` those come first where all of it stands in the title or the name of the
    recipient, then those where it stands there or in the programme or the name of the funder, then the others; among
    equals the newest. All that match are ranked and counted. Where the order of words matters (a phrase), and for a
    while after a load, only the newest thousand that match are, and `complete` of the facets says so.
    """
    key = decode_cursor(after, Position, UUID)
    last = RankedPlace.read(*key) if key else None
    driver = await get_driver(session)
    index = await memory.open(driver, asked.text) if asked.recipient is None else None
    if index is None:
        page = await _search_rows(session, asked, limit, last, facets=facets)
    else:
        page = await _search_index(driver, index, asked, limit, last, facets=facets)
    return Response(page.model_dump_json(by_alias=True), media_type="application/json")


async def _search_index(
    driver: Any, index: Index, asked: Filters, limit: int, last: RankedPlace | None, *, facets: bool
) -> GrantPage:
    found = find_grants(index, asked)
    places, end = cut(list_places(index, found, limit + 1, last), limit)
    return GrantPage(
        items=[GrantLine(**row) for row in await queries.list_by_places(driver, places)],
        next=end and encode_cursor(end.get_position(), end.id),
        facets=count_found(index, found) if facets else None,
    )


async def _search_rows(
    session: Session, asked: Filters, limit: int, last: RankedPlace | None, *, facets: bool
) -> GrantPage:
    """Find grants without the index: it is behind, or does not know."""
    find = queries.list_newest if asked.text is None else queries.list_ranked
    async with answer_soon(session):
        rows = await find(session, asked, limit=limit, after=last)
        counted = await count_facets(session, asked) if facets else None
    page, end = cut(rows, limit)
    return GrantPage(
        items=[GrantLine.model_validate(row) for row in page],
        next=end and encode_cursor(RankedPlace(end.rank, end.awarded_on, end.id).get_position(), end.id),
        facets=_present_facets(counted) if counted else None,
    )


@grants.get("/{grant_id}")
async def get_grant(
    grant_id: Annotated[UUID, Path(description="Our id of the grant")], _: Anyone, session: Session
) -> GrantView:
    """Read one grant, with all that its publisher says of it but names and contacts of persons."""
    return GrantView.model_validate(await queries.get_grant(session, grant_id))


@grant_statistics.get("")
async def get_grant_statistics(
    _: Anyone, session: Session, asked: Asked, currency: Currency = "GBP"
) -> GrantStatistics:
    """How much was given in the grants that match, how often, when and where.

    To see what organisations like yours were given, say what they do (`q`), where (`region`) and what they are
    (`recipientScheme`). Nothing is left out for being small: all of it is published already.
    """
    async with answer_soon(session):
        found = await statistics.compute_statistics(session, _in_currency(asked, currency))
    count = found.overall.number
    return GrantStatistics(
        currency=currency,
        counted=count,
        complete=count < statistics.MOST_COUNTED,
        overall=Measures(**_measure(found.overall)) if count else None,
        years=[YearMeasures(year=row.year, **_measure(row)) for row in found.years],
        regions=[RegionMeasures(region=row.region, **_measure(row)) for row in found.regions],
    )


@grant_givers.get("")
async def list_grant_givers(_: Anyone, session: Session, asked: Asked, currency: Currency = "GBP") -> GiverList:
    """Who gives to organisations like yours: the funders of the grants that match, with how much, how often and where.

    Say what the organisations do (`q`), where (`region`) and what they are (`recipientScheme`).
    """
    async with answer_soon(session):
        rows = await statistics.list_givers(session, _in_currency(asked, currency))
    counted = rows[0].counted if rows else 0
    return GiverList(
        currency=currency,
        counted=counted,
        complete=counted < statistics.MOST_COUNTED,
        items=[
            GiverLine(
                funder_id=row.funder_id,
                funder_name=row.funder_name,
                recipients=row.recipients,
                regions=sorted({code for codes in row.regions for code in codes.split()}),
                **_measure(row),
            )
            for row in rows
        ],
    )


def _in_currency(asked: Filters, currency: str) -> Filters:
    return replace(asked, currency=currency)


def _measure(row: AnyRow) -> dict[str, Any]:
    lower, median, upper = row.quarters or (0, 0, 0)
    return {
        "count": row.number,
        "total_pence": row.total_pence,
        "least_pence": row.least_pence,
        "lower_quartile_pence": lower,
        "median_pence": median,
        "upper_quartile_pence": upper,
        "most_pence": row.most_pence,
        "first_on": row.first_on,
        "latest_on": row.latest_on,
    }


def _present_facets(facets: Facets) -> FacetsView:
    def present(rows: Any) -> list[FacetCount]:
        return [FacetCount(code=row.code, name=row.name, count=row.number) for row in rows]

    return FacetsView(
        counted=facets.counted,
        complete=facets.complete,
        funders=present(facets.funders),
        regions=present(facets.regions),
        years=present(facets.years),
        recipient_schemes=present(facets.recipient_schemes),
    )
