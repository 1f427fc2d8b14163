"""Cases with a past, made through the gateway."""

from pathlib import Path
from typing import Any

import httpx

from rtp_shared.clock import today
from tests.conftest import Api
from tests.support.cases import open_case, submit_case
from tests.support.pages import read_pages
from tests.support.people import act, appointed

Case = dict[str, Any]


async def screened(group: Api, officers: Api) -> Case:
    """A case in screening that one officer wants not eligible, which only the bodies know."""
    draft = await open_case(group, summary="First thoughts, which stay ours")
    await group.patch(f"/v1/cases/{draft['id']}", json={"summary": "Why"}, headers={"If-Match": "*"})
    await appointed(group, draft, "applicant-member", "p-member", mandate="Vote of 3 March")
    await submit_case(group, (await group.get(f"/v1/cases/{draft['id']}")).json())
    await appointed(officers, draft, "case-officer", "p-one")
    await act(officers, draft, "acknowledge", {"sentOn": str(today())}, by="p-one")
    await act(officers, draft, "begin-screening", by="p-one")
    await act(officers, draft, "find-not-eligible", {"reasons": "Not in scope"}, by="p-one")
    return await read(group, draft)


async def read(api: httpx.AsyncClient, case: Case, **params: Any) -> Case:
    answer = await api.get(f"/v1/cases/{case['id']}", params=params)
    assert answer.status_code == 200, answer.text
    found: Case = answer.json()
    return found


async def history_of(api: httpx.AsyncClient, case: Case, limit: int = 50) -> list[dict[str, Any]]:
    """All of it, page by page."""
    return await read_pages(api, f"/v1/cases/{case['id']}/history", limit=limit)


def without_version(entry: dict[str, Any]) -> dict[str, Any]:
    """The part of an entry that its hash covers, and the hash."""
    unsaid = [name for name in ("commitments", "erased") if entry[name] is None]
    return {name: value for name, value in entry.items() if name not in ("version", *unsaid)}


async def verdict_on(api: httpx.AsyncClient, case: Case) -> dict[str, Any]:
    answer = await api.get(f"/v1/cases/{case['id']}/history/verify")
    assert answer.status_code == 200, answer.text
    verdict: dict[str, Any] = answer.json()
    return verdict


async def bundle_of(api: httpx.AsyncClient, case: Case, path: Path) -> Path:
    answer = await api.get(f"/v1/cases/{case['id']}/bundle")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    path.write_bytes(answer.content)  # noqa: ASYNC240 - a small file
    return path


async def import_bundle(api: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await api.post("/v1/imports", content=content, headers={"Content-Type": "application/zip"})
