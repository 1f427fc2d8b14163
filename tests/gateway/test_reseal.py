"""Replacing the key that subscribers' secrets are sealed with, and losing it."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr, ValidationError

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.outbound.transports.signing import Keyring
from rtp_gateway.reseal import reseal
from rtp_gateway.settings import GatewaySettings
from tests.gateway.conftest import Owner, run_sql

pytestmark = pytest.mark.anyio


def get_key(platform: Platform) -> str:
    settings = platform.gateway.settings
    assert isinstance(settings, GatewaySettings)
    return settings.secrets_key.get_secret_value()


async def test_what_was_sealed_with_the_old_key_is_opened_by_the_new_one_alone(
    platform: Platform, owner: Owner
) -> None:
    made = await owner.subscribe()
    new, old = Fernet.generate_key().decode(), get_key(platform)
    async with platform.gateway.database.transaction() as session:
        both = SecretBox(f"{new},{old}")
        count, lost = await reseal(session, both)
        row = await session.get_one(Subscription, made["id"], populate_existing=True)
        assert count >= 1
        assert made["id"] not in lost
        assert Keyring.open(SecretBox(new), row.sealed_keys).secret == made["secret"]
        with pytest.raises(InvalidToken):
            Keyring.open(SecretBox(old), row.sealed_keys)
        assert made["id"] in (await reseal(session, SecretBox(old)))[1]
        await session.rollback()


async def test_a_subscriber_gets_a_new_secret_where_the_key_was_lost(platform: Platform, owner: Owner) -> None:
    made = await owner.subscribe()
    other = Keyring.new().seal(SecretBox(Fernet.generate_key().decode()))
    await run_sql(platform, "UPDATE subscriptions SET sealed_keys = :keys WHERE id = :id", keys=other, id=made["id"])
    rotated = await owner.ask(made, "actions/rotate-secret", overlapHours=2)
    assert rotated["secret"] != made["secret"]
    [row] = await run_sql(platform, "SELECT sealed_keys FROM subscriptions WHERE id = :id", id=made["id"])
    assert Keyring.open(SecretBox(get_key(platform)), row.sealed_keys).secret == rotated["secret"]


@pytest.mark.parametrize("keys", ["", "short", "{key},", "{key},short", "{key};{key}"])
def test_each_key_is_checked(keys: str) -> None:
    with pytest.raises(ValidationError, match="32 bytes in base64url"):
        GatewaySettings(
            database_url=SecretStr("postgresql://x@localhost/x"),
            secrets_key=SecretStr(keys.format(key=Fernet.generate_key().decode())),
        )
