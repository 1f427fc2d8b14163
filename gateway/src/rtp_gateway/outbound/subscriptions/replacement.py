"""A subscription written back: what its owner may change beside what it was read with."""

import hmac
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, SecretStr

from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.subscriptions.credential_schemas import KeptCredential, ReplacedCredential
from rtp_gateway.outbound.subscriptions.errors import NotWritten
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.subscriptions.schemas import WholeSubscription
from rtp_gateway.outbound.transports.signing import Keyring
from rtp_shared.problems import FieldError
from rtp_shared.schemas import Storable

_IGNORED = "Ignored: as the platform has it"
Ignored = Annotated[object, Field(description=_IGNORED)]

_ACTIONS = {
    SubscriptionStatus.ACTIVE: "actions/resume",
    SubscriptionStatus.PAUSED: "actions/pause",
    SubscriptionStatus.ENDED: "DELETE",
}
"""How an owner brings a status about. The others come by themselves, so that what was read may be behind."""


def _absent() -> Any:
    return None


class Replacement(WholeSubscription):
    """All of a subscription, as it was read or made, with your changes."""

    id: UUID = Field(default_factory=_absent, description="Must be the one in the path")
    sinkcredential: ReplacedCredential | None = Field(default=None)
    status: SubscriptionStatus = Field(
        default_factory=_absent, description="Changes nothing: pause, resume and DELETE do, and it is refused for them"
    )
    secret: Annotated[SecretStr, Storable] = Field(
        default_factory=_absent, max_length=100, description="Must be the current one: rotate-secret makes another"
    )
    public_key: Ignored = Field(default_factory=_absent)
    warnings: Ignored = Field(default_factory=_absent)
    queue: Ignored = Field(default_factory=_absent)
    former_keys_until: Ignored = Field(default_factory=_absent)
    version: Ignored = Field(default_factory=_absent)
    made_at: Ignored = Field(default_factory=_absent)
    changed_at: Ignored = Field(default_factory=_absent)
    ended_at: Ignored = Field(default_factory=_absent)
    disabled_at: Ignored = Field(default_factory=_absent)


def require_as_read(subscription: Subscription, details: Replacement, secret_box: SecretBox) -> None:
    """Refuse what cannot be changed by writing it: ignoring it would let a caller believe that it was."""
    errors = []
    if details.id is not None and details.id != subscription.id:
        errors.append(FieldError("/id", "must be the id in the path"))
    if details.status in _ACTIONS and details.status is not subscription.status:
        errors.append(
            FieldError("/status", f"is {subscription.status.value}; use {_ACTIONS[details.status]} to change it")
        )
    if details.secret is not None and not _is_current(details.secret, subscription, secret_box):
        errors.append(FieldError("/secret", "is not the current one; use actions/rotate-secret to get another"))
    kept = details.sinkcredential
    if isinstance(kept, KeptCredential) and kept.credentialtype != subscription.credential_type:
        errors.append(FieldError("/sinkcredential", "no such credential is held: give it whole"))
    if errors:
        raise NotWritten(errors=errors)


def _is_current(secret: SecretStr, subscription: Subscription, secret_box: SecretBox) -> bool:
    current = Keyring.open(secret_box, subscription.sealed_keys).secret
    return hmac.compare_digest(secret.get_secret_value().encode(), current.encode())
