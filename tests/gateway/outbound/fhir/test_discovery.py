"""What a FHIR client may read before it has a token, and what it is told of all that is not offered."""

import uuid
from typing import Any

import httpx
import pytest

from rtp_embedded.platform import Platform
from rtp_gateway.forms.signals import CHAIN, CHAINED
from rtp_gateway.outbound.fhir import queries
from rtp_gateway.outbound.fhir.definitions import DEFINED
from tests.conftest import Api
from tests.gateway.conftest import Owner
from tests.gateway.outbound.fhir.test_routes import PATH, SINK, body, read_issues, subscribe

pytestmark = pytest.mark.anyio

BASE = "/fhir/R4"
INTERACTIONS = {
    "create": ("POST", ""),
    "read": ("GET", "/{id}"),
    "update": ("PUT", "/{id}"),
    "delete": ("DELETE", "/{id}"),
    "search-type": ("GET", ""),
    "patch": ("PATCH", "/{id}"),
    "vread": ("GET", "/{id}/_history/1"),
    "history-instance": ("GET", "/{id}/_history"),
}


async def test_the_statement_names_exactly_what_is_offered(owner: Owner) -> None:
    answer = await owner.api.get(f"{BASE}/metadata", headers={"Authorization": ""})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    statement = answer.json()
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert statement["url"] == f"http://rtp.test{BASE}/metadata"
    required = {"status", "date", "kind", "format", "implementation", "rest"}
    assert required <= statement.keys()
    [rest] = statement["rest"]
    subscription, definition = rest["resource"]
    assert (subscription["type"], definition["type"]) == ("Subscription", "StructureDefinition")
    offered = {each["code"] for each in subscription["interaction"]}
    for code, (method, below) in INTERACTIONS.items():
        resource = await subscribe(owner.api, channel={"endpoint": f"{SINK}/{code}"})
        asked = body(channel={"endpoint": f"{SINK}/{code}/2"}) if method in ("POST", "PUT", "PATCH") else None
        answered = await owner.api.request(method, PATH + below.format(id=resource["id"]), json=asked)
        assert (answered.status_code < 300) == (code in offered), (code, answered.text)
    for each in subscription["searchParam"]:
        assert (await owner.api.get(PATH, params={each["name"]: "x"})).status_code == 422
        assert "is not a parameter" not in (await owner.api.get(PATH, params={each["name"]: "x"})).text


async def test_the_statement_names_the_channels_that_are_there(owner: Owner) -> None:
    statement = (await owner.api.get(f"{BASE}/metadata?mode=full&_format=json")).json()
    told = statement["rest"][0]["resource"][0]["documentation"]
    assert told.endswith("Types of channel: rest-hook.")  # this platform has no broker


@pytest.mark.parametrize("name", DEFINED)
async def test_every_extension_resolves_where_its_url_leads(api: Api, name: str) -> None:
    canonical, below = f"/fhir/StructureDefinition/{name}", f"{BASE}/StructureDefinition/{name}"
    answer = await api.get(canonical, headers={"Authorization": "Bearer of.no.use"})
    assert answer.status_code == 200, answer.text
    definition = answer.json()
    assert definition == (await api.get(below)).json()
    assert (definition["url"], definition["id"]) == (f"http://rtp.test{canonical}", name)
    assert definition["resourceType"] == "StructureDefinition"
    elements = {each["id"]: each for each in definition["differential"]["element"]}
    assert elements["Extension.url"]["fixedUri"] == definition["url"]
    parts = [each["sliceName"] for each in elements.values() if "sliceName" in each]
    assert parts == list(DEFINED[name].parts)
    assert ("type" in elements["Extension.value[x]"]) != bool(parts)


async def test_all_extensions_in_use_are_defined(owner: Owner) -> None:
    resource = await subscribe(owner.api)
    used = {each["url"].rpartition("/")[2] for each in resource["extension"]}
    assert used == {"webhook-secret", "webhook-public-key"}
    assert used <= DEFINED.keys()
    assert tuple(DEFINED[CHAIN.rpartition("/")[2]].parts) == CHAINED


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{BASE}/Patient", 404),
        ("GET", f"{BASE}/Patient/1", 404),
        ("POST", f"{BASE}/Patient/_search", 404),
        ("GET", BASE, 404),
        ("GET", f"{BASE}/", 404),
        ("GET", "/fhir", 404),
        ("GET", "/fhir/R5/metadata", 404),
        ("POST", BASE, 404),
        ("GET", f"{BASE}/StructureDefinition/Patient", 404),
        ("GET", "/fhir/StructureDefinition/Patient", 404),
        ("GET", f"{BASE}/StructureDefinition", 404),
        ("POST", f"{BASE}/metadata", 405),
        ("PATCH", PATH, 405),
        ("DELETE", PATH, 405),
        ("DELETE", f"{BASE}/StructureDefinition/event-chain", 405),
        ("GET", f"{BASE}/metadata?mode=terminology", 422),
        ("GET", f"{BASE}/metadata?page=2", 422),
        ("GET", f"{PATH}?url=x", 422),
        ("GET", f"{PATH}?_id=1", 422),
        ("GET", f"{PATH}?_count=-1", 422),
        ("GET", f"{PATH}?_format=xml", 406),
        ("GET", f"{BASE}/metadata?_format=text/turtle", 406),
    ],
)
async def test_what_is_not_offered_is_refused_in_fhir(owner: Owner, method: str, path: str, status: int) -> None:
    answer = await owner.api.request(method, path)
    [issue] = read_issues(answer, status)
    assert issue["code"] == {404: "not-found", 422: "value"}.get(status, "not-supported")
    assert int(answer.headers["content-length"]) == len(answer.content)
    if status == 405:
        assert answer.headers["allow"]
        assert answer.headers["allow"] in issue["diagnostics"]


async def test_a_fault_of_ours_is_told_in_fhir_too(
    owner: Owner, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(queries, "get_subscription", fail)
    failing = httpx.ASGITransport(platform.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=failing, base_url="http://rtp.test", headers=owner.api.headers) as client:
        answer = await client.get(f"{PATH}/{uuid.uuid4()}")
    [issue] = read_issues(answer, 500)
    assert issue["code"] == "exception"
    assert "a fault" not in answer.text


ACCEPTS = {
    "application/fhir+xml": 406,
    "text/html, application/fhir+xml;q=0.9": 406,
    "application/fhir+json;q=0, text/turtle": 406,
    "text/*": 406,
    "application/fhir+json; fhirVersion=4.0": 200,
    "application/JSON": 200,
    "text/html, */*;q=0.1": 200,
    "application/*;q=1.0": 200,
    "application/fhir+xml, application/fhir+json;q=0.001": 200,
    "": 200,
}


@pytest.mark.parametrize("accept", ACCEPTS)
async def test_another_form_than_json_is_not_to_be_had(owner: Owner, accept: str) -> None:
    for path in (PATH, f"{BASE}/metadata"):
        answer = await owner.api.get(path, headers={"Accept": accept})
        if ACCEPTS[accept] == 406:
            assert read_issues(answer, 406)[0]["location"] == ["http.Accept"]
        assert answer.status_code == ACCEPTS[accept]
        chosen = await owner.api.get(f"{path}?_format=application/fhir+json", headers={"Accept": accept})
        assert chosen.status_code == 200


async def test_head_has_no_content(owner: Owner) -> None:
    answer = await owner.api.head(f"{BASE}/Patient")
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["content-type"] == "application/fhir+json"


async def test_elsewhere_refusals_stay_problem_details(owner: Owner) -> None:
    for path in ("/fhirs", "/v1/none", "/R4/Patient"):
        answer: httpx.Response = await owner.api.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_count_of_nothing_gives_the_total(owner: Owner) -> None:
    nothing: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": f"http://rtp.test{PATH}?_count=0"}],
    }
    assert (await owner.api.get(f"{PATH}?_count=0")).json() == nothing | {"total": 0}
    for number in range(3):
        await subscribe(owner.api, channel={"endpoint": f"{SINK}/{number}"})
    assert (await owner.api.post("/v1/subscriptions", json={"sink": SINK})).status_code == 201  # FHIR cannot say it
    assert (await owner.api.get(f"{PATH}?_count=0")).json() == nothing | {"total": 3}


@pytest.mark.parametrize("count", [200, 201, 1_000, 2**31, 10**30])
async def test_a_count_beyond_the_largest_page_is_cut_and_said_to_be(owner: Owner, count: int) -> None:
    await subscribe(owner.api)
    bundle = (await owner.api.get(f"{PATH}?_count={count}")).json()
    assert bundle["link"] == [{"relation": "self", "url": f"http://rtp.test{PATH}?_count=200"}]
    assert len(bundle["entry"]) == 1
