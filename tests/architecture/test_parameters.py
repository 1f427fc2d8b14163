"""Every route takes its query parameters, each once and with a value, and refuses whatever else is asked for."""

from collections.abc import Iterator
from types import NoneType
from typing import get_args
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from rtp_gateway.clients.models import SCOPES
from rtp_operations.services import ALL
from rtp_shared.openapi import Document
from rtp_shared.parameters import find_parameters
from rtp_shared.problems import MOST_ERRORS
from tests.conftest import Api, NewClient

pytestmark = pytest.mark.anyio

OAUTH = "Identity"
"""What RFC 6749 section 3.2 has ignored is not refused there."""


def routes() -> Iterator[APIRoute]:
    for service in ALL:
        for router in service.routers:
            for route in router.routes:
                assert isinstance(route, APIRoute)
                if not route.include_in_schema:  # what is for the gateway alone is forwarded to nobody
                    continue
                if OAUTH not in route.tags and getattr(route, "refuses_unknown_parameters", True):
                    yield route


def fill(route: APIRoute) -> str:
    path = route.path.replace("{rule}", "business-case-days").replace("{route}", "right-to-provide")
    for name in route.param_convertors:
        path = path.replace("{" + name + "}", "1" if name == "version" else str(uuid4()))
    return path


@pytest.fixture
async def anybody(new_client: NewClient) -> Api:
    return await new_client(scopes=" ".join(SCOPES))


async def ask(api: Api, route: APIRoute, query: list[tuple[str, str]]) -> dict[str, str]:
    """Return the refused parameters of the first method of the route, with the reasons."""
    method = min(route.methods or ())
    answer = await api.request(method, f"{fill(route)}?{urlencode(query)}", headers={"If-Match": '"1"'})
    assert answer.status_code == 422, (route.path, answer.text)
    problem = answer.json()
    if "issue" in problem:
        return {each["location"][0].removeprefix("http."): each["diagnostics"] for each in problem["issue"]}
    return {each["field"]: each["reason"] for each in problem["errors"] if each["in"] == "query"}


async def test_unknown_empty_and_repeated_parameters_are_refused_by_name_everywhere(anybody: Api) -> None:
    walked = 0
    for route in routes():
        known = find_parameters(route.dependant)
        once = [name for name, repeatable in known.items() if not repeatable]
        wrong = [*((name, "1") for name in once[:1] * 2), *((name, "") for name in known if name not in once[:1])]
        found: dict[str, str] = {}
        for part in batched(wrong):
            found |= await ask(anybody, route, [*part, ("status[]", "open"), ("updatedSince", "")])
        assert found.keys() == {*known, "status[]", "updatedSince"}, route.path
        walked += 1
    assert walked > 150


def batched(wrong: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """As few questions as name all that is wrong: an answer names no more than so many."""
    most = MOST_ERRORS - 2
    return [wrong[at : at + most] for at in range(0, max(len(wrong), 1), most)]


@pytest.mark.parametrize(
    "asked",
    [
        "/v1/decisions?q=", "/v1/bodies?q=", "/v1/products?q=a&q=x", "/v1/bodies?name=camden", "/v1/bodies?Q=camden",
        "/v1/cases?updatedSince=2026-01-01", "/v1/cases?status[]=draft", "/v1/cases?limit=1&limit=2",
        "/v1/events?after=", "/v1/events/stream?types=x", "/v1/products?status=open&status=", "/v1/cases?token=x",
        "/fhir/R4/Subscription?status=active", "/fhir/R4/Subscription?_count=", "/v1/bodies?&&q=",
    ],
)  # fmt: skip
async def test_what_clients_sent_is_answered_with_the_name(anybody: Api, asked: str) -> None:
    answer = await anybody.get(asked)
    name = asked.partition("?")[2].lstrip("&").partition("&")[0].partition("=")[0]
    assert answer.status_code == 422, answer.text
    assert f"{name} is" in answer.text or f'"field": "{name}"' in answer.text
    if asked.startswith("/fhir"):
        assert answer.json()["resourceType"] == "OperationOutcome"


async def test_what_may_be_repeated_is_taken_twice_and_says_so(anybody: Api) -> None:
    assert (await anybody.get("/v1/products?status=open&status=check&limit=1&")).status_code == 200
    document: Document = (await anybody.get("/openapi.json")).json()
    operations = [each for path in document["paths"].values() for each in path.values()]
    parameters = [each for one in operations for each in one.get("parameters", ()) if each["in"] == "query"]
    repeatable = [each for each in parameters if '"array"' in str(each["schema"]).replace("'", '"')]
    assert {each["name"] for each in repeatable} == {
        "status", "type", "cpv", "directAwardGrounds", "accessNeed", "role", "verdict", "region", "recipientScheme",
        "kind",
        "stage", "noticeType", "fields", "expand", "facet",
    }  # fmt: skip
    assert all("May be repeated" in each["description"] for each in repeatable)


async def test_oauth_leaves_aside_what_it_does_not_know(anybody: Api) -> None:
    assert (await anybody.get("/.well-known/jwks.json?v=2")).status_code == 200


async def test_fhir_takes_what_every_client_of_fhir_may_say(anybody: Api) -> None:
    assert (await anybody.get("/fhir/R4/Subscription?_format=application/fhir%2Bjson&_pretty=true")).status_code == 200
    assert (await anybody.get("/fhir/R4/Subscription?_format=application/fhir+json")).status_code == 200
    assert (await anybody.get("/fhir/R4/Subscription?_format=xml")).status_code == 406


def test_every_list_comes_to_an_end() -> None:
    """Whoever follows `next` until there is none would otherwise never stop."""
    pages = {
        route.path: field.annotation
        for route in routes()
        if isinstance(route.response_model, type) and issubclass(route.response_model, BaseModel)
        for name, field in route.response_model.model_fields.items()
        if name == "next"
    }
    assert len(pages) > 25
    assert [path for path, annotation in pages.items() if NoneType not in get_args(annotation)] == []
