"""Processes that are asked to stop end with 0 and log no error, also while they answer, stream and deliver."""

import contextlib
import json
import signal
import threading
from collections.abc import Iterator

import httpx
import pytest

from rtp_examples.receiver import Receiver
from rtp_operations.processes import PROCESSES
from tests.support.waiting import wait_until
from tests.system.fleet import Fleet


@pytest.fixture(scope="module")
def council(fleet: Fleet, sandbox_secrets: dict[str, str]) -> Iterator[httpx.Client]:
    """The sandbox's council, with a token."""
    url = fleet.host.public_url
    form, credentials = {"grant_type": "client_credentials"}, ("council-intake", sandbox_secrets["council-intake"])
    token = httpx.post(f"{url}/oauth2/token", data=form, auth=credentials).json()["access_token"]
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        yield client


def follow(council: httpx.Client) -> None:
    with contextlib.suppress(httpx.HTTPError), council.stream("GET", "/v1/events/stream") as stream:
        for _ in stream.iter_lines():
            pass


def wait_for_news(council: httpx.Client) -> None:
    after = None
    with contextlib.suppress(httpx.HTTPError):
        while True:
            page = council.get("/v1/events", params={"wait": 30} | ({"after": after} if after else {})).json()
            after = page["next"]


def list_complaints(log: str) -> list[str]:
    """Return the lines that are neither blank nor say something of the level INFO."""
    return [line for line in log.splitlines() if not is_quiet(line)]


def is_quiet(line: str) -> bool:
    try:
        return bool(json.loads(line)["level"] in ("DEBUG", "INFO"))
    except (ValueError, KeyError, TypeError):
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_clean_stop_logs_no_error(fleet: Fleet, council: httpx.Client, number: signal.Signals) -> None:
    with Receiver().run() as receiver:
        made = council.post("/v1/subscriptions", json={"sink": receiver.url})
        assert made.status_code == 201, made.text
        receiver.secret = made.json()["secret"]
        for call in (follow, wait_for_news):
            threading.Thread(target=call, args=[council], daemon=True).start()
        body = {"employer": "GB-LAE-CMD", "serviceName": "Home care"}
        assert council.post("/v1/cases", json=body).status_code == 201
        wait_until(lambda: not receiver.events.empty(), "a delivery")
        before = {process.name: len(fleet.read_log(process.name)) for process in PROCESSES}
        codes = fleet.end_all(number)
    said = {name: list_complaints(fleet.read_log(name)[start:]) for name, start in before.items()}
    fleet.start()
    assert codes == dict.fromkeys(before, 0)
    assert said == {name: [] for name in before}
