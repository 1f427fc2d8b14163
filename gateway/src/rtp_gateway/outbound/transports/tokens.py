"""Tokens of subscribers' authorisation servers (OAuth 2 client credentials, RFC 6749 4.4), kept until they expire."""

import asyncio
import base64
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from urllib.parse import quote_plus, urlencode

from rtp_gateway.outbound.transports.connections import Connections, NoSinkResponse, SinkRequest, SinkResponse
from rtp_gateway.outbound.transports.credentials import BEARER, ClientCredentials
from rtp_gateway.types import JsonObject

SECONDS = 10.0
LONGEST_ANSWER = 65_536
DEFAULT_LIFETIME = timedelta(minutes=5)
"""The time for which a token is taken to hold where its server does not say."""
LONGEST = timedelta(days=1)
MARGIN = timedelta(seconds=60)
"""A token is not used in its last minute, or its last tenth where that is shorter: it must still hold on arrival."""
MOST = 1024
"""Tokens kept."""
_CODES = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
)


class TokenUnavailable(Exception):
    """The token endpoint gave no token; the message says why, in words for the subscription's owner."""


@dataclass(frozen=True, slots=True)
class BearerToken:
    """A token, and the time until which it is used."""

    value: str = field(repr=False)
    until: datetime


_TokenTask: TypeAlias = asyncio.Task[BearerToken | str]
"""A request for a token, which ends with the token or the reason why there is none."""


class TokenCache:
    """Asks for tokens and keeps them until they expire."""

    def __init__(self, connections: Connections, *, now: Callable[[], datetime]) -> None:
        self._connections = connections
        self._now = now
        self._tasks: OrderedDict[ClientCredentials, _TokenTask] = OrderedDict()

    async def get(self, credential: ClientCredentials) -> BearerToken:
        """Return a token that still holds; all who wait share one request. Raise TokenUnavailable if it fails."""
        task = self._tasks.get(credential)
        if task is None or (task.done() and not self._holds(task)):
            task = self._tasks[credential] = asyncio.create_task(self._request(credential))
        self._tasks.move_to_end(credential)
        while len(self._tasks) > MOST:
            self._tasks.popitem(last=False)
        outcome = await asyncio.shield(task)
        if isinstance(outcome, str):
            raise TokenUnavailable(outcome)
        return outcome

    def has(self, credential: ClientCredentials) -> bool:
        """Return True if a token is kept that still holds."""
        task = self._tasks.get(credential)
        return task is not None and self._holds(task)

    def forget(self, credential: ClientCredentials, token: BearerToken) -> None:
        """Drop a token that was not accepted. A newer one stays."""
        task = self._tasks.get(credential)
        if task is not None and _get_outcome(task) is token:
            del self._tasks[credential]

    async def close(self) -> None:
        tasks = [*self._tasks.values()]
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _holds(self, task: _TokenTask) -> bool:
        outcome = _get_outcome(task)
        return isinstance(outcome, BearerToken) and outcome.until > self._now()

    async def _request(self, credential: ClientCredentials) -> BearerToken | str:
        form = {"grant_type": "client_credentials", **({"scope": credential.scope} if credential.scope else {})}
        user = f"{quote_plus(credential.client_id)}:{quote_plus(credential.client_secret)}"  # RFC 6749 2.3.1
        question = SinkRequest(
            "POST",
            credential.token_endpoint,
            {
                "Authorization": "Basic " + base64.b64encode(user.encode()).decode(),
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            urlencode(form).encode(),
        )
        asked_at = self._now()
        try:
            reply = await self._connections.request(question, seconds=SECONDS, at_most=LONGEST_ANSWER)
        except NoSinkResponse as silence:
            return f"no access token: {silence}"
        return _read_token(reply, asked_at)


def _get_outcome(task: _TokenTask) -> BearerToken | str | None:
    return task.result() if task.done() and not task.cancelled() and task.exception() is None else None


def _read_token(reply: SinkResponse, asked_at: datetime) -> BearerToken | str:
    """Return the token, or why there is none. Of the server's text no more is repeated than a known error code."""
    answer = _parse_object(reply.body)
    if reply.status != 200:
        code = answer.get("error")
        said = f" ({code})" if isinstance(code, str) and code in _CODES else ""
        return f"no access token: the token endpoint answered {reply.status}{said}"
    value, kind = answer.get("access_token"), answer.get("token_type")
    if not isinstance(value, str) or not BEARER.fullmatch(value):
        return "no access token: the token endpoint's answer holds none that can be sent"
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return "no access token: the token endpoint gave one that is not a bearer token"
    return BearerToken(value, asked_at + _read_lifetime(answer.get("expires_in")))


def _parse_object(body: bytes) -> JsonObject:
    try:
        answer: object = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _read_lifetime(expires_in: object) -> timedelta:
    if isinstance(expires_in, str) and expires_in.isascii() and expires_in.isdigit():  # some servers write a string
        expires_in = int(expires_in[:9])
    if not isinstance(expires_in, int | float) or isinstance(expires_in, bool) or not expires_in > 0:
        return DEFAULT_LIFETIME
    holds = timedelta(seconds=min(expires_in, LONGEST.total_seconds()))
    return holds - min(MARGIN, holds / 10)
