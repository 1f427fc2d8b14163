"""The API as an integrator's system speaks it: a token, a case's version, and answers that may be refusals."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import httpx

from rtp_examples.receiver import JsonObject


class ScenarioFailed(Exception):
    """The platform did not do what the journey says it does; the message says what."""


@dataclass
class Case:
    """A case as its clients know it: its id and status, and the version that each of them read last."""

    id: str
    number: str
    status: str
    versions: dict[str, int] = field(default_factory=dict)
    """By client: each counts the steps that it may know of."""

    @property
    def path(self) -> str:
        return f"/v1/cases/{self.id}"

    def update(self, answer: httpx.Response, client_id: str) -> None:
        """Take the client's version from an answer about the case: its ETag, for the next If-Match."""
        self.versions[client_id] = int(answer.headers["etag"].strip('"'))
        self.status = answer.json().get("status", self.status)


class AccessToken(httpx.Auth):
    """A token by client credentials (RFC 6749 section 4.4), and another one when it has run out."""

    def __init__(self, url: str, client_id: str, secret: str) -> None:
        self._url, self._as = url, (client_id, secret)
        self._token: str | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        for _ in range(2):
            self._token = self._token or self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
            answer = yield request
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                return
            self._token = None

    def _fetch(self) -> str:
        form = {"grant_type": "client_credentials"}
        token: str = read_json(httpx.post(f"{self._url}/oauth2/token", data=form, auth=self._as))["access_token"]
        return token


def read_json(answer: httpx.Response) -> Any:
    """Return the answer's JSON. Raises ScenarioFailed with the problem document (RFC 9457) of a refusal."""
    if answer.is_error:
        raise ScenarioFailed(
            f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {_describe_problem(answer)}"
        )
    return answer.json()


def iterate_items(client: httpx.Client, path: str, **query: str) -> Generator[JsonObject, None, None]:
    """Yield every item of a list, page by page: `next` is the cursor of the page that follows."""
    params: dict[str, str | int] = {"limit": 200, **query}
    while True:
        page = read_json(client.get(path, params=params))
        yield from page["items"]
        if page["next"] is None:
            return
        params["after"] = page["next"]


def _describe_problem(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:200]
    errors = [f"{each['field']} {each['reason']}" for each in problem.get("errors", ())]
    return "; ".join([f"{problem['title']}: {problem['detail']}", *errors])
