"""Settings of the applications service's processes."""

import json
from collections.abc import Sequence

from pydantic import Field, SecretStr, field_validator

from rtp_applications.documents.settings import DocumentSettings
from rtp_applications.history.keys import BundleKey, NotAKey, thumbprint
from rtp_applications.json_types import JsonMapping
from rtp_applications.transparency.settings import LogSettings
from rtp_shared.settings import ProcessSettings


class ApplicationsSettings(ProcessSettings, DocumentSettings, LogSettings):
    bundle_key: SecretStr | None = Field(
        default=None,
        description="Ed25519 private key that bundles are signed with, PEM or JWK; without it none is made here",
    )
    bundle_trusted_keys: str = Field(
        default="",
        description="Public keys of instances whose bundles are taken in, as a JWK set; one's own always is",
    )
    bundle_former_keys: str = Field(
        default="",
        description="Public halves of bundle keys that this instance signed with before, as a JWK set: they stay "
        "published, and bundles from then are taken in",
    )
    bundle_limit: int = Field(
        default=104_857_600, ge=1024, description="Largest bundle that is taken in; as the gateway's document limit"
    )

    open_data_publisher: str = Field(
        default="the Right to Provide platform", description="Who publishes the open data, as the catalogue says it"
    )
    open_data_licence: str = Field(
        default="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        description="Address of the licence of the open data",
    )

    @field_validator("bundle_key")
    @classmethod
    def _is_a_bundle_key(cls, key: SecretStr | None) -> SecretStr | None:
        try:
            if key is not None:
                BundleKey.from_secret(key.get_secret_value())
        except NotAKey:
            raise ValueError("must be an Ed25519 private key as PEM or as a JWK") from None
        return key

    @field_validator("bundle_trusted_keys", "bundle_former_keys")
    @classmethod
    def _are_public_keys(cls, text: str) -> str:
        try:
            for jwk in _read_keys(text):
                thumbprint(jwk)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ValueError('must be a set of Ed25519 keys: {"keys": [JWK, ...]}') from None
        return text

    @property
    def signing_key(self) -> BundleKey | None:
        return BundleKey.from_secret(self.bundle_key.get_secret_value()) if self.bundle_key else None

    @property
    def trusted_keys(self) -> Sequence[JsonMapping]:
        return [*self.published_keys, *_read_keys(self.bundle_trusted_keys)]

    @property
    def published_keys(self) -> Sequence[JsonMapping]:
        """The public keys that bundles of this instance are signed with, or were: the present one first."""
        own = self.signing_key
        return [*([own.public_jwk] if own else []), *_read_keys(self.bundle_former_keys)]


def _read_keys(text: str) -> list[JsonMapping]:
    return list(json.loads(text)["keys"]) if text.strip() else []
