"""Queues of subscribers' own in RabbitMQ, made and removed through its management API.

They stand in a virtual host apart from the platform's own queues. A subscription has a bounded quorum queue, a second
one for what its owner refuses, and a user that can do nothing but read those two. Every step can be repeated: what was
half made is completed by the next try.
"""

import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import aiohttp
from pydantic import SecretStr
from yarl import URL

from rtp_gateway.subscriptions.errors import QueuesUnavailable

log = logging.getLogger(__name__)

VHOST = "rtp-subscribers"
SECONDS = 10.0
DELIVERY_LIMIT = 20
"""Deliveries of one message that may end without its acknowledgement before it comes to rest in the second queue."""
LIMITS = {"max-connections": 16, "max-channels": 64}
_PRIORITY = 100
"""Of our policies, so that one that an operator made for all queues does not take the bounds away."""
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(rf"subscription\.({_UUID})(?:\.dead)?")


def queue_of(subscription_id: UUID) -> str:
    return f"subscription.{subscription_id}"


def dead_letter_queue_of(subscription_id: UUID) -> str:
    return f"{queue_of(subscription_id)}.dead"


def username_of(subscription_id: UUID) -> str:
    return f"subscription.{subscription_id}"


def in_vhost(broker_url: str, vhost: str = VHOST) -> str:
    """The same broker with the same user, in another virtual host."""
    return urlsplit(broker_url)._replace(path=f"/{quote(vhost, safe='')}").geturl()


@dataclass(frozen=True, slots=True)
class QueueAccess:
    """What a subscriber needs to receive. The password is not kept by us: it is shown once."""

    url: str
    """Scheme, host, port and virtual host; no user and no password."""
    host: str
    """With its port where that is not the usual one."""
    vhost: str
    queue: str
    dead_letter_queue: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages, as RabbitMQ counted them a few seconds ago; None where it has not counted yet, or never does."""

    ready: int | None
    unacknowledged: int | None
    dead: int | None
    consumers: int | None


class Queues:
    def __init__(
        self,
        management_url: SecretStr,
        broker_url: SecretStr,
        *,
        vhost: str = VHOST,
        subscribers_host: str | None = None,
    ) -> None:
        """`management_url` holds a user with the tag administrator; `broker_url` the one that events are sent as.

        `subscribers_host`: host and port told to subscribers, who come to it by TLS; if left out, they are told what
        `broker_url` says.
        """
        management = URL(management_url.get_secret_value())
        self._management = management.with_user(None)
        self._maker = management.user or "guest"
        self._password = SecretStr(management.password or "")
        broker = urlsplit(broker_url.get_secret_value())
        self._carrier = URL(broker_url.get_secret_value()).user or "guest"
        self._vhost = vhost
        self._scheme = "amqps" if subscribers_host else broker.scheme
        self._host = subscribers_host or broker.netloc.rpartition("@")[2]
        self._session: aiohttp.ClientSession | None = None

    async def prepare(self) -> None:
        """See to it that the virtual host is there, and that we may do there what we need and no more."""
        await self._put("vhosts", self._vhost)
        await self._put("permissions", self._vhost, self._maker, body={"configure": ".*", "write": ".*", "read": ".*"})
        if self._carrier != self._maker:
            only_send = {"configure": "^$", "write": r"^amq\.default$", "read": "^$"}
            await self._put("permissions", self._vhost, self._carrier, body=only_send)

    async def make(self, subscription_id: UUID, *, max_messages: int, max_bytes: int) -> QueueAccess:
        """Make the queues and the user, or complete them. Each call gives a new password, as `rotate` does."""
        queue, dead = queue_of(subscription_id), dead_letter_queue_of(subscription_id)
        await self.prepare()
        await self.bound(subscription_id, max_messages=max_messages, max_bytes=max_bytes)
        await self._declare(dead, {"x-overflow": "reject-publish"})
        await self._declare(
            queue,
            {
                "x-overflow": "reject-publish",
                "x-single-active-consumer": True,  # order holds though a subscriber has several consumers
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": dead,
                "x-dead-letter-strategy": "at-least-once",
            },
        )
        return QueueAccess(
            url=f"{self._scheme}://{self._host}/{quote(self._vhost, safe='')}",
            host=self._host,
            vhost=self._vhost,
            queue=queue,
            dead_letter_queue=dead,
            username=username_of(subscription_id),
            password=await self._admit(subscription_id),
        )

    async def bound(self, subscription_id: UUID, *, max_messages: int, max_bytes: int) -> None:
        """Change how much each of the two queues holds. One that is full refuses; what it holds is never dropped."""
        # By policy: a queue's own arguments can never be changed.
        await self._put(
            "policies",
            self._vhost,
            queue_of(subscription_id),
            body={
                "pattern": _both_queues(subscription_id),
                "definition": {"max-length": max_messages, "max-length-bytes": max_bytes},
                "apply-to": "queues",
                "priority": _PRIORITY,
            },
        )

    async def rotate(self, subscription_id: UUID) -> str:
        """Give a new password. Connections made with the old one are closed; what they had not acknowledged waits."""
        return await self._admit(subscription_id)

    async def remove(self, subscription_id: UUID) -> None:
        """Take all away with everything that waits; the user first, which ends its connections and lets in no more."""
        await self._delete("users", username_of(subscription_id))
        await self._delete("queues", self._vhost, queue_of(subscription_id))
        await self._delete("queues", self._vhost, dead_letter_queue_of(subscription_id))
        await self._delete("policies", self._vhost, queue_of(subscription_id))

    async def depth(self, subscription_id: UUID) -> Depth | None:
        """None where there is no such queue."""
        queue = await self._call("GET", "queues", self._vhost, queue_of(subscription_id))
        dead = await self._call("GET", "queues", self._vhost, dead_letter_queue_of(subscription_id))
        if queue is None:
            return None
        return Depth(
            ready=queue.get("messages_ready"),
            unacknowledged=queue.get("messages_unacknowledged"),
            dead=(dead or {}).get("messages"),
            consumers=queue.get("consumers"),
        )

    async def made(self) -> set[UUID]:
        """Subscriptions of which there is anything, to find what was left over."""
        queues = await self._call("GET", "queues", self._vhost) or []
        users = await self._call("GET", "users") or []
        return {UUID(match[1]) for each in (*queues, *users) if (match := _NAME.fullmatch(each["name"]))}

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _declare(self, queue: str, arguments: Mapping[str, Any]) -> None:
        quorum = {"x-queue-type": "quorum", **arguments}
        await self._put("queues", self._vhost, queue, body={"durable": True, "auto_delete": False, "arguments": quorum})

    async def _admit(self, subscription_id: UUID) -> str:
        user, password = username_of(subscription_id), secrets.token_urlsafe(32)
        await self._put("users", user, body={"password": password, "tags": ""})
        for limit, value in LIMITS.items():
            await self._put("user-limits", user, limit, body={"value": value})
        read_only = {"configure": "^$", "write": "^$", "read": _both_queues(subscription_id)}
        await self._put("permissions", self._vhost, user, body=read_only)
        await self._delete("connections", "username", user)
        return password

    async def _put(self, *path: str, body: Mapping[str, Any] | None = None) -> None:
        if await self._call("PUT", *path, body=body or {}) is None:
            raise QueuesUnavailable

    async def _delete(self, *path: str) -> None:
        await self._call("DELETE", *path)

    async def _call(self, method: str, *path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What was answered, None where there is no such thing; raise QueuesUnavailable for all else that fails."""
        url = self._management.joinpath("api", *(quote(part, safe="") for part in path), encoded=True)
        try:
            async with self._client().request(method, url, json=body, allow_redirects=False) as answer:
                text = await answer.text()
                if answer.status == 404:
                    return None
                if answer.ok:
                    return await answer.json() if method == "GET" else text
                log.error("RabbitMQ refused", extra={"call": f"{method} {path[0]}", "status": answer.status})
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            facts = {"call": f"{method} {path[0]}", "error": type(error).__name__}
            log.warning("RabbitMQ's management API does not answer", extra=facts)
        raise QueuesUnavailable

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            credentials = aiohttp.encode_basic_auth(self._maker, self._password.get_secret_value(), "utf-8")
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Authorization": credentials},
            )
        return self._session


def _both_queues(subscription_id: UUID) -> str:
    return rf"^{re.escape(queue_of(subscription_id))}(\.dead)?$"
