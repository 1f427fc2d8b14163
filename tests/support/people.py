"""Shorthand for what tests do with the people of a case."""

from typing import Any

import httpx

Case = dict[str, Any]


def acting(person: str) -> dict[str, str]:
    return {"On-Behalf-Of": person}


def tag(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def appoint(
    api: httpx.AsyncClient, case: Case, role: str, person: str, *, by: str | None = None, **more: Any
) -> httpx.Response:
    """Appoint, on whatever version the case is at; the case that was read before is left as it is."""
    headers = {"If-Match": "*", **(acting(by) if by else {})}
    body = {"role": role, "person": person, **more}
    return await api.post(f"/v1/cases/{case['id']}/parties", json=body, headers=headers)


async def appointed(api: httpx.AsyncClient, case: Case, role: str, person: str, **more: Any) -> dict[str, Any]:
    answer = await appoint(api, case, role, person, **more)
    assert answer.status_code == 201, answer.text
    party: dict[str, Any] = answer.json()
    return party


async def end(api: httpx.AsyncClient, case: Case, party: dict[str, Any], *, by: str | None = None) -> httpx.Response:
    headers = {"If-Match": "*", **(acting(by) if by else {})}
    return await api.post(f"/v1/cases/{case['id']}/parties/{party['id']}/actions/end", headers=headers)


async def parties(api: httpx.AsyncClient, case: Case, **params: Any) -> list[dict[str, Any]]:
    answer = await api.get(f"/v1/cases/{case['id']}/parties", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def act(
    api: httpx.AsyncClient, case: Case, action: str, payload: dict[str, Any] | None = None, *, by: str | None = None
) -> Case:
    """Take an action on whatever version the case is at."""
    headers = {"If-Match": "*", **(acting(by) if by else {})}
    answer = await api.post(f"/v1/cases/{case['id']}/actions/{action}", json=payload, headers=headers)
    assert answer.status_code == 200, answer.text
    moved: Case = answer.json()
    return moved
