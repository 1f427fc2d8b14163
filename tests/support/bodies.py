"""Shorthand for what tests do with bodies. Each test has bodies of its own: those of reference data belong to all."""

import secrets
import string
from typing import Any

import httpx

RecordedBody = dict[str, Any]
OVERSEER = "bodies:write cases:oversee"
"""Scopes of the central team."""


def new_identifier() -> dict[str, str]:
    return {"scheme": "GB-NHS", "value": "T" + "".join(secrets.choice(string.ascii_uppercase) for _ in range(9))}


async def record_body(api: httpx.AsyncClient, **details: Any) -> dict[str, Any]:
    body = {
        "name": "Test Council",
        "kind": "unitary",
        "nation": "England",
        "region": "E12000009",
        "identifiers": [new_identifier()],
        **details,
    }
    answer = await api.post("/v1/bodies", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["etag"] == '"1"'
    return made


async def record_ended_body(api: httpx.AsyncClient) -> dict[str, Any]:
    """Record a primary care trust that no longer exists."""
    identifier = new_identifier()
    details = {"name": "A primary care trust", "kind": "primary-care-trust", "openedOn": "2001-04-01"}
    body = await record_body(api, identifiers=[identifier], **details)
    ended = await api.post(
        f"/v1/bodies/{body['id']}/actions/end", json={"endedOn": "2013-04-01"}, headers={"If-Match": "*"}
    )
    assert ended.status_code == 200, ended.text
    return {**body, "reference": f"{identifier['scheme']}-{identifier['value']}"}


def tag(thing: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{thing["version"]}"'}
