"""The front as callers meet it: quotas, heads, browsers, compression and traces, before a service that tells them."""

import gzip
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from rtp_embedded.platform import Platform
from rtp_gateway.inbound.edge.browsers import Browsers
from rtp_gateway.inbound.edge.heads import FROM_INSIDE, FROM_PROXIES, MOST_HEADERS, TARGET_LENGTH
from rtp_gateway.inbound.edge.quotas import CountedRequests
from rtp_gateway.inbound.front import Gateway
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.inbound.proxy.forward import OverHttp
from rtp_gateway.limits.limiter import RequestLimiter
from rtp_gateway.limits.quotas import Quotas
from rtp_gateway.routing import ForwardingLimits
from rtp_shared.auth import FixedKeys, TokenVerifier
from rtp_shared.clock import utcnow
from rtp_shared.etags import format_etag
from rtp_shared.metrics import Metrics
from tests.support.serving import serving

pytestmark = pytest.mark.anyio
PORTAL = "https://portal.example"
QUOTAS = {"client": Quotas.build("client", 20, 1000), "organisation": Quotas.build("organisation", 100, 1000)}
KEY = SigningKey(SigningKey.generate())


def new_token() -> str:
    return KEY.sign_access_token(
        issuer="http://rtp.test",
        client_id=f"edge-{uuid.uuid4()}",
        organisation=uuid.uuid4(),
        scopes=[],
        seconds=600,
        now=utcnow(),
    )


async def tell(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the headers and the path that came, as long as the path says, in the form that it says."""
    query = scope["query_string"].decode()
    headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
    body = json.dumps({"headers": headers, "path": scope["raw_path"].decode(), "filled": "x" * 4000}).encode()
    answer = [(b"content-type", b"text/event-stream" if "stream" in query else b"application/json")]
    if "secret" in query:
        answer.append((b"cache-control", b"no-store"))
    if "tagged" in query:
        answer.append((b"etag", b'"c3"'))
        if dict(scope["headers"]).get(b"if-none-match") == b'"2", "c3"':
            await send({"type": "http.response.start", "status": 304, "headers": answer})
            await send({"type": "http.response.body", "body": b""})
            return
    if "version" in query:
        answer.append((b"etag", format_etag(3).encode()))
    if "packed" in query:
        body = gzip.compress(body)
        answer.append((b"content-encoding", b"gzip"))
    await send({"type": "http.response.start", "status": 200, "headers": answer})
    await send({"type": "http.response.body", "body": body[:100], "more_body": True})
    await send({"type": "http.response.body", "body": body[100:]})


@asynccontextmanager
async def edge(url: str) -> AsyncIterator[httpx.AsyncClient]:
    verifier = TokenVerifier(issuer="http://rtp.test", keys=FixedKeys(KEY.public_keys))
    limiter = RequestLimiter(url, QUOTAS)
    async with serving(tell) as service:
        upstreams = OverHttp({"applications": service}, public_url="http://rtp.test", limits=ForwardingLimits())
        front = Gateway(
            FastAPI(),
            upstreams,
            Metrics("gateway"),
            counted=CountedRequests(limiter, verifier),
            browsers=Browsers([PORTAL], secure=True),
            public_url="http://rtp.test",
        )
        async with serving(front) as address, httpx.AsyncClient(base_url=address) as client:
            client.headers["accept-encoding"] = "identity"
            yield client
        await upstreams.close()


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with edge(platform.gateway.settings.database_url.get_secret_value()) as client:
        yield client


async def read_headers(client: httpx.AsyncClient, headers: Any) -> list[tuple[str, str]]:
    answer = await client.get("/v1/cases", headers=headers)
    assert answer.status_code == 200, answer.text
    return [(name, value) for name, value in answer.json()["headers"]]


def parse_list(field: str) -> Mapping[str, Mapping[str, int]]:
    """Parse a structured list of strings with integer parameters."""
    found = {}
    for member in field.split(", "):
        name, *parameters = member.split(";")
        assert name[0] == name[-1] == '"'
        found[name.strip('"')] = {key: int(value) for key, value in (each.split("=") for each in parameters)}
    return found


async def test_every_answer_tells_the_quotas_and_what_is_left(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {new_token()}"}
    left = []
    for _ in range(4):
        answer = await client.get("/v1/cases", headers=headers)
        assert parse_list(answer.headers["ratelimit-policy"]) == {
            "client-burst": {"q": 20, "w": 10},
            "client-sustained": {"q": 1000, "w": 600},
            "organisation-burst": {"q": 100, "w": 10},
            "organisation-sustained": {"q": 1000, "w": 600},
        }
        left.append(parse_list(answer.headers["ratelimit"])["client-burst"]["r"])
    assert left[0] == 19
    assert left == sorted(left, reverse=True)


async def test_too_many_are_refused_until_a_time_that_is_told(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {new_token()}"}
    answers = [await client.get("/v1/cases", headers=headers) for _ in range(40)]
    assert [each.status_code for each in answers[:20]] == [200] * 20
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert problem["violated-policies"] == ["client-burst"]
    left = parse_list(refused.headers["ratelimit"])["client-burst"]
    assert left["r"] == 0
    assert int(refused.headers["retry-after"]) >= max(1, left["t"])
    assert len(refused.headers["correlation-id"]) == 32
    others = await client.get("/v1/cases", headers={"Authorization": f"Bearer {new_token()}"})
    assert others.status_code == 200
    assert (await client.get("/v1/cases")).status_code == 200, "and whoever has no token"


async def test_a_token_that_does_not_hold_counts_for_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/cases", headers={"Authorization": "Bearer forged"})
    assert "ratelimit" not in answer.headers


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/cases?q=" + "x" * TARGET_LENGTH, {}, 414),
        ("/v1/" + "x" * TARGET_LENGTH, {}, 414),
        ("/v1/cases?" + "&".join(["a=b"] * 201), {}, 414),
        ("/v1/cases", {f"x-{number}": "x" for number in range(MOST_HEADERS)}, 431),
        ("/v1/cases", {"x-long": "x" * 17_000}, 431),
    ],
)
async def test_heads_that_are_too_large(client: httpx.AsyncClient, path: str, headers: Any, status: int) -> None:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize("name", sorted(name.decode() for name in FROM_PROXIES))
async def test_nobody_can_claim_to_be_a_proxy(client: httpx.AsyncClient, name: str) -> None:
    assert name not in dict(await read_headers(client, {name: "1.2.3.4"}))


@pytest.mark.parametrize("beginning", [each.decode() for each in FROM_INSIDE])
async def test_nobody_can_claim_an_identity_by_a_header(client: httpx.AsyncClient, beginning: str) -> None:
    sent = {f"{beginning}client": "admin", f"{beginning.upper()}USER": "admin", "On-Behalf-Of": "officer-1"}
    came = dict(await read_headers(client, sent))
    assert not [name for name in came if name.startswith(beginning)]
    assert came["on-behalf-of"] == "officer-1"


PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "If-Match"}


async def test_pages_of_a_known_origin_may_call_and_read_what_they_go_by(client: httpx.AsyncClient) -> None:
    asked = await client.options("/v1/cases", headers={"Origin": PORTAL, **PREFLIGHT})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == PORTAL
    assert "If-Match" in asked.headers["access-control-allow-headers"]
    assert "PUT" in asked.headers["access-control-allow-methods"]
    answer = await client.get("/v1/cases", headers={"Origin": PORTAL})
    assert answer.headers["access-control-allow-origin"] == PORTAL
    assert {"ETag", "RateLimit", "Retry-After"} <= set(answer.headers["access-control-expose-headers"].split(", "))
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://portal.example.evil", "http://portal.example", "null", ""])
async def test_pages_of_other_origins_may_not(client: httpx.AsyncClient, origin: str) -> None:
    for answer in (
        await client.options("/v1/cases", headers={"Origin": origin, **PREFLIGHT}),
        await client.get("/v1/cases", headers={"Origin": origin}),
    ):
        assert "access-control-allow-origin" not in answer.headers
        assert "Origin" in answer.headers["vary"]


async def test_every_answer_has_the_headers_for_browsers(client: httpx.AsyncClient) -> None:
    for path in ("/v1/cases", "/v1/unknown", "/v1/cases/../products"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["strict-transport-security"].startswith("max-age=31536000")


async def test_answers_are_compressed_for_whoever_takes_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/cases?tagged", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Origin, Accept-Encoding" or "Accept-Encoding" in answer.headers["vary"]
    assert answer.headers["etag"] == '"c3-gzip"'
    assert answer.num_bytes_downloaded < 1500
    assert answer.json()["filled"] == "x" * 4000


async def test_whoever_has_it_compressed_is_not_sent_it_again(client: httpx.AsyncClient) -> None:
    headers = {"Accept-Encoding": "gzip", "If-None-Match": '"2", "c3-gzip"'}
    answer = await client.get("/v1/cases?tagged", headers=headers)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"c3-gzip"')
    other = await client.get("/v1/cases?tagged", headers={"If-None-Match": '"2", "c3"'})
    assert (other.status_code, other.headers["etag"]) == (304, '"c3"')


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("stream", "gzip"),
        ("secret", "gzip"),
        ("version", "gzip"),
        ("", "gzip;q=0"),
        ("", "identity"),
        ("", "br"),
        ("", "*;q=0"),
        ("", ""),
    ],
)
async def test_what_is_not_compressed(client: httpx.AsyncClient, query: str, accept: str) -> None:
    answer = await client.get(f"/v1/cases?{query}", headers={"Accept-Encoding": accept})
    assert "content-encoding" not in answer.headers
    assert b'"filled"' in answer.content


async def test_what_is_compressed_already_stays_as_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/cases?packed", headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get_list("content-encoding") == ["gzip"]
    assert answer.json()["filled"] == "x" * 4000


TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
VALID = f"00-{TRACE}-{PARENT}-01"


async def send_trace(client: httpx.AsyncClient, *headers: tuple[str, str]) -> tuple[str, list[str]]:
    came = await read_headers(client, list(headers))
    [parent] = [value for name, value in came if name == "traceparent"]
    return parent, [value for name, value in came if name == "tracestate"]


async def test_a_trace_goes_on_with_its_state(client: httpx.AsyncClient) -> None:
    parent, state = await send_trace(
        client, ("traceparent", VALID), ("tracestate", "a=1, b@c=2"), ("tracestate", ""), ("tracestate", "d=3")
    )
    assert parent[3:35] == TRACE
    assert parent[36:52] != PARENT
    assert parent.endswith("-01")
    assert ",".join(state) == "a=1,b@c=2,d=3"


@pytest.mark.parametrize(
    "parents",
    [
        [VALID, VALID],
        [VALID, f"00-{'1' * 32}-{PARENT}-01"],
        [VALID.upper()],
        [f"ff-{TRACE}-{PARENT}-01"],
        [f"{VALID}-more"],
        [f"{VALID}."],
        [f"00-{'0' * 32}-{PARENT}-01"],
        [f"00-{TRACE}-{'0' * 16}-01"],
        [f"cc-{TRACE}-{PARENT}-01.what"],
        [],
    ],
)
async def test_without_one_valid_parent_a_trace_begins_and_no_state_goes_on(
    client: httpx.AsyncClient, parents: list[str]
) -> None:
    parent, state = await send_trace(client, *(("traceparent", each) for each in parents), ("tracestate", "a=1"))
    assert parent[3:35] != TRACE
    assert state == []


@pytest.mark.parametrize("parent", [f"cc-{TRACE}-{PARENT}-01-what-the-future", f"01-{TRACE}-{PARENT}-ff"])
async def test_later_versions_are_answered_in_ours(client: httpx.AsyncClient, parent: str) -> None:
    sent, _ = await send_trace(client, ("traceparent", parent))
    assert (sent[:35], sent[52:]) == (f"00-{TRACE}", "-01")


@pytest.mark.parametrize(
    "state",
    [
        "a",
        "a =1",
        "A=1",
        "=1",
        "a=1,a=2",
        "a=b=c",
        "a@1b=1",
        "a@=1",
        f"{'a' * 257}=1",
        f"a={'1' * 257}",
        ",".join(f"k{number}=1" for number in range(33)),
    ],
)
async def test_a_state_that_is_not_valid_is_dropped_alone(client: httpx.AsyncClient, state: str) -> None:
    parent, states = await send_trace(client, ("traceparent", VALID), ("tracestate", state))
    assert parent[3:35] == TRACE
    assert states == []


async def test_a_state_of_32_members_goes_on_whole(client: httpx.AsyncClient) -> None:
    state = ",".join(f"k{number}={'v' * 20}" for number in range(32))
    assert (await send_trace(client, ("traceparent", VALID), ("tracestate", state)))[1] == [state]
