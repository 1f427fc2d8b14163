"""Subscribers' own queues in RabbitMQ, provisioned and removed through its management API.

They stand in a virtual host apart from the platform's own queues. A subscription has a bounded quorum queue, a second
one for messages that its owner refuses, and a user that can do nothing but read those two. Every step can be repeated:
what was half provisioned is completed by the next try.
"""

import base64
import hashlib
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit
from uuid import UUID

import aiohttp
from pydantic import JsonValue, SecretStr
from yarl import URL

from rtp_gateway.outbound.transports.errors import QueuesUnavailable
from rtp_gateway.settings import SUBSCRIBERS_VHOST, GatewaySettings

log = logging.getLogger(__name__)

SECONDS = 10.0
DELIVERY_LIMIT = 20
"""Deliveries of one message that may end without its acknowledgement before it is moved to the second queue."""
LIMITS = {"max-connections": 16, "max-channels": 64}
_PRIORITY = 100
"""Of our policies, so that one that an operator made for all queues does not take the bounds away."""
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(rf"subscription\.({_UUID})(?:\.dead)?")


def name_queue(subscription_id: UUID) -> str:
    return f"subscription.{subscription_id}"


def name_dead_letter_queue(subscription_id: UUID) -> str:
    return f"{name_queue(subscription_id)}.dead"


def name_user(subscription_id: UUID) -> str:
    return f"subscription.{subscription_id}"


def new_password() -> str:
    return secrets.token_urlsafe(32)


def hash_password(password: str) -> str:
    """Return the password's hash as RabbitMQ keeps it: a salt of 4 bytes before the SHA-256 of both, in base64."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class QueueAccess:
    """The address of a queue and the credentials to read it. We keep no more of the password than its hash."""

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
class QueueDepth:
    """Messages, as RabbitMQ counted them a few seconds ago; None where it has not counted yet, or never does."""

    ready: JsonValue
    unacknowledged: JsonValue
    dead: JsonValue
    consumers: JsonValue


class QueueProvisioner:
    """Provisions subscribers' queues and the users that read them."""

    def __init__(
        self,
        management_url: SecretStr,
        broker_url: SecretStr,
        *,
        vhost: str = SUBSCRIBERS_VHOST,
        subscribers_host: str | None = None,
    ) -> None:
        """`management_url` holds a user with the tag administrator; `broker_url` the one that events are sent as.

        `subscribers_host`: host and port given to subscribers, who come to it by TLS; if left out, they are given
        those of `broker_url`.
        """
        management = URL(management_url.get_secret_value())
        self._management = management.with_user(None)
        self._administrator = management.user or "guest"
        self._password = SecretStr(management.password or "")
        broker = urlsplit(broker_url.get_secret_value())
        self._publisher = URL(broker_url.get_secret_value()).user or "guest"
        self._vhost = vhost
        self._scheme = "amqps" if subscribers_host else broker.scheme
        self._host = subscribers_host or broker.netloc.rpartition("@")[2]
        self._session: aiohttp.ClientSession | None = None

    def describe_access(self, subscription_id: UUID, password: str) -> QueueAccess:
        """Return what a subscriber needs to read its queue, which need not be there yet."""
        return QueueAccess(
            url=f"{self._scheme}://{self._host}/{quote(self._vhost, safe='')}",
            host=self._host,
            vhost=self._vhost,
            queue=name_queue(subscription_id),
            dead_letter_queue=name_dead_letter_queue(subscription_id),
            username=name_user(subscription_id),
            password=password,
        )

    async def prepare_vhost(self) -> None:
        """Make the virtual host where it is missing, and give our own users the rights they need there and no more."""
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        await self._put("vhosts", self._vhost)
        await self._put("permissions", self._vhost, self._administrator, body=everything)
        if self._publisher != self._administrator:
            only_send = {"configure": "^$", "write": r"^amq\.default$", "read": "^$"}
            await self._put("permissions", self._vhost, self._publisher, body=only_send)

    async def provision(
        self, subscription_id: UUID, *, max_messages: int, max_bytes: int, password_hash: str | None = None
    ) -> None:
        """Make the two queues or complete them; with `password_hash`, also the user that may read them."""
        queue, dead = name_queue(subscription_id), name_dead_letter_queue(subscription_id)
        await self.prepare_vhost()
        await self.set_bounds(subscription_id, max_messages=max_messages, max_bytes=max_bytes)
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
        if password_hash is not None:
            await self.set_password(subscription_id, password_hash)

    async def set_bounds(self, subscription_id: UUID, *, max_messages: int, max_bytes: int) -> None:
        """Change how much each of the two queues holds. One that is full refuses; what it holds is never dropped."""
        # By policy: a queue's own arguments can never be changed.
        await self._put(
            "policies",
            self._vhost,
            name_queue(subscription_id),
            body={
                "pattern": _match_both_queues(subscription_id),
                "definition": {"max-length": max_messages, "max-length-bytes": max_bytes},
                "apply-to": "queues",
                "priority": _PRIORITY,
            },
        )

    async def set_password(self, subscription_id: UUID, password_hash: str) -> None:
        """Let the user in by this password alone; connections made with a former one are closed."""
        user = name_user(subscription_id)
        algorithm = "rabbit_password_hashing_sha256"
        await self._put(
            "users", user, body={"password_hash": password_hash, "hashing_algorithm": algorithm, "tags": ""}
        )
        for limit, value in LIMITS.items():
            await self._put("user-limits", user, limit, body={"value": value})
        await self.open_to_user(subscription_id)
        await self._delete("connections", "username", user)

    async def open_to_user(self, subscription_id: UUID) -> None:
        """Let the user read its two queues, and do nothing else."""
        read_only = {"configure": "^$", "write": "^$", "read": _match_both_queues(subscription_id)}
        await self._put("permissions", self._vhost, name_user(subscription_id), body=read_only)

    async def close_to_user(self, subscription_id: UUID) -> None:
        """Let the user read nothing more, and end its connections. What waits in its queues stays there."""
        user = name_user(subscription_id)
        await self._delete("permissions", self._vhost, user)
        await self._delete("connections", "username", user)

    async def remove(self, subscription_id: UUID) -> None:
        """Remove all with everything that waits; the user first, which ends its connections and lets in no more."""
        await self._delete("users", name_user(subscription_id))
        await self._delete("queues", self._vhost, name_queue(subscription_id))
        await self._delete("queues", self._vhost, name_dead_letter_queue(subscription_id))
        await self._delete("policies", self._vhost, name_queue(subscription_id))

    async def measure_depth(self, subscription_id: UUID) -> QueueDepth | None:
        """Return None where there is no such queue."""
        queue = await self._get("queues", self._vhost, name_queue(subscription_id))
        dead = await self._get("queues", self._vhost, name_dead_letter_queue(subscription_id))
        if not isinstance(queue, dict):
            return None
        return QueueDepth(
            ready=queue.get("messages_ready"),
            unacknowledged=queue.get("messages_unacknowledged"),
            dead=dead.get("messages") if isinstance(dead, dict) else None,
            consumers=queue.get("consumers"),
        )

    async def list_provisioned(self) -> set[UUID]:
        """Return the subscriptions of which a queue or a user is there."""
        names = [*_list_names(await self._get("queues", self._vhost)), *_list_names(await self._get("users"))]
        return {UUID(match[1]) for each in names if (match := _NAME.fullmatch(each))}

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _declare(self, queue: str, arguments: Mapping[str, JsonValue]) -> None:
        quorum: dict[str, JsonValue] = {"x-queue-type": "quorum", **arguments}
        await self._put("queues", self._vhost, queue, body={"durable": True, "auto_delete": False, "arguments": quorum})

    async def _get(self, *path: str) -> JsonValue:
        """Return the document at this path, None where there is none."""
        return await self._call("GET", *path)

    async def _put(self, *path: str, body: Mapping[str, object] | None = None) -> None:
        if await self._call("PUT", *path, body=body or {}) is None:
            raise QueuesUnavailable

    async def _delete(self, *path: str) -> None:
        await self._call("DELETE", *path)

    async def _call(self, method: str, *path: str, body: Mapping[str, object] | None = None) -> JsonValue:
        """Return the answer, None for a 404; raise QueuesUnavailable for all else that fails."""
        url = self._management.joinpath("api", *(quote(part, safe="") for part in path), encoded=True)
        try:
            async with self._get_session().request(method, url, json=body, allow_redirects=False) as answer:
                text = await answer.text()
                if answer.status == 404:
                    return None
                if answer.ok:
                    document: JsonValue = await answer.json() if method == "GET" else text
                    return document
                log.error("RabbitMQ refused", extra={"call": f"{method} {path[0]}", "status": answer.status})
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            facts = {"call": f"{method} {path[0]}", "error": type(error).__name__}
            log.warning("RabbitMQ's management API does not answer", extra=facts)
        raise QueuesUnavailable

    def _get_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            credentials = aiohttp.encode_basic_auth(self._administrator, self._password.get_secret_value(), "utf-8")
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Authorization": credentials},
            )
        return self._session


def build_provisioner(settings: GatewaySettings) -> QueueProvisioner | None:
    """Return what provisions subscribers' queues; None where AMQP is not offered."""
    if settings.broker_url is None or settings.broker_management_url is None:
        return None
    return QueueProvisioner(
        settings.broker_management_url,
        settings.broker_url,
        vhost=settings.subscribers_vhost,
        subscribers_host=settings.subscribers_broker_host,
    )


def _list_names(documents: JsonValue) -> list[str]:
    rows = documents if isinstance(documents, list) else []
    return [str(row["name"]) for row in rows if isinstance(row, dict)]


def _match_both_queues(subscription_id: UUID) -> str:
    return rf"^{re.escape(name_queue(subscription_id))}(\.dead)?$"
