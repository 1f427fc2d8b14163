"""Asking a sink for its consent before anything is sent to it (CloudEvents 1.0 webhook specification, 4).

It shows that the owner of the address wants events. It is no authentication, and its status means nothing.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from yarl import URL

from rtp_gateway.subscriptions.connections import Connections, NoReply, Question, Reply
from rtp_gateway.subscriptions.credentials import ClientCertificate, Credential
from rtp_gateway.subscriptions.errors import RateUnreadable

SECONDS = 10.0
_RATE = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Consent:
    """Events may be sent."""

    rate: int | None
    """At most so many a minute; None: as many as there are."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that holds no consent. It may still come by the callback."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    reason: str


Verdict: TypeAlias = Consent | Refused | NoAnswer


async def ask(
    connections: Connections,
    sink: str,
    *,
    origin: str,
    callback: str | None = None,
    rate: int | None = None,
    credential: Credential | None = None,
) -> Verdict:
    """Ask the very address that events are to be sent to.

    `origin`: our DNS name. `callback`: where consent may be given later, an https URL with the subscription's id and a
    secret. `rate`: deliveries a minute that are asked for. Of credentials only a client certificate is shown.
    """
    headers = {"WebHook-Request-Origin": origin}
    if callback:
        headers["WebHook-Request-Callback"] = callback
    if rate:
        headers["WebHook-Request-Rate"] = str(rate)
    certificate = credential if isinstance(credential, ClientCertificate) else None
    try:
        reply = await connections.ask(Question("OPTIONS", sink, headers, certificate=certificate), seconds=SECONDS)
    except NoReply as silence:
        return NoAnswer(str(silence))
    return _verdict(reply, origin, rate)


def _verdict(reply: Reply, origin: str, rate: int | None) -> Verdict:
    allowed = reply.headers.get("WebHook-Allowed-Origin")
    if allowed is None:
        return Refused(f"the answer ({reply.status}) has no WebHook-Allowed-Origin")
    if allowed.strip() != "*" and allowed.strip().lower() != origin.lower():
        return Refused(f"WebHook-Allowed-Origin is neither {origin} nor *")
    try:
        return Consent(allowed_rate(reply.headers.get("WebHook-Allowed-Rate"), asked=rate))
    except RateUnreadable as unreadable:
        return Refused(unreadable.title)


def allowed_rate(said: str | None, *, asked: int | None) -> int | None:
    """Deliveries a minute that a consent allows: what it says, else what was asked for; None where that is no limit.

    Raise RateUnreadable for what is neither a positive whole number nor "*".
    """
    if said is None:
        return asked
    if said.strip() == "*":
        return None
    if not _RATE.fullmatch(said.strip()):
        raise RateUnreadable
    return int(said.strip())


def origin_of(public_url: str) -> str:
    """The DNS name that we are known by."""
    return URL(public_url).host or ""
