"""The API as an integrator's system speaks it: a token, a case's version, and answers that may be refusals."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import httpx


class StoryFailed(Exception):
    """The platform did not do what the journey says it does; the message says what."""


@dataclass
class Case:
    """A case as its clients know it: where it is, and the version they read last."""

    id: str
    number: str
    version: int
    status: str

    @property
    def path(self) -> str:
        return f"/v1/cases/{self.id}"

    def now_reads(self, answer: httpx.Response) -> None:
        """Every answer about the case carries its version as the ETag, for the next If-Match."""
        self.version = int(answer.headers["etag"].strip('"'))
        self.status = answer.json().get("status", self.status)


class AccessToken(httpx.Auth):
    """A token by client credentials (RFC 6749 section 4.4), and another one when it has run out."""

    def __init__(self, url: str, client_id: str, secret: str) -> None:
        self._url, self._as = url, (client_id, secret)
        self._token: str | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        for _ in range(2):
            self._token = self._token or self._new()
            request.headers["Authorization"] = f"Bearer {self._token}"
            answer = yield request
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                return
            self._token = None

    def _new(self) -> str:
        form = {"grant_type": "client_credentials"}
        token: str = answered(httpx.post(f"{self._url}/oauth2/token", data=form, auth=self._as))["access_token"]
        return token


def answered(answer: httpx.Response) -> Any:
    """The answer's content; of a refusal, its problem document (RFC 9457) says what was wrong."""
    if answer.is_error:
        raise StoryFailed(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {_problem(answer)}")
    return answer.json()


def pages(client: httpx.Client, path: str, **query: str) -> Generator[dict[str, Any], None, None]:
    """Every item of a list, page by page: `next` is the cursor of the page that follows."""
    params: dict[str, str | int] = {"limit": 200, **query}
    while True:
        page = answered(client.get(path, params=params))
        yield from page["items"]
        if page["next"] is None:
            return
        params["after"] = page["next"]


def _problem(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:200]
    errors = [f"{each['field']} {each['reason']}" for each in problem.get("errors", ())]
    return "; ".join([f"{problem['title']}: {problem['detail']}", *errors])
