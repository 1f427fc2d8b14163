"""The example receiver accepts what the reference library signs, and nothing else."""

from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest
from standardwebhooks.webhooks import Webhook

from rtp_examples.receiver import is_signed

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"id":"1"}'


def sign(body: bytes, *, at: datetime) -> Message:
    headers = Message()
    headers["webhook-id"] = "msg_1"
    headers["webhook-timestamp"] = str(int(at.timestamp()))
    headers["webhook-signature"] = "v1,AAAA " + Webhook(SECRET).sign("msg_1", at, body.decode())
    return headers


def test_a_signature_of_the_reference_library_holds() -> None:
    assert is_signed(sign(BODY, at=datetime.now(UTC)), BODY, SECRET)


@pytest.mark.parametrize(
    ("signed", "age", "received"),
    [(BODY, timedelta(0), b'{"id":"2"}'), (BODY, timedelta(minutes=6), BODY), (BODY, -timedelta(minutes=6), BODY)],
    ids=["another-body", "too-old", "from-the-future"],
)
def test_anything_else_does_not(signed: bytes, age: timedelta, received: bytes) -> None:
    assert not is_signed(sign(signed, at=datetime.now(UTC) - age), received, SECRET)


def test_a_request_without_headers_does_not() -> None:
    assert not is_signed(Message(), BODY, SECRET)
