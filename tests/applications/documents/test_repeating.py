"""Uploads that are sent again, or many at once."""

import asyncio

import pytest

from rtp_embedded.platform import Platform
from tests.support.actors import ActorClient, Case
from tests.support.documents import PDF, added, files, get, path_of, pdf, put

pytestmark = pytest.mark.anyio
CONTENT = {"If-Match": '"1"', "Content-Type": PDF}


async def test_an_upload_is_repeated_under_its_key(desk: ActorClient, case: Case, platform: Platform) -> None:
    document, before = await added(desk, case), files(platform)
    path, headers = f"{path_of(document)}/content", {**CONTENT, "On-Behalf-Of": desk.person, "Idempotency-Key": '"up"'}
    first = await desk.api.put(path, content=pdf("one"), headers=headers)
    assert first.status_code == 201, first.text
    again = await desk.api.put(path, content=pdf("one"), headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert [again.headers[name] for name in ("etag", "location", "content-type")] == [
        first.headers[name] for name in ("etag", "location", "content-type")
    ]
    for other in (pdf("two"), pdf("one") + b"\n", b""):
        refused = await desk.api.put(path, content=other, headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    elsewhere = await desk.api.put(path, params={"fileName": "x.pdf"}, content=pdf("one"), headers=headers)
    assert elsewhere.status_code == 422
    without = await desk.api.put(path, content=pdf("one"), headers={**headers, "Idempotency-Key": '"other"'})
    assert without.status_code == 412
    assert len(files(platform) - before) == 1


async def test_of_two_uploads_at_once_under_one_key_one_is_done(desk: ActorClient, case: Case) -> None:
    document = await added(desk, case)
    headers = {**CONTENT, "On-Behalf-Of": desk.person, "Idempotency-Key": '"at once"'}
    path = f"{path_of(document)}/content"
    answers = await asyncio.gather(*(desk.api.put(path, content=pdf("one"), headers=headers) for _ in range(4)))
    assert {each.status_code for each in answers} <= {201, 409, 412}
    assert (await desk.api.put(path, content=pdf("one"), headers=headers)).status_code == 201
    assert (await get(desk, path_of(document))).json()["version"] == 1


async def test_twelve_documents_are_added_and_uploaded_at_once_without_an_etag_of_the_case(
    desk: ActorClient, case: Case
) -> None:
    path, acting = f"/v1/cases/{case['id']}/documents", {"On-Behalf-Of": desk.person}

    async def add_one(number: int) -> tuple[int, int]:
        added_ = await desk.api.post(path, json={"kind": "other", "title": f"Paper {number}"}, headers=acting)
        put_ = await put(desk, added_.json(), pdf(f"paper {number}"))
        return added_.status_code, put_.status_code

    assert await asyncio.gather(*(add_one(number) for number in range(12))) == [(201, 201)] * 12
    stale = await desk.api.post(path, json={"kind": "other", "title": "x"}, headers={**acting, "If-Match": '"1"'})
    assert stale.status_code == 412
