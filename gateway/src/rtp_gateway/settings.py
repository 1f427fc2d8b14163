"""Settings of the gateway's processes: what both need, and what only the web process does."""

import re
from urllib.parse import quote, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic import Field, SecretStr, field_validator

from rtp_gateway.limits.quotas import Quotas
from rtp_gateway.routing import ForwardingLimits
from rtp_shared.settings import ProcessSettings

SUBSCRIBERS_VHOST = "rtp-subscribers"
"""Virtual host of subscribers' queues, unless the settings say otherwise."""

_SECRETS_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")


def in_vhost(broker_url: str, vhost: str = SUBSCRIBERS_VHOST) -> str:
    """Return the URL of the same broker and user, in another virtual host."""
    return urlsplit(broker_url)._replace(path=f"/{quote(vhost, safe='')}").geturl()


class GatewaySettings(ProcessSettings):
    """The settings of every process of the gateway."""

    secrets_key: SecretStr = Field(
        description="Key that subscribers' webhook secrets and cursors are encrypted with: 32 bytes, base64url; while "
        "it is replaced, the new one, a comma and the old one"
    )
    upstreams: dict[str, str] = Field(
        default={}, description='Where the services are: {"applications": "http://host:port"}'
    )
    token_seconds: int = Field(default=600, ge=60, le=3600, description="How long an access token holds")
    upstream_seconds: float = Field(
        default=30.0,
        gt=0,
        description="How long a service may take to answer; for documents, how long an exchange may stand still",
    )
    document_limit: int = Field(
        default=104_857_600, ge=1024, description="Largest document, in bytes; as in the applications service"
    )
    broker_management_url: SecretStr | None = Field(
        default=None,
        description="RabbitMQ's management API, http://user:pw@host:15672, to make subscribers' queues; "
        "without it and RTP_BROKER_URL nobody can subscribe by AMQP",
    )
    subscribers_vhost: str = Field(default=SUBSCRIBERS_VHOST, description="Virtual host of subscribers' queues")
    subscribers_broker_host: str | None = Field(
        default=None, description="Host and port of RabbitMQ as subscribers reach it by TLS; as we do if left out"
    )
    payload_days: int = Field(default=400, ge=1, description="How long the data of events is kept; their hashes stay")
    attempt_days: int = Field(default=30, ge=4, description="How long attempts to deliver and API calls are kept")
    allow_private_sinks: bool = Field(
        default=False, description="Local trials only: webhooks to private addresses and http"
    )

    client_burst: int = Field(default=500, ge=1, description="Requests that a client may make in 10 seconds")
    client_sustained: int = Field(default=12_000, ge=1, description="Requests that a client may make in 10 minutes")
    organisation_burst: int = Field(
        default=1000, ge=1, description="Requests that all clients of an organisation may make in 10 seconds"
    )
    organisation_sustained: int = Field(
        default=24_000, ge=1, description="Requests that all clients of an organisation may make in 10 minutes"
    )
    browser_origins: list[str] = Field(
        default=[], description='Origins whose pages may call the API from browsers: ["https://portal.example"]'
    )

    @property
    def quotas(self) -> dict[str, Quotas]:
        """The quotas of clients and organisations that have none of their own."""
        return {
            "client": Quotas.build("client", self.client_burst, self.client_sustained),
            "organisation": Quotas.build("organisation", self.organisation_burst, self.organisation_sustained),
        }

    @property
    def limits(self) -> ForwardingLimits:
        return ForwardingLimits(body=self.body_limit, document=self.document_limit, seconds=self.upstream_seconds)

    @property
    def offers_queues(self) -> bool:
        """Whether subscribers can have queues of their own."""
        return self.subscribers_broker_url is not None

    @property
    def subscribers_broker_url(self) -> SecretStr | None:
        """RabbitMQ as events are sent to subscribers' queues; None where there are none."""
        if self.broker_url is None or self.broker_management_url is None:
            return None
        return SecretStr(in_vhost(self.broker_url.get_secret_value(), self.subscribers_vhost))

    @field_validator("upstreams")
    @classmethod
    def _are_origins(cls, upstreams: dict[str, str]) -> dict[str, str]:
        if wrong := [name for name, url in upstreams.items() if url and not re.fullmatch(r"https?://[^/\s?#]+/?", url)]:
            raise ValueError(f"must be http://host:port for {', '.join(wrong)}")
        return upstreams

    @field_validator("browser_origins")
    @classmethod
    def _are_whole_origins(cls, origins: list[str]) -> list[str]:
        if wrong := [each for each in origins if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", each)]:
            raise ValueError(f"must be scheme and host, and no pattern: {', '.join(wrong)}")
        return origins

    @field_validator("secrets_key")
    @classmethod
    def _is_a_secrets_key(cls, key: SecretStr) -> SecretStr:
        if not all(_SECRETS_KEY.fullmatch(each.strip()) for each in key.get_secret_value().split(",")):
            raise ValueError("must be 32 bytes in base64url, or several such with commas between")
        return key


class GatewayWebSettings(GatewaySettings):
    """The settings of the web process: it alone hands out tokens, and holds the key that they are signed with."""

    signing_key: SecretStr = Field(description="RSA private key that access tokens are signed with, PEM")

    @field_validator("signing_key")
    @classmethod
    def _is_a_signing_key(cls, pem: SecretStr) -> SecretStr:
        try:
            RSAKey.import_key(pem.get_secret_value(), {"use": "sig", "alg": "RS256"}).ensure_kid()
        except (JoseError, ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError("must be an RSA private key as PEM") from None
        return pem
