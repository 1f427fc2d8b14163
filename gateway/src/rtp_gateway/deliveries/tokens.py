"""Tokens of subscribers' authorisation servers (OAuth 2 client credentials, RFC 6749 4.4), kept until they expire."""

import asyncio
import base64
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import quote_plus, urlencode

from rtp_gateway.subscriptions.connections import Connections, NoReply, Question, Reply
from rtp_gateway.subscriptions.credentials import BEARER, ClientCredentials

SECONDS = 10.0
LONGEST_ANSWER = 65_536
UNSAID = timedelta(minutes=5)
"""How long a token is taken to hold where its server does not say."""
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


class NoToken(Exception):
    """The token endpoint gave none; the message says why, in words for the subscription's owner."""


@dataclass(frozen=True, slots=True)
class Token:
    value: str = field(repr=False)
    until: datetime


_Asked: TypeAlias = asyncio.Task[Token | str]
"""A request for a token: it, or why there is none."""


class Tokens:
    def __init__(self, connections: Connections, *, now: Callable[[], datetime]) -> None:
        self._connections = connections
        self._now = now
        self._asked: OrderedDict[ClientCredentials, _Asked] = OrderedDict()

    async def get(self, credential: ClientCredentials) -> Token:
        """One that still holds. All who want it at once wait for the same request; raise NoToken if it fails."""
        task = self._asked.get(credential)
        if task is None or (task.done() and not self._holds(task)):
            task = self._asked[credential] = asyncio.create_task(self._request(credential))
        self._asked.move_to_end(credential)
        while len(self._asked) > MOST:
            self._asked.popitem(last=False)
        outcome = await asyncio.shield(task)
        if isinstance(outcome, str):
            raise NoToken(outcome)
        return outcome

    def has(self, credential: ClientCredentials) -> bool:
        """Whether there is one already."""
        task = self._asked.get(credential)
        return task is not None and self._holds(task)

    def forget(self, credential: ClientCredentials, token: Token) -> None:
        """It was not accepted. A newer one stays."""
        task = self._asked.get(credential)
        if task is not None and _outcome(task) is token:
            del self._asked[credential]

    async def close(self) -> None:
        tasks = [*self._asked.values()]
        self._asked.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _holds(self, task: _Asked) -> bool:
        outcome = _outcome(task)
        return isinstance(outcome, Token) and outcome.until > self._now()

    async def _request(self, credential: ClientCredentials) -> Token | str:
        form = {"grant_type": "client_credentials", **({"scope": credential.scope} if credential.scope else {})}
        user = f"{quote_plus(credential.client_id)}:{quote_plus(credential.client_secret)}"  # RFC 6749 2.3.1
        question = Question(
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
            reply = await self._connections.ask(question, seconds=SECONDS, at_most=LONGEST_ANSWER)
        except NoReply as silence:
            return f"no access token: {silence}"
        return _read(reply, asked_at)


def _outcome(task: _Asked) -> Token | str | None:
    return task.result() if task.done() and not task.cancelled() and task.exception() is None else None


def _read(reply: Reply, asked_at: datetime) -> Token | str:
    """The token, or why there is none. Of what the server wrote no more is repeated than a known error code."""
    answer = _json(reply.body)
    if reply.status != 200:
        code = answer.get("error")
        said = f" ({code})" if isinstance(code, str) and code in _CODES else ""
        return f"no access token: the token endpoint answered {reply.status}{said}"
    value, kind = answer.get("access_token"), answer.get("token_type")
    if not isinstance(value, str) or not BEARER.fullmatch(value):
        return "no access token: the token endpoint's answer holds none that can be sent"
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return "no access token: the token endpoint gave one that is not a bearer token"
    return Token(value, asked_at + _usable(answer.get("expires_in")))


def _json(body: bytes) -> dict[str, Any]:
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _usable(expires_in: object) -> timedelta:
    if isinstance(expires_in, str) and expires_in.isascii() and expires_in.isdigit():  # some servers write a string
        expires_in = int(expires_in[:9])
    if not isinstance(expires_in, int | float) or isinstance(expires_in, bool) or not expires_in > 0:
        return UNSAID
    holds = timedelta(seconds=min(expires_in, LONGEST.total_seconds()))
    return holds - min(MARGIN, holds / 10)
