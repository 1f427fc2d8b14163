"""Answers of OAuth, named as its standards name them."""

from pydantic import BaseModel, ConfigDict, Field


class TokenView(BaseModel):
    """An access token (RFC 6749 section 5.1)."""

    access_token: str
    token_type: str
    expires_in: int = Field(description="Seconds from now")
    scope: str = Field(description="What it is good for, with blanks between")


class PublicKeyView(BaseModel):
    """A public key that access tokens are verified with (RFC 7517)."""

    model_config = ConfigDict(extra="allow")

    kty: str
    kid: str
    use: str
    alg: str


class KeysView(BaseModel):
    """The set of such keys."""

    keys: list[PublicKeyView]


class MetadataView(BaseModel):
    """The metadata of this authorization server (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint: str
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    introspection_endpoint: str
    introspection_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_signing_alg_values_supported: list[str]
    service_documentation: str


class IntrospectionView(BaseModel):
    """A token's scopes, client and times (RFC 7662 section 2.2); where it does not hold, only that it does not."""

    active: bool
    client_id: str | None = None
    sub: str | None = None
    scope: str | None = None
    exp: int | None = Field(default=None, description="Seconds since 1970")
    token_type: str | None = None
