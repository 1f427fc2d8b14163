"""Networks and profiles of a test's own, as a network and the operator make them over HTTP."""

from typing import Any

import httpx

from tests.conftest import Api, NewClient

NETWORKS, ADVISERS = "/v1/adviser-networks", "/v1/advisers"
KEEPER, MODERATOR = "advisers:read advisers:write", "advisers:read advisers:write advisers:oversee"


def describe_person(**facts: Any) -> dict[str, Any]:
    """A whole profile, in which nothing contradicts anything."""
    return {
        "name": "Test mentor",
        "kind": "mentor",
        "about": "Led a library service out of a council.",
        "inPerson": True,
        "regions": ["E12000007"],
        "remote": True,
        "sectors": ["libraries-and-archives"],
        "topics": ["tupe", "vat"],
        "stages": ["plan"],
        "legalForms": ["charity"],
        "headcountFrom": 20,
        "headcountTo": 300,
        "languages": ["en", "cy"],
        "accessNeeds": ["captions", "easy-read"],
        "capacity": 2,
        "hoursPerMonth": 6,
        "calendar": [{"startsOn": "2027-01-01", "endsOn": "2027-01-31", "hoursPerMonth": 0}],
        "chargeBasis": "buyer-paid-day",
        "dayRate": 40_000,
        **facts,
    }


async def act(api: Api, path: str, action: str, body: Any = None) -> httpx.Response:
    """Take an action on what stands at the path, at the version that it is at."""
    etag = (await api.get(path)).headers["etag"]
    return await api.post(f"{path}/actions/{action}", json=body, headers={"If-Match": etag})


async def change(api: Api, path: str, **changes: Any) -> httpx.Response:
    etag = (await api.get(path)).headers["etag"]
    return await api.patch(path, json=changes, headers={"If-Match": etag})


async def record_network(new_client: NewClient, *, published: bool = True) -> Api:
    """Return the client of a new network, which the operator has published if asked for."""
    api = await new_client(scopes=KEEPER)
    answer = await api.post(NETWORKS, json={"name": f"Network {api.organisation}", "description": "Of a test."})
    assert answer.status_code == 201, answer.text
    if published:
        moderator = await new_client(scopes=MODERATOR)
        assert (await act(moderator, f"{NETWORKS}/{api.organisation}", "publish")).status_code == 200
    return api


async def add_person(api: Api, *, published: bool = True, **facts: Any) -> str:
    """Add somebody to the client's network and return the path of the profile."""
    answer = await api.post(ADVISERS, json=describe_person(**facts))
    assert answer.status_code == 201, answer.text
    path = f"{ADVISERS}/{answer.json()['id']}"
    if published:
        assert (await act(api, path, "publish")).status_code == 200
    return path
