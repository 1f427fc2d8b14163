"""Credentials that we present to a sink (CloudEvents Subscriptions API: sinkcredential).

Kept sealed, opened for an attempt, never given back.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from rtp_gateway.outbound.secret_box import SecretBox

BEARER = re.compile(r"[A-Za-z0-9._~+/-]{1,8000}=*")
"""A token that can be sent (RFC 6750)."""


@dataclass(frozen=True, slots=True)
class BasicCredential:
    """Presented as HTTP Basic."""

    identifier: str
    secret: str = field(repr=False)
    credentialtype: Literal["PLAIN"] = "PLAIN"


@dataclass(frozen=True, slots=True)
class GivenAccessToken:
    """Presented as a bearer token until it expires."""

    token: str = field(repr=False)
    expires: datetime
    credentialtype: Literal["ACCESSTOKEN"] = "ACCESSTOKEN"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Bearer tokens that the subscriber's own authorisation server gives us (OAuth 2 client credentials)."""

    token_endpoint: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    credentialtype: Literal["CLIENTCREDENTIALS"] = "CLIENTCREDENTIALS"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Presented while the connection is made (mutual TLS)."""

    certificate: str = field(repr=False)
    """The chain, PEM, our own first."""
    private_key: str = field(repr=False)
    """PEM, not encrypted."""
    credentialtype: Literal["CLIENTCERTIFICATE"] = "CLIENTCERTIFICATE"


Credential: TypeAlias = BasicCredential | GivenAccessToken | ClientCredentials | ClientCertificate

_ANY: TypeAdapter[Credential] = TypeAdapter(Annotated[Credential, Field(discriminator="credentialtype")])


def seal_credential(secret_box: SecretBox, credential: Credential) -> bytes:
    return secret_box.seal(_ANY.dump_json(credential))


def open_credential(secret_box: SecretBox, sealed: bytes) -> Credential:
    """Raise cryptography's InvalidToken for what was sealed with another key."""
    return _ANY.validate_json(secret_box.open(sealed))
