"""A council's case system that submits cases one after the other and minds how long each takes."""

import time
from uuid import UUID

import httpx

from tests.support.cases import READY


class Council:
    def __init__(self, url: str, secret: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=20)
        answer = self._http.post(
            "/oauth2/token", data={"grant_type": "client_credentials"}, auth=("council-intake", secret)
        )
        assert answer.status_code == 200, answer.text
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.cases: list[UUID] = []

    def submit(self) -> float:
        """Open a case and submit it; how many seconds the submission took."""
        opened = self._http.post("/v1/cases", json=READY)
        assert opened.status_code == 201, opened.text
        case = opened.json()
        began = time.monotonic()
        submitted = self._http.post(
            f"/v1/cases/{case['id']}/actions/submit", headers={"If-Match": opened.headers["etag"]}
        )
        took = time.monotonic() - began
        assert submitted.status_code == 200, submitted.text
        self.cases.append(UUID(case["id"]))
        return took

    def look(self) -> None:
        """Read the newest case."""
        assert self._http.get(f"/v1/cases/{self.cases[-1]}").status_code == 200

    def close(self) -> None:
        self._http.close()
