"""A case system that submits cases over HTTP, and tries again by the book where it gets no answer."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from tests.support.cases import READY

PATIENCE = 0.2
"""Seconds before a request is made again."""
AGAIN = frozenset({409, 500, 502, 503, 504})
"""Answers after which the same request, with its Idempotency-Key, is made again."""


@dataclass
class CaseSystem:
    url: str
    secret: str
    seconds: float = 0.5
    """From one submission to the next."""
    cases: list[UUID] = field(default_factory=list)
    """Those whose submission was answered with 200."""
    took: list[float] = field(default_factory=list)
    """Seconds that each submission took, with all its tries."""
    tries: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _wrong: Exception | None = None

    def begin(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Finish the case at hand. Raises where an answer was one that no outage excuses."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(60)
            assert not self._thread.is_alive(), "a submission got no answer within 60 s"
        if self._wrong is not None:
            raise self._wrong

    def _run(self) -> None:
        try:
            with httpx.Client(base_url=self.url, timeout=10) as http:
                while not self._stop.is_set():
                    self.submit(http)
                    self._stop.wait(self.seconds)
        except Exception as error:  # noqa: BLE001 - said at the end, in the thread that can fail the scenario
            self._wrong = error

    def submit(self, http: httpx.Client) -> None:
        began = time.monotonic()
        opened = self._insist(http, "/v1/cases", json=READY)
        case = opened.json()["id"]
        self._insist(http, f"/v1/cases/{case}/actions/submit", headers={"If-Match": opened.headers["etag"]})
        self.took.append(time.monotonic() - began)
        self.cases.append(UUID(case))

    def _insist(
        self, http: httpx.Client, path: str, headers: dict[str, str] | None = None, **body: object
    ) -> httpx.Response:
        headers = {"Idempotency-Key": f'"{uuid.uuid4()}"', **(headers or {})}
        while True:
            answer = self._try(http, path, headers, **body)
            if answer is not None and answer.status_code not in AGAIN:
                assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
                return answer
            time.sleep(PATIENCE)

    def _try(self, http: httpx.Client, path: str, headers: dict[str, str], **body: object) -> httpx.Response | None:
        self.tries += 1
        try:
            if "Authorization" not in http.headers and not self._sign_in(http):
                return None
            return http.post(path, headers=headers, **body)  # type: ignore[arg-type]
        except httpx.TransportError:
            return None

    def _sign_in(self, http: httpx.Client) -> bool:
        form = {"grant_type": "client_credentials"}
        answer = http.post("/oauth2/token", data=form, auth=("council-intake", self.secret))
        if answer.is_success:
            http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer.is_success
