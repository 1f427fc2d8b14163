"""Signatures, the keys they are made with, and how keys follow one another."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.transports.signing import MOST_KEYS, Keyring, SubscriptionKey
from rtp_shared.clock import utcnow

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BODY = '{"naïve": "£5"}'.encode()


def signatures(headers: dict[str, str], version: str) -> list[bytes]:
    parted = (each.split(",") for each in headers["webhook-signature"].split(" "))
    return [base64.b64decode(signature) for said, signature in parted if said == version]


def verify(public_key: str, headers: dict[str, str], body: bytes, signature: bytes) -> None:
    """Raise InvalidSignature, as a receiver that knows only the standard and a library for ed25519."""
    assert public_key.startswith("whpk_")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key[5:], validate=True))
    key.verify(signature, f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body)


def test_the_official_vector() -> None:
    key = SubscriptionKey(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), bytes(32))
    headers = Keyring((key,)).sign_message(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at=datetime.fromtimestamp(1614265330, UTC), body=b'{"test": 2432232314}'
    )
    first, second = headers.pop("webhook-signature").split(" ")
    assert first == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert second.startswith("v1a,")
    assert headers == {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330"}


def test_the_reference_library_accepts_ours_and_no_other_body() -> None:
    keyring = Keyring.new()
    headers = keyring.sign_message("e-1", at=utcnow(), body=BODY)
    assert Webhook(keyring.secret).verify(BODY, headers) == {"naïve": "£5"}
    for wrong in (BODY + b" ", BODY.replace(b"5", b"6")):
        with pytest.raises(WebhookVerificationError):
            Webhook(keyring.secret).verify(wrong, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(Keyring.new().secret).verify(BODY, headers)


def test_the_public_key_accepts_ours_and_nothing_else() -> None:
    keyring = Keyring.new()
    headers = keyring.sign_message("e-1", at=utcnow(), body=BODY)
    (signature,) = signatures(headers, "v1a")
    verify(keyring.public_key, headers, BODY, signature)
    for public_key, body, changed in (
        (Keyring.new().public_key, BODY, {}),
        (keyring.public_key, BODY + b" ", {}),
        (keyring.public_key, BODY, {"webhook-id": "e-2"}),
        (keyring.public_key, BODY, {"webhook-timestamp": "1"}),
    ):
        with pytest.raises(InvalidSignature):
            verify(public_key, {**headers, **changed}, body, signature)


def test_the_time_is_the_instant_in_whatever_zone_it_is_written() -> None:
    keyring = Keyring.new()
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert keyring.sign_message("e", at=elsewhere, body=b"") == keyring.sign_message("e", at=NOW, body=b"")


def test_an_id_that_would_blur_what_is_signed_is_refused() -> None:
    with pytest.raises(ValueError, match="full stop"):
        Keyring.new().sign_message("e.1", at=NOW, body=b"")


def test_old_and_new_key_sign_until_the_overlap_is_over() -> None:
    old = Keyring.new()
    new = old.rotate(utcnow(), HOUR)
    assert new.secret != old.secret
    assert new.public_key != old.public_key
    headers = new.sign_message("e-1", at=utcnow(), body=BODY)
    for keyring in (old, new):
        assert Webhook(keyring.secret).verify(BODY, headers)
    for public_key, signature in zip((new.public_key, old.public_key), signatures(headers, "v1a"), strict=True):
        verify(public_key, headers, BODY, signature)
    assert new.former_until
    before, after = (
        new.sign_message("e-1", at=new.former_until + step, body=BODY) for step in (-HOUR / 60, timedelta())
    )
    assert len(signatures(before, "v1")) == len(signatures(before, "v1a")) == 2
    assert len(signatures(after, "v1")) == len(signatures(after, "v1a")) == 1


def test_without_an_overlap_no_former_key_is_left() -> None:
    twice = Keyring.new().rotate(NOW, 24 * HOUR).rotate(NOW, timedelta())
    assert len(twice.keys) == 1
    assert twice.former_until is None


@given(st.lists(st.tuples(st.integers(0, 72), st.integers(0, 48)), max_size=8))
def test_rotation_keeps_its_laws(rotations: list[tuple[int, int]]) -> None:
    """One current key, which comes first; at most three; none outlives the overlap it was replaced with."""
    keyring, now = Keyring.new(), NOW
    for pause, overlap in rotations:
        now += pause * HOUR
        former, keyring = keyring, keyring.rotate(now, overlap * HOUR)
        assert [key.until is None for key in keyring.keys] == [True, *[False] * (len(keyring.keys) - 1)]
        assert len(keyring.keys) <= MOST_KEYS
        assert keyring.select_active(now) == keyring.keys
        assert keyring.keys[0].secret not in {key.secret for key in former.keys}
        assert {key.secret for key in keyring.keys[1:]} <= {key.secret for key in former.select_active(now)}
        assert keyring.select_active(now + overlap * HOUR) == keyring.keys[:1]
        assert (former.keys[0].secret in {key.secret for key in keyring.keys}) == (overlap > 0)


def test_keys_are_random_sealed_and_never_shown_by_accident() -> None:
    safe, other = SecretBox(Fernet.generate_key().decode()), SecretBox(Fernet.generate_key().decode())
    keyring = Keyring.new().rotate(NOW, HOUR).rotate(NOW, HOUR)
    secrets = {part for key in keyring.keys for part in (key.secret, key.seed)}
    assert len(secrets) == 6
    assert {len(secret) for secret in secrets} == {32}
    sealed = keyring.seal(safe)
    assert Keyring.open(safe, sealed) == keyring
    for secret in secrets:
        for written in (repr(keyring), str(sealed)):
            assert repr(secret) not in written
            assert base64.b64encode(secret).decode() not in written
    with pytest.raises(InvalidToken):
        Keyring.open(other, sealed)
