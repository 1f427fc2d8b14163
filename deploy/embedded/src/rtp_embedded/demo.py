"""The journey, on a platform that runs: `python -m rtp_embedded.demo [--port 8000] [--data-dir .data]`."""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any, TypeVar

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

from rtp_embedded import sandbox

PATIENCE_SECONDS = 10
Found = TypeVar("Found")


class StepFailed(Exception):
    """The journey broke; the message says where."""


class Receiver:
    """What a trust runs: takes deliveries, checks each signature with its subscription's secret, answers 204."""

    def __init__(self) -> None:
        self.secret = ""
        self.events: Queue[dict[str, Any]] = Queue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"

    @contextmanager
    def running(self) -> Iterator["Receiver"]:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                try:
                    Webhook(receiver.secret).verify(body, dict(self.headers))
                except (WebhookVerificationError, ValueError):
                    self.send_response(400)
                else:
                    receiver.events.put(json.loads(body))
                    self.send_response(204)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing: the demo prints what matters."""

        return Handler


class Journey:
    def __init__(self, url: str, secrets: dict[str, str]) -> None:
        self._url = url
        self._secrets = secrets
        self._began = self._last = time.monotonic()

    def step(self, text: str) -> None:
        now = time.monotonic()
        print(f"{now - self._began:7.3f} s  (+{(now - self._last) * 1000:6.1f} ms)  {text}", flush=True)
        self._last = now

    def client(self, client_id: str) -> httpx.Client:
        """A client of the platform with a token of its own."""
        form = {"grant_type": "client_credentials"}
        with httpx.Client(base_url=self._url, timeout=10) as stranger:
            token = ask(stranger, "POST", "/oauth2/token", data=form, auth=(client_id, self._secrets[client_id]))
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        return httpx.Client(base_url=self._url, timeout=10, headers=headers)

    def run(self) -> None:
        with Receiver().running() as receiver, self.client("council-intake") as council:
            self.step("the council's intake system has a token")
            with self.client("council-officers") as officers, self.client("trust-subscriber") as trust:
                self._subscribe(trust, receiver)
                case = self._apply(council, officers)
                self._support(council, case)
                self._finance(council, case)
                self._events(trust, receiver, case)

    def _subscribe(self, trust: httpx.Client, receiver: Receiver) -> None:
        subscription = ask(trust, "POST", "/v1/subscriptions", json={"sink": receiver.url})
        receiver.secret = subscription["secret"]
        self.step(f"the trust subscribed with its receiver at {receiver.url}")

    def _apply(self, council: httpx.Client, officers: httpx.Client) -> dict[str, Any]:
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
        case = ask(council, "POST", "/v1/cases", json=draft, headers={"Idempotency-Key": f'"{time.time_ns()}"'})
        path = f"/v1/cases/{case['id']}"
        self.step(f"case {case['number']} is open as a draft")
        if officers.get(path).status_code != 404:
            raise StepFailed("the employing body's officers can see the draft")
        self.step("the employing body's own officers cannot see it: 404")
        case = ask(council, "POST", f"{path}/actions/submit", headers={"If-Match": f'"{case["version"]}"'})
        self.step(f"case {case['number']} is submitted")
        ask(officers, "GET", path)
        self.step("now the officers see it")
        return case

    def _support(self, council: httpx.Client, case: dict[str, Any]) -> None:
        def proposed() -> dict[str, Any] | None:
            found = ask(council, "GET", "/v1/support-requests", params={"case": case["id"]})["items"]
            return found[0] if found and found[0]["status"] == "proposed" else None

        request = wait_for("the support proposal", proposed)
        path = f"/v1/support-requests/{request['id']}"
        answer = council.get(path)
        proposals = answer.json()["proposals"]
        names = ", ".join(str(p["adviserName"]) for p in proposals)
        self.step(f"{len(proposals)} advisers are proposed: {names}")
        accepted = {"adviser": proposals[0]["adviserId"]}
        ask(council, "POST", f"{path}/actions/accept", json=accepted, headers={"If-Match": answer.headers["etag"]})
        self.step(f"{proposals[0]['adviserName']} is accepted")

    def _finance(self, council: httpx.Client, case: dict[str, Any]) -> None:
        def made() -> dict[str, Any] | None:
            answer = council.get(f"/v1/shortlists/{case['id']}")
            return answer.json() if answer.status_code == 200 else None

        shortlist = wait_for("the finance shortlist", made)
        self.step(
            f"the finance shortlist is there: {shortlist['fitting']} products fit, {shortlist['notFitting']} do not"
        )

    def _events(self, trust: httpx.Client, receiver: Receiver, case: dict[str, Any]) -> None:
        wanted = {"case-submitted", "support-proposed", "support-agreed", "shortlist-made"}
        received: dict[str, str] = {}
        while wanted - received.keys():
            try:
                event = receiver.events.get(timeout=PATIENCE_SECONDS)
            except Empty:
                raise StepFailed(f"not delivered: {', '.join(sorted(wanted - received.keys()))}") from None
            if event["caseid"] == case["id"]:
                received[event["type"].split(".")[3]] = event["id"]
                self.step(f"the trust received {event['type']}, signature verified")
        feed, after = set(), None
        while page := ask(trust, "GET", "/v1/events", params={"limit": 200, **({"after": after} if after else {})}):
            feed |= {event["id"] for event in page["items"]}
            if (after := page["next"]) is None:
                break
        if missing := set(received.values()) - feed:
            raise StepFailed(f"the feed lacks {len(missing)} of the delivered events")
        self.step("the feed shows the same events")


def ask(client: httpx.Client, method: str, path: str, **arguments: Any) -> dict[str, Any]:
    answer = client.request(method, path, **arguments)
    if answer.is_error:
        raise StepFailed(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
    document: dict[str, Any] = answer.json()
    return document


def wait_for(what: str, look: Callable[[], Found | None]) -> Found:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if (found := look()) is not None:
            return found
        time.sleep(0.02)
    raise StepFailed(f"{what} did not appear within {PATIENCE_SECONDS} s")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_embedded.demo", description="The journey, step by step")
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
    journey.step("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
