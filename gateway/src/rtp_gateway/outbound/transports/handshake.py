"""The CloudEvents webhook handshake (specification 1.0, 4): asking a sink for its consent before anything is sent.

It shows that the owner of the address wants events. It is no authentication, and its status means nothing.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from yarl import URL

from rtp_gateway.outbound.transports.connections import Connections, NoSinkResponse, SinkRequest, SinkResponse
from rtp_gateway.outbound.transports.credentials import ClientCertificate, Credential
from rtp_gateway.outbound.transports.errors import RateUnreadable

SECONDS = 10.0
_RATE = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The sink consents: events may be sent."""

    rate: int | None
    """At most so many a minute; None: as many as there are."""


@dataclass(frozen=True, slots=True)
class ConsentWithheld:
    """The sink answered without consent. It may still consent by the callback."""

    reason: str


@dataclass(frozen=True, slots=True)
class ConsentUnanswered:
    """The sink did not answer. It may still consent by the callback."""

    reason: str


ConsentAnswer: TypeAlias = ConsentGiven | ConsentWithheld | ConsentUnanswered


async def ask_for_consent(
    connections: Connections,
    sink: str,
    *,
    origin: str,
    callback: str | None = None,
    rate: int | None = None,
    credential: Credential | None = None,
) -> ConsentAnswer:
    """Ask the address that events are to be sent to.

    `origin`: our DNS name. `callback`: where consent may be given later, an https URL with the subscription's id and a
    secret. `rate`: deliveries a minute that are asked for. Of credentials only a client certificate is presented.
    """
    headers = {"WebHook-Request-Origin": origin}
    if callback:
        headers["WebHook-Request-Callback"] = callback
    if rate:
        headers["WebHook-Request-Rate"] = str(rate)
    certificate = credential if isinstance(credential, ClientCertificate) else None
    try:
        reply = await connections.request(
            SinkRequest("OPTIONS", sink, headers, certificate=certificate), seconds=SECONDS
        )
    except NoSinkResponse as silence:
        return ConsentUnanswered(str(silence))
    return _read_answer(reply, origin, rate)


def _read_answer(reply: SinkResponse, origin: str, rate: int | None) -> ConsentAnswer:
    allowed = reply.headers.get("WebHook-Allowed-Origin")
    if allowed is None:
        return ConsentWithheld(f"the answer ({reply.status}) has no WebHook-Allowed-Origin")
    if allowed.strip() != "*" and allowed.strip().lower() != origin.lower():
        return ConsentWithheld(f"WebHook-Allowed-Origin is neither {origin} nor *")
    try:
        return ConsentGiven(parse_rate(reply.headers.get("WebHook-Allowed-Rate"), requested=rate))
    except RateUnreadable as unreadable:
        return ConsentWithheld(unreadable.title)


def parse_rate(header: str | None, *, requested: int | None) -> int | None:
    """Return the deliveries a minute that a consent allows: its own number, else the one asked for; None for no limit.

    Raise RateUnreadable for what is neither a positive whole number nor "*".
    """
    if header is None:
        return requested
    if header.strip() == "*":
        return None
    if not _RATE.fullmatch(header.strip()):
        raise RateUnreadable
    return int(header.strip())


def read_origin(public_url: str) -> str:
    """Return the DNS name that we are known by."""
    return URL(public_url).host or ""
