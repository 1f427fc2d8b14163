"""Bodies that are compressed, or in another charset, are refused by every write and say what is taken."""

import gzip
import json

import pytest
from fastapi.routing import APIRoute

from rtp_gateway.clients.models import SCOPES
from rtp_shared.auth import Access
from tests.architecture.test_parameters import fill
from tests.architecture.test_routes import access_of, routes
from tests.conftest import Api, NewClient
from tests.support.cases import READY

pytestmark = pytest.mark.anyio

UMLAUT = json.dumps({**READY, "serviceName": "Große Hilfe"}, ensure_ascii=False)


@pytest.fixture
async def anybody(new_client: NewClient) -> Api:
    return await new_client(scopes=" ".join(SCOPES))


def writes(*, json_only: bool = False) -> list[APIRoute]:
    found = [route for _, route in routes() if isinstance(access_of(route)[0], Access) and route.methods != {"GET"}]
    found = [
        route for route in found if route.include_in_schema
    ]  # what is for the gateway alone is forwarded to nobody
    return [route for route in found if route.body_field or not json_only]


async def test_every_write_refuses_what_is_compressed(anybody: Api) -> None:
    assert len(writes()) > 130
    for route in writes():
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "If-Match": '"1"'}
        answer = await anybody.request(
            min(route.methods or ()), fill(route), content=gzip.compress(b"{}"), headers=headers
        )
        assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity"), route.path
        assert "Content-Encoding" in answer.text


async def test_every_json_body_is_utf_8(anybody: Api) -> None:
    for route in writes(json_only=True):
        headers = {"Content-Type": "application/json; charset=iso-8859-1", "If-Match": '"1"'}
        answer = await anybody.request(min(route.methods or ()), fill(route), content=b"{}", headers=headers)
        assert answer.status_code == 415, route.path
        assert "UTF-8" in answer.text


@pytest.mark.parametrize("coding", ["br", "deflate", "x-gzip", "gzip, identity", "identity, gzip", "zstd"])
async def test_other_codings_are_refused_too(anybody: Api, coding: str) -> None:
    answer = await anybody.post("/v1/cases", json=READY, headers={"Content-Encoding": coding})
    assert answer.status_code == 415


KINDS = [
    "application/json",
    'application/json;charset="UTF-8"',
    "application/json ; charset=utf8",
    "Application/JSON; Charset=Us-Ascii",
    "application/merge-patch+json; charset=utf-8",
]


@pytest.mark.parametrize("kind", KINDS)
async def test_utf_8_is_taken_however_it_is_said(anybody: Api, kind: str) -> None:
    headers = {"Content-Type": kind, "Content-Encoding": "identity"}
    answer = await anybody.post("/v1/cases", content=UMLAUT.encode(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["serviceName"] == "Große Hilfe"


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_json_in_another_charset_is_not_taken_unsaid(anybody: Api, charset: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await anybody.post("/v1/cases", content=UMLAUT.encode(charset), headers=headers)
    assert answer.status_code == 415, answer.text


async def test_bytes_that_are_no_utf_8_are_no_json(anybody: Api) -> None:
    headers = {"Content-Type": "application/json"}
    assert (await anybody.post("/v1/cases", content=UMLAUT.encode("cp1252"), headers=headers)).status_code == 400
