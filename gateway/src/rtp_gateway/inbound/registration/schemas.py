"""Request and response bodies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from rtp_gateway.clients.keys import UnusableKeys, read_client_keys
from rtp_gateway.clients.models import CLIENT_ID, SCOPES
from rtp_shared.schemas import Input, Instant, Line, Output, Storable, Whole

LONGEST_OVERLAP_HOURS = 24 * 30
EXAMPLE_JWKS = {
    "keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]
}


def _require_scopes(scopes: list[str]) -> list[str]:
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise ValueError(f"not a scope: {' '.join(unknown)[:200]}")
    return sorted(set(scopes))


def _require_keys(document: dict[str, Any]) -> dict[str, Any]:
    try:
        return read_client_keys(document)
    except UnusableKeys as error:
        raise ValueError(str(error)) from None


Scopes = Annotated[
    list[Annotated[str, StringConstraints(max_length=100)]],
    Field(min_length=1, max_length=50, description="What it may do; no more than you may", examples=[["cases:read"]]),
    AfterValidator(_require_scopes),
]
Jwks = Annotated[
    dict[str, Any],
    Field(
        description="Public keys (RFC 7517), each with a kid: RSA of 2,048 to 4,096 bits, P-256 or Ed25519",
        examples=[EXAMPLE_JWKS],
    ),
    AfterValidator(_require_keys),
]
KeysUrl = Annotated[
    str,
    StringConstraints(min_length=9, max_length=500),
    Storable,
    Field(
        description="https address of a JWKS of its public keys, which is read when the client proves itself",
        examples=["https://cases.example.org/.well-known/jwks.json"],
    ),
]
Expiry = Annotated[Instant, Field(description="When it is let in no more", examples=["2099-12-01T00:00:00Z"])]


class _Keys(Input):
    """The two ways in which a client says what its keys are."""

    jwks: Jwks | None = None
    jwks_uri: KeysUrl | None = None

    @model_validator(mode="after")
    def _is_one_way(self) -> "_Keys":
        if self.jwks is not None and self.jwks_uri is not None:
            raise ValueError("give jwks or jwksUri")
        return self


class ClientOpening(_Keys):
    """A new client. With keys it proves itself by private_key_jwt and has no secret; without, by its secret."""

    client_id: Annotated[str, StringConstraints(pattern=CLIENT_ID)] = Field(examples=["hatfield-case-system"])
    name: Line = Field(description="What the client is, for people", examples=["Case system"])
    scopes: Scopes
    expires_at: Expiry | None = None


class ClientChanges(_Keys):
    """What changes of a client; what is left out stays. `null` takes an expiry, or keys, away."""

    name: Line | None = None
    scopes: Scopes | None = None
    expires_at: Expiry | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "ClientChanges":
        if not self.model_fields_set:
            raise ValueError("names nothing to change")
        if empty := [name for name in ("name", "scopes") if name in self.model_fields_set and not getattr(self, name)]:
            raise ValueError(f"{empty[0]} cannot be null")
        return self


class SecretRotation(Input):
    """How a client changes over to a new secret."""

    overlap_hours: Annotated[Whole, Field(ge=0, le=LONGEST_OVERLAP_HOURS)] = Field(
        default=24, description="How long the secret before still holds; 0 for one that others may know"
    )


class ClientView(Output):
    """A client, with nothing that is secret."""

    client_id: str
    name: str
    organisation: UUID
    scopes: Sequence[str]
    active: bool
    created_at: datetime
    expires_at: datetime | None = Field(description="When it is let in no more; null for never")
    jwks: dict[str, Any] | None = Field(description="The public keys that it registered, if it did")
    jwks_uri: str | None = Field(description="The address where it publishes its public keys, if it does")


class ClientSecret(ClientView):
    """A client, with a secret that is shown this once."""

    client_secret: str | None = Field(
        description="Its secret, which is not shown again, nor when the request is repeated; null for a client "
        "that has keys instead"
    )
    former_secret_until: datetime | None = Field(
        default=None, description="Until when the secret before holds; null if it does not"
    )


class ClientChangeView(Output):
    """A change of a client."""

    id: UUID
    change: str = Field(description="What was done", examples=["changed"])
    facts: dict[str, Any] = Field(description="What was said, without any secret")
    changed_by: str = Field(description="The client that did it, or `operator` for whoever runs the platform")
    person: str | None = Field(description="The person on whose behalf")
    changed_at: datetime
