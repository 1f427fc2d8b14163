"""The journey of one case, on a platform that runs: `python -m rtp_examples.demo [--port 8000] [--data-dir .data]`."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any, TypeVar

import httpx

from rtp_examples import sandbox
from rtp_examples.receiver import JsonObject, Receiver
from rtp_shared.pipes import run_command

PATIENCE_SECONDS = 10
T = TypeVar("T")


class StepFailed(Exception):
    """The journey broke; the message says where."""


class Journey:
    """One case from its draft to its events, with the seconds that each step took."""

    def __init__(self, url: str, secrets: dict[str, str]) -> None:
        self._url = url
        self._secrets = secrets
        self._began = self._last = time.monotonic()

    def print_step(self, text: str) -> None:
        now = time.monotonic()
        print(f"{now - self._began:7.3f} s  (+{(now - self._last) * 1000:6.1f} ms)  {text}", flush=True)
        self._last = now

    def open_client(self, client_id: str) -> httpx.Client:
        """Return a client of the platform with a token of its own."""
        form = {"grant_type": "client_credentials"}
        with httpx.Client(base_url=self._url, timeout=10) as stranger:
            token = send(stranger, "POST", "/oauth2/token", data=form, auth=(client_id, self._secrets[client_id]))
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        return httpx.Client(base_url=self._url, timeout=10, headers=headers)

    def run(self) -> None:
        with Receiver().run() as receiver, self.open_client("council-intake") as council:
            self.print_step("the council's intake system has a token")
            with self.open_client("council-officers") as officers, self.open_client("trust-subscriber") as trust:
                self._subscribe(trust, receiver)
                case = self._open_and_submit(council, officers)
                self._accept_adviser(council, case)
                self._await_shortlist(council, case)
                self._check_events(trust, receiver, case)

    def _subscribe(self, trust: httpx.Client, receiver: Receiver) -> None:
        subscription = send(trust, "POST", "/v1/subscriptions", json={"sink": receiver.url})
        receiver.secret = subscription["secret"]
        self.print_step(f"the trust subscribed with its receiver at {receiver.url}")

    def _open_and_submit(self, council: httpx.Client, officers: httpx.Client) -> JsonObject:
        draft = {
            "employer": sandbox.COUNCIL,
            "commissioner": sandbox.TRUST,
            "serviceName": "Community learning disability service",
            "sector": "adult-social-care",
            "applicantCount": 14,
            "headcount": 62,
            "legalForm": "cic-limited-by-guarantee",
            "annualValuePence": 240_000_000,
            "financeSoughtPence": 7_500_000,
            "financePurposes": ["working-capital"],
            "supportNeeds": ["legal", "financial", "governance"],
            "conflictsDeclared": True,
        }
        case = send(council, "POST", "/v1/cases", json=draft, headers={"Idempotency-Key": f'"{time.time_ns()}"'})
        path = f"/v1/cases/{case['id']}"
        self.print_step(f"case {case['number']} is open as a draft")
        if officers.get(path).status_code != 404:
            raise StepFailed("the employing body's officers can see the draft")
        self.print_step("the employing body's own officers cannot see it: 404")
        case = send(council, "POST", f"{path}/actions/submit", headers={"If-Match": f'"{case["version"]}"'})
        self.print_step(f"case {case['number']} is submitted")
        send(officers, "GET", path)
        self.print_step("now the officers see it")
        return case

    def _accept_adviser(self, council: httpx.Client, case: JsonObject) -> None:
        def find_proposal() -> JsonObject | None:
            found = send(council, "GET", "/v1/support-requests", params={"caseId": case["id"]})["items"]
            return found[0] if found and found[0]["status"] == "proposed" else None

        request = wait_for("the support proposal", find_proposal)
        path = f"/v1/support-requests/{request['id']}"
        answer = council.get(path)
        proposals = answer.json()["proposals"]
        names = ", ".join(str(p["adviserName"]) for p in proposals)
        self.print_step(f"{len(proposals)} advisers are proposed: {names}")
        accepted = {"adviser": proposals[0]["adviserId"]}
        send(council, "POST", f"{path}/actions/accept", json=accepted, headers={"If-Match": answer.headers["etag"]})
        self.print_step(f"{proposals[0]['adviserName']} is accepted")

    def _await_shortlist(self, council: httpx.Client, case: JsonObject) -> None:
        def find_shortlist() -> JsonObject | None:
            answer = council.get(f"/v1/shortlists/{case['id']}")
            return answer.json() if answer.status_code == 200 else None

        shortlist = wait_for("the finance shortlist", find_shortlist)
        self.print_step(
            f"the finance shortlist is there: {shortlist['fitting']} products fit, {shortlist['notFitting']} do not"
        )

    def _check_events(self, trust: httpx.Client, receiver: Receiver, case: JsonObject) -> None:
        wanted = {"case-submitted", "support-proposed", "support-agreed", "shortlist-made"}
        received: dict[str, str] = {}
        while wanted - received.keys():
            try:
                event = receiver.events.get(timeout=PATIENCE_SECONDS)
            except Empty:
                raise StepFailed(f"not delivered: {', '.join(sorted(wanted - received.keys()))}") from None
            if event.get("caseid") == case["id"]:
                received[event["type"].split(".")[3]] = event["id"]
                self.print_step(f"the trust received {event['type']}, signature verified")
        feed, after = set(), None
        while page := send(trust, "GET", "/v1/events", params={"limit": 200, **({"after": after} if after else {})}):
            feed |= {event["id"] for event in page["items"]}
            if (after := page["next"]) is None:
                break
        if missing := set(received.values()) - feed:
            raise StepFailed(f"the feed lacks {len(missing)} of the delivered events")
        self.print_step("the feed shows the same events")


def send(client: httpx.Client, method: str, path: str, **arguments: Any) -> JsonObject:
    answer = client.request(method, path, **arguments)
    if answer.is_error:
        raise StepFailed(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
    document: JsonObject = answer.json()
    return document


def wait_for(what: str, find: Callable[[], T | None]) -> T:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if (found := find()) is not None:
            return found
        time.sleep(0.02)
    raise StepFailed(f"{what} did not appear within {PATIENCE_SECONDS} s")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_examples.demo", description="The journey, step by step")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", type=Path, default=Path(".data"))
    options = parser.parse_args()
    secrets = options.data_dir / "sandbox.json"
    if not secrets.exists():
        sys.stderr.write(f"{secrets} is not there: start the platform first, with `make run`\n")
        return 1
    journey = Journey(f"http://localhost:{options.port}", json.loads(secrets.read_text()))
    try:
        journey.run()
    except StepFailed as failed:
        sys.stderr.write(f"failed: {failed}\n")
        return 1
    except httpx.HTTPError as error:
        sys.stderr.write(
            f"failed: no answer from port {options.port} ({type(error).__name__}); is `make run` running?\n"
        )
        return 1
    journey.print_step("done")
    return 0


if __name__ == "__main__":
    run_command(main)
