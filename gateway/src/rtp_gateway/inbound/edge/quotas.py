"""Counting requests at the front: refusing what is too much, and telling every caller what it has left.

Source: draft-ietf-httpapi-ratelimit-headers-10 (structured fields, the type of the problem).
"""

import math
import time
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Message, Scope, Send

from rtp_gateway.limits.allowances import RequestAllowance
from rtp_gateway.limits.errors import QuotaExceeded
from rtp_gateway.limits.limiter import RequestLimiter
from rtp_shared.auth import TokenVerifier, authenticate
from rtp_shared.problems import Refusal

PROBLEM_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded"


class CountedRequests:
    """Counts requests that bear a valid token. What a request without one may do is public, and bounded otherwise."""

    def __init__(self, limiter: RequestLimiter, verifier: TokenVerifier) -> None:
        self._limiter = limiter
        self._verifier = verifier

    async def admit(self, scope: Scope, send: Send) -> Send:
        """Count the request; return where its answer goes, which tells what is left. Raises QuotaExceeded."""
        try:
            principal = await authenticate(self._verifier, Headers(scope=scope).get("authorization"))
        except Refusal:
            return send  # whoever answers refuses it
        if principal is None:
            return send
        allowances, refusing = await self._limiter.admit(principal)
        headers = write_headers(allowances)
        if refusing:
            raise build_refusal(refusing, headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            await send(message)

        return send_with_headers

    async def close(self) -> None:
        await self._limiter.close()


def write_headers(allowances: Sequence[RequestAllowance]) -> list[tuple[bytes, bytes]]:
    now = time.monotonic()
    facts = [fact for each in allowances for fact in each.describe(now)]
    policy = ", ".join(f'"{quota.name}";q={quota.requests};w={quota.seconds}' for quota, _, _ in facts)
    left = ", ".join(f'"{quota.name}";r={free};t={seconds}' for quota, free, seconds in facts)
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]


def build_refusal(refusing: Sequence[RequestAllowance], headers: list[tuple[bytes, bytes]]) -> QuotaExceeded:
    """Return the refusal, which names the quotas that are used up and never sends a caller back too early."""
    now = time.monotonic()
    facts = [fact for each in refusing for fact in each.describe(now)]
    violated = [quota.name for quota, free, _ in facts if not free]
    seconds = max(
        1,
        *(math.ceil(each.compute_wait(now)) for each in refusing),
        *(seconds for _, free, seconds in facts if not free),
    )
    return QuotaExceeded(
        f"{' and '.join(violated) or 'a quota'} used up: try again in {seconds} s",
        headers={"Retry-After": str(seconds), **{name.decode(): value.decode() for name, value in headers}},
        extra={"type": PROBLEM_TYPE, "violated-policies": violated},
    )
