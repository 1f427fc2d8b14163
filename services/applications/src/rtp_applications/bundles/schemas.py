"""Response bodies about bundles."""

from pydantic import Field

from rtp_shared.schemas import Output


class PublicKey(Output):
    """An Ed25519 public key as a JWK (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str = Field(description="Thumbprint (RFC 7638)")
    use: str
    alg: str


class KeySetView(Output):
    """A JWK set (RFC 7517)."""

    keys: list[PublicKey]
