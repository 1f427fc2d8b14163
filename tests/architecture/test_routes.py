"""Rules that every route of every service keeps."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import Depends
from fastapi.routing import APIRoute

from rtp_embedded.platform import Platform
from rtp_gateway.routing import SERVICES as FIRST_PARTS
from rtp_operations.openapi import find_unrouted
from rtp_operations.services import ALL, SERVICES
from rtp_shared.auth import Access, Public
from rtp_shared.web import ServiceRoute, create_router
from tests.conftest import Api


def routes() -> Iterator[tuple[str, APIRoute]]:
    for service in ALL:
        for each in service.routers:
            for route in each.routes:
                assert isinstance(route, APIRoute)
                yield service.name, route


def access_of(route: APIRoute) -> list[Access | Public]:
    return [d.call for d in route.dependant.dependencies if isinstance(d.call, Access | Public)]


def test_every_path_of_a_service_is_routed_to_it() -> None:
    """First of all: a path that is forwarded to nobody fails others too, for reasons that lead astray."""
    assert [*find_unrouted()] == []
    assert {service.name for service in SERVICES} == set(FIRST_PARTS.values())


def test_a_path_that_is_forwarded_to_nobody_is_told_the_cure() -> None:
    router = create_router()

    @router.get("/v1/networks")
    async def list_networks(_: Annotated[None, Depends(Public())]) -> None:
        """List."""

    forgotten = replace(SERVICES[0], routers=[router])
    [sentence] = find_unrouted([forgotten])
    assert sentence.startswith("/v1/networks is not forwarded")
    assert "SERVICES of rtp_gateway/routing.py" in sentence


def test_every_route_has_the_edge_and_says_who_may() -> None:
    found = list(routes())
    assert len(found) > 15
    for service, route in found:
        assert isinstance(route, ServiceRoute), (service, route.path)
        assert len(access_of(route)) == 1, (service, route.path)


def test_a_route_that_does_not_say_who_may_is_refused_at_import() -> None:
    async def open_to_all() -> dict[str, str]:
        return {}

    with pytest.raises(TypeError, match="who may call it"):
        create_router().add_api_route("/v1/oops", open_to_all)


def test_every_route_is_documented_and_named_once() -> None:
    names = [route.name for _, route in routes()]
    assert len(names) == len(set(names))
    for service, route in routes():
        assert route.description, (service, route.path)


@pytest.mark.anyio
async def test_every_route_that_is_not_public_refuses_strangers(platform: Platform) -> None:
    import httpx

    async with Api(transport=httpx.ASGITransport(platform.app), base_url=platform.public_url) as nobody:
        for service, route in routes():
            if isinstance(access_of(route)[0], Public):
                continue
            path = route.path
            for name in route.param_convertors:
                path = path.replace("{" + name + "}", str(uuid.uuid4()))
            for method in route.methods or ():
                answer = await nobody.request(method, path)
                if not route.include_in_schema:
                    assert answer.status_code == 404, "what is for the gateway alone is forwarded to nobody"
                    continue
                assert answer.status_code == 401, (service, method, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")


def test_public_routes_are_the_ones_we_know() -> None:
    # What an address can do (OPTIONS) is no secret; what is there is another matter.
    open_ = [route for _, route in routes() if isinstance(access_of(route)[0], Public)]
    assert {route.path for route in open_ if route.methods != {"OPTIONS"}} == {
        "/v1/subscriptions/consents/{token}",
        "/v1/bundle-keys",
        "/v1/bodies",
        "/v1/bodies/{reference}",
        "/v1/bodies/{reference}/rules",
        "/v1/barriers/counts",
        "/v1/decisions",
        "/v1/decisions/{decision_id}",
        "/v1/recommendations",
        "/v1/recommendations/{recommendation_id}",
        "/v1/processes",
        "/v1/processes/{route}/versions/{version}",
        "/v1/procurement/awards",
        "/v1/procurement/awards/{award_id}",
        "/v1/procurement/codes",
        "/v1/procurement/financial-assistance",
        "/v1/procurement/regime",
        "/v1/appraisals",
        "/v1/log",
        "/v1/log/checkpoint",
        "/v1/log/tile/entries/{tile:path}",
        "/v1/log/tile/{level}/{tile:path}",
        "/v1/log/witness/add-checkpoint",
        "/v1/statistics",
        "/v1/retention-schedule",
        "/v1/statistics/months/{month}",
        "/v1/statistics/years/{year}",
        "/v1/open-data",
        "/v1/open-data/dictionary",
        "/v1/open-data/decisions-{year}.csv",
        "/v1/open-data/decisions-{year}.json",
        "/v1/open-data/figures.csv",
        "/v1/open-data/figures.json",
        "/published",
        "/published/figures",
        "/published/decisions/{decision_id}",
        "/v1/eligibility",
        "/v1/funders",
        "/v1/funders/changes",
        "/v1/funders/{funder_id}",
        "/v1/funders/{funder_id}/versions",
        "/v1/funders/{funder_id}/versions/{version}",
        "/v1/programmes",
        "/v1/programmes/{programme_id}",
        "/v1/programmes/{programme_id}/versions",
        "/v1/programmes/{programme_id}/versions/{version}",
        "/v1/common-grants/opportunities/search",
        "/v1/finance-open-referral",
        "/v1/finance-open-referral/",
        "/v1/finance-open-referral/services",
        "/v1/finance-open-referral/services/{record_id}",
        "/v1/finance-open-referral/service_at_locations",
        "/v1/finance-open-referral/service_at_locations/{record_id}",
        "/v1/finance-open-referral/taxonomies",
        "/v1/finance-open-referral/taxonomies/{record_id}",
        "/v1/finance-open-referral/taxonomy_terms",
        "/v1/finance-open-referral/taxonomy_terms/{record_id}",
        "/v1/grant-exports/360giving.csv",
        "/v1/grant-exports/360giving.json",
        "/v1/grant-givers",
        "/v1/grant-statistics",
        "/v1/grants",
        "/v1/grants/{grant_id}",
        "/v1/notices",
        "/v1/notices/{ocid}",
        "/v1/contract-endings",
        "/v1/products",
        "/v1/products/changes",
        "/v1/products/closing-dates.atom",
        "/v1/products/closing-dates.ics",
        "/v1/products/search",
        "/v1/common-grants/opportunities",
        "/v1/common-grants/opportunities/{product_id}",
        "/v1/products/{product_id}",
        "/v1/products/{product_id}/versions",
        "/v1/products/{product_id}/versions/{version}",
        "/v1/matching-rules",
        "/v1/resources",
        "/v1/resources/{resource_id}",
        "/v1/open-referral",
        "/v1/open-referral/",
        "/v1/open-referral/services",
        "/v1/open-referral/services/{record_id}",
        "/v1/open-referral/service_at_locations",
        "/v1/open-referral/service_at_locations/{record_id}",
        "/v1/open-referral/taxonomies",
        "/v1/open-referral/taxonomies/{record_id}",
        "/v1/open-referral/taxonomy_terms",
        "/v1/open-referral/taxonomy_terms/{record_id}",
        "/oauth2/token",
        "/oauth2/revoke",
        "/oauth2/introspect",
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
        "/fhir/R4/metadata",
        "/fhir/R4/StructureDefinition/{extension}",
        "/fhir/StructureDefinition/{extension}",
    }
