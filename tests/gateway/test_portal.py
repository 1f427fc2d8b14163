"""What developers read: documents, schemas, problem pages."""

import html
import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from openapi_spec_validator import validate

from rtp_embedded.platform import Platform
from rtp_shared.contracts import catalogue
from rtp_shared.problems import all_refusals
from tests.conftest import PUBLIC_URL, NewClient

pytestmark = pytest.mark.anyio
CONTRACTS = Path(__file__).parent.parent / "contracts"


@pytest.fixture
async def api(platform: Platform) -> Any:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url=platform.public_url) as client:
        yield client


async def test_the_merged_openapi_document_is_valid_and_whole(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert [server["url"] for server in document["servers"]] == ["/", PUBLIC_URL]
    assert {"/v1/cases", "/v1/advisers", "/v1/products", "/oauth2/token"} <= document["paths"].keys()
    operations = [o for path in document["paths"].values() for o in path.values()]
    ids = [o["operationId"] for o in operations]
    assert len(ids) == len(set(ids))
    assert all(o["description"] and o["tags"] for o in operations)
    scopes = document["components"]["securitySchemes"]["clientCredentials"]["flows"]["clientCredentials"]["scopes"]
    assert {s for o in operations for need in o.get("security", []) for s in need["clientCredentials"]} == set(scopes)


async def test_the_asyncapi_document_is_valid_and_whole(api: httpx.AsyncClient) -> None:
    document = (await api.get("/asyncapi.json")).json()
    schema = json.loads((CONTRACTS / "asyncapi-3.0.0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(document)
    assert {message["name"] for message in document["components"]["messages"].values()} == set(catalogue())


async def test_the_documentation_page_loads_nothing_from_elsewhere(api: httpx.AsyncClient) -> None:
    page = await api.get("/docs")
    assert "://" not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert f"/docs/{name}" in page.text
        assert (await api.get(f"/docs/{name}")).status_code == 200
    kept = await api.get("/docs/swagger-ui.css")
    assert kept.headers["cache-control"] == "public, max-age=86400"
    assert kept.headers["content-type"].startswith("text/css")
    assert (await api.get("/docs/..%2f..%2fapp.py")).status_code == 404


async def test_every_problem_type_resolves_to_a_page(api: httpx.AsyncClient) -> None:
    index = await api.get("/problems")
    for kind in all_refusals():
        assert f"/problems/{kind.slug()}" in index.text
        page = await api.get(f"/problems/{kind.slug()}")
        assert page.status_code == 200
        assert f"<h1>{html.escape(kind.title)}</h1>" in page.text
        assert f"Status {kind.status}." in page.text


async def test_a_problem_type_of_a_service_that_runs_elsewhere_has_a_page_too(api: httpx.AsyncClient) -> None:
    page = await api.get("/problems/something-elsewhere")
    assert page.status_code == 200
    assert "does not know the type" in page.text
    for slug in ("<script>alert(1)", "Not-Found", "a1", "ab", "a" * 61, "%00"):
        hostile = await api.get(f"/problems/{slug}")
        assert hostile.status_code == 404, slug
        assert hostile.headers["content-type"] == "application/problem+json"


async def test_a_problem_s_type_resolves(api: httpx.AsyncClient) -> None:
    problem = (await api.get("/v1/bodies/GB-NHS-NONE")).json()
    page = await api.get(problem["type"])
    assert page.status_code == 200
    assert f"<h1>{html.escape(problem['title'])}</h1>" in page.text


async def test_every_event_has_its_schema(api: httpx.AsyncClient) -> None:
    for name in catalogue():
        schema = (await api.get(f"/schemas/{name}.json")).json()
        jsonschema.Draft202012Validator.check_schema(schema)
    assert (await api.get("/schemas/none.json")).status_code == 404


async def test_health_ready_and_metrics(api: httpx.AsyncClient, new_client: NewClient) -> None:
    assert (await api.get("/health")).json() == {"status": "alive"}
    assert (await api.get("/ready")).json() == {"status": "ready"}
    assert (await api.get("/metrics")).status_code == 401
    assert (await (await new_client(scopes="cases:read")).get("/metrics")).status_code == 403
    shown = await (await new_client(scopes="metrics:read")).get("/metrics")
    assert shown.status_code == 200
    assert "rtp_request_seconds_count" in shown.text


async def test_a_trace_goes_on_and_a_bad_one_is_begun_anew(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/bodies?limit=1", headers={"Correlation-Id": "abc-123"})
    assert answer.headers["correlation-id"] == "abc-123"
    alias = await api.get("/v1/bodies?limit=1", headers={"X-Correlation-ID": "abc"})
    assert alias.headers["correlation-id"] == "abc"
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    traced = await api.get("/v1/bodies?limit=1", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert traced.headers["correlation-id"] == trace
    for bad in ("x" * 200, "tab\tbed"):
        odd = await api.get("/v1/bodies?limit=1", headers={"Correlation-Id": bad})
        assert len(odd.headers["correlation-id"]) == 32
