"""The verifier as the platform gives it away, over what that platform sends: by webhook, signed, and by its feed."""

import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import httpx
import pytest
from anyio import to_thread

from rtp_embedded.platform import Platform
from rtp_gateway.inbound.portal import downloads
from rtp_shared.contracts.applications import CaseSubmitted
from tests.gateway.conftest import Owner
from tests.support.cases import open_case, submit_case
from tests.support.people import appointed
from tests.support.serving import serving
from tests.verifier.receiver import Verifier, keep

pytestmark = pytest.mark.anyio


@pytest.fixture
async def url(platform: Platform) -> AsyncIterator[str]:
    async with serving(platform.app) as url:
        yield url


@pytest.fixture
async def verifier(url: str, tmp_path: Path) -> Verifier:
    async with httpx.AsyncClient() as anybody:
        answer = await anybody.get(f"{url}/verifier.pyz")
    assert answer.status_code == 200
    return Verifier(tmp_path, answer.content)


async def report(verifier: Verifier, *arguments: object) -> dict[str, Any]:
    """In a thread: meanwhile the platform has to answer."""
    return await to_thread.run_sync(lambda: verifier.report(*arguments, packages=True))


async def receive_cases(owner: Owner, directory: Path) -> dict[str, Any]:
    """The subscription by which the owner got the events of two cases, as they are in the directory now."""
    subscription = await owner.subscribe()
    for _ in range(2):
        case = await submit_case(owner.api, await open_case(owner.api))
        await appointed(owner.api, case, "applicant-member", "p-member")
    await owner.platform.drain_events()
    await owner.new_worker().drain()
    keep(directory, [each.body for each in owner.receiver.received])
    for number, each in enumerate(owner.receiver.received):
        headers = "".join(f"{name}: {value}\n" for name, value in each.headers.items())
        (directory / f"{number:04d}.headers").write_text(headers)
    return subscription


async def test_what_a_webhook_received_and_the_feed_has(
    owner: Owner, url: str, verifier: Verifier, tmp_path: Path
) -> None:
    received = tmp_path / "received"
    subscription = await receive_cases(owner, received)
    (tmp_path / "secret").write_text(subscription["secret"])
    (tmp_path / "token").write_text(owner.api.headers["Authorization"].removeprefix("Bearer "))
    keys = ["--secret-file", tmp_path / "secret", "--public-key", subscription["publicKey"], "--in-order"]
    feed = ["--feed", url, "--token-file", tmp_path / "token"]
    against = [received, *keys, *feed, "--subscription", subscription["id"]]

    whole = await report(verifier, *against)
    assert whole["exit_code"] == 0
    assert whole["signatures_good"] == whole["events"] == len(owner.receiver.received) >= 4
    assert whole["links_checked"] == whole["events"] - whole["chains"]
    assert (await report(verifier, received, *keys))["exit_code"] == 0
    assert (await report(verifier, *feed))["events"] >= whole["events"]
    assert (await report(verifier, *feed))["exit_code"] == 0

    bodies = [each.body for each in owner.receiver.received]
    number, first = next(
        (n, each) for n, each in enumerate(map(json.loads, bodies)) if each["type"] == CaseSubmitted.TYPE
    )
    (received / f"{number:04d}.json").unlink()
    for code, arguments in ((4, [received, *keys]), (1, against)):
        less = await report(verifier, *arguments)
        assert (less["exit_code"], [gap["partitionkey"] for gap in less["gaps"]]) == (code, [first["partitionkey"]])
    assert [each["id"] for each in less["missing_against_feed"]] == [first["id"]]

    changed = bodies[number].replace(b'"time":"2', b'"time":"1', 1)
    (received / f"{number:04d}.json").write_bytes(changed)
    for other in (await report(verifier, received, *keys), await report(verifier, *against)):
        assert [each["place"] for each in other["bad_signatures"]] == [f"{number:04d}.json"]
        assert [each["partitionkey"] for each in other["broken_links"]] == [first["partitionkey"]]
        assert other["exit_code"] == 2
    assert [each["ids"] for each in other["conflicts"]] == [[first["id"]] * 2]


async def test_it_is_one_file_that_anybody_may_have(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as anybody:
        assert '<a href="/verifier.pyz">' in (await anybody.get("/")).text
        answer = await anybody.get("/verifier.pyz")
    assert answer.content.startswith(b"#!/usr/bin/env python3\nPK")
    assert {name: answer.headers[name] for name in ("content-type", "content-disposition", "cache-control")} == {
        "content-type": "application/zip",
        "content-disposition": 'attachment; filename="verifier.pyz"',
        "cache-control": "public, max-age=86400",
    }


def test_its_bytes_are_the_same_wherever_it_is_made() -> None:
    with ZipFile(BytesIO(downloads.verifier())) as archive:
        kept = archive.infolist()
    assert [each.filename for each in kept] == sorted(each.filename for each in kept)
    assert {(each.date_time, each.compress_type) for each in kept} == {((1980, 1, 1, 0, 0, 0), ZIP_STORED)}
