"""Settings of the gateway's processes."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import Fernet
from joserfc.errors import JoseError
from pydantic import Field, SecretStr, field_validator

from rtp_gateway.identity.keys import SigningKey
from rtp_gateway.proxy.routing import Limits
from rtp_shared.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    signing_key: SecretStr = Field(description="RSA private key that access tokens are signed with, PEM")
    secrets_key: SecretStr = Field(
        description="Key that subscribers' webhook secrets and cursors are encrypted with: 32 bytes, base64url"
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
    allow_private_sinks: bool = Field(
        default=False, description="Local trials only: webhooks to private addresses and http"
    )

    @property
    def limits(self) -> Limits:
        return Limits(body=self.body_limit, document=self.document_limit, seconds=self.upstream_seconds)

    @field_validator("signing_key")
    @classmethod
    def _is_a_signing_key(cls, pem: SecretStr) -> SecretStr:
        try:
            SigningKey(pem.get_secret_value())
        except (JoseError, ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError("must be an RSA private key as PEM") from None
        return pem

    @field_validator("secrets_key")
    @classmethod
    def _is_a_secrets_key(cls, key: SecretStr) -> SecretStr:
        try:
            Fernet(key.get_secret_value())
        except ValueError:
            raise ValueError("must be 32 bytes in base64url") from None
        return key
