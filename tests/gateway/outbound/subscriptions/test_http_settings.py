"""What a subscriber may set about its deliveries over HTTP."""

import pytest
from pydantic import ValidationError

from rtp_gateway.outbound.subscriptions.http_settings import HttpSettings


@pytest.mark.parametrize(
    "name",
    [
        "Host", "host", "Content-Type", "content-length", "Content-Encoding", "webhook-id", "WebHook-Signature",
        "WebHook-Request-Origin", "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "Transfer-Encoding",
        "TE", "Trailer", "Connection", "Keep-Alive", "Upgrade", "Expect", "traceparent", "tracestate", "Baggage",
        "ce-id", "User-Agent", "Forwarded", "X-Forwarded-For", "X-Real-IP", "Via", "X-HTTP-Method-Override",
        "X-Original-URL", "Origin", "Range", "", "a b", "a:b", "X_Api", "webhook_id", "é", "a\r\nb", "a\n", "-a", "1a",
        "x" * 65,
    ],
)  # fmt: skip
def test_headers_that_are_not_the_subscribers_to_set(name: str) -> None:
    with pytest.raises(ValidationError):
        HttpSettings.model_validate({"headers": {name: "value"}})


@pytest.mark.parametrize("value", ["", " a", "a ", "a\r\nb: c", "a\nb", "a\tb", "a\x00b", "é", "a" * 1001])
def test_values_that_are_none(value: str) -> None:
    with pytest.raises(ValidationError):
        HttpSettings.model_validate({"headers": {"X-Ours": value}})


def test_settings() -> None:
    good = {"headers": {"X-Api-Version": "2 of 3", "x-b": "a" * 1000}, "method": "POST", "handshake": True}
    assert HttpSettings.model_validate(good).model_dump() == good
    assert HttpSettings().model_dump() == {"headers": {}, "method": "POST", "handshake": False}
    twice = {"X-A": "1", "x-a": "2"}
    many = {f"X-{number}": "1" for number in range(21)}
    for wrong in ({"headers": twice}, {"headers": many}, {"method": "PUT"}, {"unknown": 1}):
        with pytest.raises(ValidationError):
            HttpSettings.model_validate(wrong)
