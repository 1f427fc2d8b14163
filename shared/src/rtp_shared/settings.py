"""Settings of one process, read only from the environment (prefix `RTP_`) and passed down from `__main__`.

A default here is valid in production and fit to be public; what is neither has no default.
"""

import difflib
import os
import re
from collections.abc import Collection
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from rtp_shared.connections import LOOPBACK

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class ProcessSettings(BaseSettings):
    """The settings that the web process and the worker of every service need."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="PostgreSQL as this process's own role: postgresql://user:pw@host/db")
    owner_database_url: SecretStr | None = Field(default=None, description="PostgreSQL as the owner; for migrations")
    broker_url: SecretStr | None = Field(default=None, description="RabbitMQ: amqp://user:pw@host/vhost")
    public_url: str = Field(default="http://localhost:8000", description="Origin of the gateway; the issuer of tokens")
    jwks_url: str | None = Field(default=None, description="Address of the gateway's keys, as a service reaches it")
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on")
    connections: int = Field(default=1000, ge=1, le=60_000, description="Connections a process takes, of all callers")
    connections_per_address: int = Field(default=250, ge=1, description="Connections a process takes of one address")
    trusted_proxies: list[str] = Field(
        default=list(LOOPBACK),
        description='Addresses whose connections are many callers\', and bounded only in all: ["10.0.0.5"]',
    )
    pool_size: int = Field(default=10, ge=1, le=200, description="Database connections a process keeps open")
    body_limit: int = Field(default=1_048_576, ge=1024, description="Largest request body, in bytes")
    idempotency_hours: int = Field(default=24, ge=1, description="How long a stored answer is replayed")
    outbox_days: int = Field(default=7, ge=1, description="How long published events stay in the outbox")
    inbox_days: int = Field(default=90, ge=8, description="How long the ids of handled events are remembered")
    prefetch: int = Field(default=32, ge=1, le=1000, description="Messages a consumer holds unacknowledged")
    log_level: LogLevel = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    examples: bool = Field(default=False, description="Load made-up reference data, for trials")

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _is_database_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must be postgresql://user:password@host/database")
        return url

    @field_validator("broker_url")
    @classmethod
    def _is_broker_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("amqp://", "amqps://")):
            raise ValueError("must be amqp://user:password@host/vhost")
        return url

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        # It is the issuer of tokens, which are compared letter by letter.
        if url and not re.fullmatch(r"https?://[^/\s?#]+", url):
            raise ValueError("must be scheme and host, without a path or a slash at the end")
        return url


def list_names(*kinds: type[BaseSettings]) -> set[str]:
    """Return the variables that settings of these kinds are read from."""
    return {f"RTP_{field.upper()}" for kind in kinds for field in kind.model_fields}


def describe_wrong(kind: type[BaseSettings], error: SettingsError | ValidationError) -> str:
    """Return in one line which variables are wrong, and how; never what is in them."""
    if isinstance(error, ValidationError):
        return "; ".join(f"RTP_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors() if e["loc"])
    [name] = re.findall('field "(.*?)"', str(error))
    return f"RTP_{name.upper()} is not JSON: {kind.model_fields[name].description}"


def describe_unread(read: Collection[str]) -> str:
    """Return the variables RTP_... of the environment that are not among those read, each with one that is like it."""
    unread = sorted(name for name in os.environ if name.startswith("RTP_") and name not in read)
    alike = {name: difflib.get_close_matches(name, sorted(read), n=1, cutoff=0.85) for name in unread}
    return ", ".join(f"{name} ({alike[name][0]}?)" if alike[name] else name for name in unread)
