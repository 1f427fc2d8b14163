"""What developers read: documents, schemas, problem pages."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import jsonschema
import pytest
from anyio import to_thread
from openapi_spec_validator import validate
from playwright.sync_api import Page
from pydantic import Field, create_model
from pydantic.config import JsonDict

from rtp_embedded.platform import Platform
from rtp_gateway.inbound.portal.asyncapi import build_document
from rtp_gateway.inbound.portal.openapi import TAGS
from rtp_gateway.inbound.portal.problems import load_problem_types
from rtp_shared.contracts import catalogue
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.problems import list_refusals
from tests.conftest import PUBLIC_URL, NewClient
from tests.gateway.inbound.conftest import Anybody
from tests.support.browser import DESKTOP, PHONE, list_violations, serve, visit

pytestmark = pytest.mark.anyio
CONTRACTS = Path(__file__).parents[3] / "contracts"
SINCE: JsonDict = {"x-since": "1.1.0"}


async def test_the_merged_openapi_document_is_valid_and_whole(anybody: Anybody) -> None:
    document = (await anybody.get("/openapi.json")).json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert [server["url"] for server in document["servers"]] == ["/", PUBLIC_URL]
    assert {"/v1/cases", "/v1/advisers", "/v1/products", "/oauth2/token"} <= document["paths"].keys()
    operations = [o for path in document["paths"].values() for o in path.values()]
    ids = [o["operationId"] for o in operations]
    assert len(ids) == len(set(ids))
    assert all(o["description"] and o["tags"] for o in operations)
    scopes = document["components"]["securitySchemes"]["clientCredentials"]["flows"]["clientCredentials"]["scopes"]
    assert [each["name"] for each in document["tags"]] == list(TAGS)
    assert {tag for o in operations for tag in o["tags"]} == set(TAGS)
    assert all("security" in o for o in operations)
    assert {s for o in operations for need in o["security"] for s in need["clientCredentials"]} == set(scopes)


async def test_the_asyncapi_document_is_valid_and_whole(anybody: Anybody) -> None:
    answer = await anybody.get("/asyncapi.json")
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    schema = json.loads((CONTRACTS / "asyncapi-3.0.0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(document)
    assert {message["name"] for message in document["components"]["messages"].values()} >= set(catalogue())
    assert document["servers"]["platform"]["host"] == PUBLIC_URL.split("://")[1]


async def test_the_channels_of_http_are_routes_of_the_gateway(anybody: Anybody) -> None:
    asked, openapi = (await anybody.get("/asyncapi.json")).json(), (await anybody.get("/openapi.json")).json()
    for name in ("list-events", "stream-events"):
        operation = asked["operations"][name]
        address = asked["channels"][operation["channel"]["$ref"].rpartition("/")[2]]["address"]
        route = openapi["paths"][address]["get"]
        query = {each["name"] for each in route["parameters"] if each["in"] == "query"}
        assert operation["bindings"]["http"]["query"]["properties"].keys() == query, name
        scopes = {scope for need in route["security"] for scope in need["clientCredentials"]}
        assert scopes == set(asked["components"]["securitySchemes"]["clientCredentials"]["scopes"])


PAGES = ["/", "/asyncapi", "/events", "/problems", "/status", f"/events/{CaseSubmitted.TYPE}"]


class Reader(HTMLParser):
    """Reads a page: what it links to, loads and says. Raises where its elements do not close as they open."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.links: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.add(given["href"] or "")
        elif tag in {"script", "img", "link", "iframe"} or "src" in given or any(name[:2] == "on" for name in given):
            self.loaded.append(tag)
        if tag not in {"meta", "rect", "line", "path", "input"}:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


def read(page: httpx.Response) -> Reader:
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    reader = Reader()
    reader.feed(page.text)
    reader.close()
    assert reader.opened == []
    return reader


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_needs_no_script_and_loads_nothing_and_its_links_lead_somewhere(
    anybody: Anybody, path: str
) -> None:
    page = await anybody.get(path)
    reader = read(page)
    assert reader.loaded == []
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page.text
    for target in reader.links:
        assert target.startswith("/"), target
        assert (await anybody.get(target)).status_code == 200, target


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_pages_are_accessible(platform: Platform, size: tuple[int, int]) -> None:
    def look(page: Page) -> None:
        for path in (*PAGES, "/problems/guards-not-met"):
            page.goto(path)
            assert list_violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], "it scrolls sideways"

    async with serve(platform.app) as address:
        await to_thread.run_sync(lambda: visit(address, look, size))


async def test_the_page_of_the_channels_says_what_the_document_says(anybody: Anybody) -> None:
    page = (await anybody.get("/asyncapi")).text
    document = (await anybody.get("/asyncapi.json")).json()
    for name, channel in document["channels"].items():
        if not name.startswith("exchange."):
            assert html.escape(channel["title"]) in page
            assert channel["address"] is None or f"<code>{channel['address']}</code>" in page
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature", "ce-type", "rtp.events"):
        assert f"<code>{name}</code>" in page, name
    assert "<svg" in page
    assert f"{PUBLIC_URL}/oauth2/token" in page


async def test_every_event_has_its_page(anybody: Anybody) -> None:
    index = read(await anybody.get("/events"))
    for name, kind in catalogue().items():
        assert f"/events/{name}" in index.links
        page = await anybody.get(f"/events/{name}")
        assert f"/schemas/{name}.json" in read(page).links
        for field in kind.model_fields.values():
            assert f"<code>{field.alias}</code>" in page.text
            assert html.escape(field.description or "?") in page.text
        for said in (f"<code>{name}</code>", name.split(".")[2], html.escape(kind.READERS), "previoushash", kind.SINCE):
            assert said in page.text, (name, said)
        example = page.text.partition('aria-label="Example">')[2].partition("</pre>")[0]
        assert json.loads(html.unescape(example))["type"] == name
    for hostile in ("none", "org.righttoprovide.applications.case-opened.v9", "<script>", "..%2f..%2fetc"):
        assert (await anybody.get(f"/events/{hostile}")).status_code == 404, hostile


async def test_versions_of_an_event_know_each_other_and_an_old_one_says_so(
    anybody: Anybody, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (CaseSubmitted.TYPE.removesuffix("1") + number for number in ("1", "12"))
    later = create_model("Later", __base__=CaseSubmitted, more=(str | None, Field(None, json_schema_extra=SINCE)))
    later.TYPE = new
    known = {**catalogue(), new: later}
    monkeypatch.setattr("rtp_shared.contracts.catalogue", lambda: known)
    monkeypatch.setattr("rtp_gateway.inbound.portal.envelopes.load_example", lambda _: {"type": new})
    monkeypatch.setattr(CaseSubmitted, "DEPRECATED", "since 2027-01-01: use <v12>")
    first, second = await anybody.get(f"/events/{old}"), await anybody.get(f"/events/{new}")
    assert f"/events/{new}" in read(first).links
    assert f"/events/{old}" in read(second).links
    assert "Deprecated: since 2027-01-01: use &lt;v12&gt;" in first.text
    assert "Since 1.1.0." in second.text
    assert "<strong>Deprecated.</strong>" in (await anybody.get("/events")).text


async def test_every_problem_type_resolves_to_a_page_with_cause_remedy_and_example(anybody: Anybody) -> None:
    index = read(await anybody.get("/problems"))
    assert {
        kind.slug() for kind in list_refusals() if kind.__module__.startswith("rtp_")
    } <= load_problem_types().keys()
    for slug, known in load_problem_types().items():
        assert f"/problems/{slug}" in index.links
        page = await anybody.get(f"/problems/{slug}")
        read(page)
        assert f"<h1>{html.escape(known['title'])}</h1>" in page.text
        assert "<dt>Cause</dt>" in page.text
        assert "<dt>Remedy</dt>" in page.text
        example = json.loads(html.unescape(page.text.partition('aria-label="Example">')[2].partition("</pre>")[0]))
        assert example["type"] == f"{PUBLIC_URL}/problems/{slug}"
        assert (example["status"], example["title"]) == (known["status"], known["title"])


async def test_a_problem_type_that_there_is_not_has_no_page(anybody: Anybody) -> None:
    for slug in ("something-else", "<script>alert(1)", "Not-Found", "a1", "ab", "a" * 61, "%00"):
        hostile = await anybody.get(f"/problems/{slug}")
        assert hostile.status_code == 404, slug
        assert hostile.headers["content-type"] == "application/problem+json"


async def test_a_problem_s_type_resolves(anybody: Anybody) -> None:
    problem = (await anybody.get("/v1/bodies/GB-NHS-NONE")).json()
    page = await anybody.get(problem["type"])
    assert page.status_code == 200
    assert f"<h1>{html.escape(problem['title'])}</h1>" in page.text


async def test_every_event_has_its_schema(anybody: Anybody) -> None:
    for name in catalogue():
        schema = (await anybody.get(f"/schemas/{name}.json")).json()
        jsonschema.Draft202012Validator.check_schema(schema)
    assert (await anybody.get("/schemas/none.json")).status_code == 404


async def test_health_ready_and_metrics(anybody: Anybody, new_client: NewClient) -> None:
    assert (await anybody.get("/health")).json() == {"status": "alive"}
    assert (await anybody.get("/ready")).json() == {"status": "ready"}
    assert (await anybody.get("/metrics")).status_code == 401
    assert (await (await new_client(scopes="cases:read")).get("/metrics")).status_code == 403
    shown = await (await new_client(scopes="metrics:read")).get("/metrics")
    assert shown.status_code == 200
    assert "rtp_request_seconds_count" in shown.text


async def test_a_trace_goes_on_and_a_bad_one_is_begun_anew(anybody: Anybody) -> None:
    answer = await anybody.get("/v1/bodies?limit=1", headers={"Correlation-Id": "abc-123"})
    assert answer.headers["correlation-id"] == "abc-123"
    alias = await anybody.get("/v1/bodies?limit=1", headers={"X-Correlation-ID": "abc"})
    assert alias.headers["correlation-id"] == "abc"
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    traced = await anybody.get("/v1/bodies?limit=1", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert traced.headers["correlation-id"] == trace
    for bad in ("x" * 200, "tab\tbed"):
        odd = await anybody.get("/v1/bodies?limit=1", headers={"Correlation-Id": bad})
        assert len(odd.headers["correlation-id"]) == 32


async def test_a_platform_without_a_broker_says_so_before_a_queue_is_tried(anybody: Anybody) -> None:
    home, document = (await anybody.get("/")).text, (await anybody.get("/asyncapi.json")).json()
    offered = dict(re.findall(r'data-label="Way">(\w+)</td><td role="cell" data-label="Offered here">(\w+)<', home))
    assert offered == {"webhook": "yes", "queue": "no", "feed": "yes", "fhir": "yes"}
    assert "not offered here: queue" in document["info"]["description"]
    for part, name in (("servers", "broker"), ("channels", "queue"), ("operations", "deliver-to-queue")):
        assert name not in document[part]
        assert name in build_document(public_url="http://rtp.test")[part]
    assert "subscription.{id}" not in (await anybody.get("/asyncapi")).text
