"""Signatures and retry times: the pure rules."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet, InvalidToken
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from rtp_gateway.subscriptions.retries import DELAYS, LONGEST_REST, next_attempt, wanted_rest
from rtp_gateway.subscriptions.signing import Safe, new_secret, shown, signed_headers
from rtp_shared.clock import utcnow

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def test_the_official_vector() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(
        secret, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_reference_library_accepts_ours_and_no_other_body() -> None:
    secret, body = new_secret(), '{"naïve": "£5"}'.encode()
    headers = signed_headers(secret, message_id="e-1", timestamp=int(utcnow().timestamp()), body=body)
    assert Webhook(shown(secret)).verify(body, headers) == {"naïve": "£5"}
    for wrong in (body + b" ", body.replace(b"5", b"6")):
        with pytest.raises(WebhookVerificationError):
            Webhook(shown(secret)).verify(wrong, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(shown(new_secret())).verify(body, headers)


def test_secrets_are_long_random_and_sealed() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {32}
    safe, other = Safe(Fernet.generate_key().decode()), Safe(Fernet.generate_key().decode())
    for secret in secrets:
        sealed = safe.seal(secret)
        assert secret not in sealed
        assert safe.open(sealed) == secret
    with pytest.raises(InvalidToken):
        other.open(sealed)


def test_ten_tries_over_three_days() -> None:
    assert sum(DELAYS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    for tries, delay in enumerate(DELAYS, start=1):
        assert next_attempt(tries, now=NOW, luck=0) == NOW + delay
        assert next_attempt(tries, now=NOW, luck=1) == NOW + delay * 1.1
        due = next_attempt(tries, now=NOW)
        assert due is not None
        assert NOW + delay <= due <= NOW + delay * 1.1
    assert next_attempt(len(DELAYS) + 1, now=NOW) is None


def test_never_sooner_than_the_sink_asks_for() -> None:
    assert next_attempt(1, now=NOW, rest=timedelta(seconds=60), luck=0) == NOW + timedelta(seconds=60)
    assert next_attempt(3, now=NOW, rest=timedelta(seconds=60), luck=0) == NOW + DELAYS[2]


@pytest.mark.parametrize(
    ("header", "rest"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta()),
        ("Sun, 29 Mar 2026 12:02:00 GMT", timedelta(seconds=120)),
        ("Sun, 29 Mar 2026 11:00:00 GMT", timedelta()),
        ("Sunday, 29-Mar-26 12:02:00 GMT", timedelta(seconds=120)),
        ("999999999999", LONGEST_REST),
        ("Fri, 29 Mar 2999 12:02:00 GMT", LONGEST_REST),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, rest: timedelta | None) -> None:
    assert wanted_rest(header, now=NOW) == rest
