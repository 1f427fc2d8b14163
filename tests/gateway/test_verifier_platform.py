"""The verifier over what the platform really sends: by webhook, signed, and by its feed."""

import json
from pathlib import Path

import pytest

from rtp_embedded.platform import Platform
from tests.conftest import NewClient
from tests.gateway.conftest import NewCourier
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.verifying import Verifier, altered, keep
from tests.support.webhooks import Receiver, subscribe

pytestmark = pytest.mark.anyio


async def test_what_was_received_by_webhook_and_read_from_the_feed(
    platform: Platform, new_client: NewClient, courier: NewCourier, receiver: Receiver, tmp_path: Path
) -> None:
    api = await new_client(organisation=employer_id())
    made = await subscribe(api, receiver.url)
    for _ in range(2):
        await submit_case(api, await open_case(api))
    await platform.settle()
    await courier().drain()

    received = keep(tmp_path / "received", [each.body for each in receiver.received])
    for number, each in enumerate(receiver.received):
        headers = "".join(f"{name}: {value}\n" for name, value in each.headers.items())
        (received / f"{number:04d}.headers").write_text(headers)
    (tmp_path / "secret").write_text(made["secret"])
    command = Verifier(tmp_path)
    checks = ["--secret-file", tmp_path / "secret", "--public-key", made["publicKey"], "--in-order"]
    report = command.report(received, *checks, packages=True)
    assert report["exit_code"] == 0
    assert report["signatures_good"] == report["events"] == len(receiver.received) >= 4
    assert report["links_checked"] == report["events"] - report["chains"]

    feed = await api.get("/v1/events", params={"limit": 200})
    assert feed.json()["next"] is None
    whole = keep(tmp_path / "feed", [feed.content])
    assert command.report(whole, "--in-order")["exit_code"] == 0

    changed = json.loads(receiver.received[0].body)
    (received / "0000.json").write_bytes(altered(receiver.received[0].body, time="2020-01-01T00:00:00Z"))
    report = command.report(received, *checks, packages=True)
    assert [each["place"] for each in report["bad_signatures"]] == ["0000.json"]
    assert [each["partitionkey"] for each in report["broken_links"]] == [changed["partitionkey"]]
    assert report["exit_code"] == 2
