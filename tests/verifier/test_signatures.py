"""Signatures by secret and by public key."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from rtp_gateway.outbound.transports.signing import Keyring
from tests.verifier.receiver import Verifier, altered, chain, found, keep

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def with_headers(directory: Path, body: bytes, headers: dict[str, str] | str) -> Path:
    keep(directory, [body])
    text = headers if isinstance(headers, str) else "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    (directory / "0000.headers").write_bytes(text.encode("latin-1"))
    return directory


def secret_file(directory: Path, *keyrings: Keyring) -> Path:
    file = directory / "secrets"
    file.write_text("".join(f"{keyring.secret}\n" for keyring in keyrings))
    return file


def test_signatures_by_secret_and_by_public_key(command: Verifier, tmp_path: Path) -> None:
    (made,), keys, others = chain(1), Keyring.new(), Keyring.new()
    received = with_headers(tmp_path / "received", made, keys.sign_message("1", at=NOW, body=made))
    secret, other = secret_file(tmp_path, keys), tmp_path / "other"
    other.write_text(others.secret)
    by_secret = command.report(received, "--secret-file", secret)
    by_key = command.report(received, "--public-key", others.public_key, "--public-key", keys.public_key, packages=True)
    for report in (by_secret, by_key):
        assert (found(report), report["signatures_good"], report["unsigned"]) == ({}, 1, 0)
    for wrong in (["--secret-file", other], ["--public-key", others.public_key]):
        report = command.report(received, *wrong, packages=True)
        assert (list(found(report)), report["exit_code"]) == (["bad_signatures"], 2)
    assert command.report(received)["signatures_unchecked"] == 1
    assert "pip install cryptography" in command.refusal(received, "--public-key", keys.public_key)


def test_both_keys_of_a_rotation(command: Verifier, tmp_path: Path) -> None:
    """While they overlap either will do; what is signed by one alone needs that one."""
    (made,), former = chain(1), Keyring.new()
    current = former.rotate(NOW, timedelta(hours=24))
    for name, keyring, at in (("a", former, NOW), ("b", current, NOW), ("c", current, NOW + timedelta(days=2))):
        with_headers(tmp_path / name, made, keyring.sign_message("1", at=at, body=made))
    good = {
        (name, which): command.report(tmp_path / name, "--secret-file", file)["signatures_good"]
        for name in "abc"
        for which, keyrings in {"old": [former], "new": [current], "both": [former, current]}.items()
        if (file := secret_file(tmp_path, *keyrings))
    }
    assert [pair for pair, count in good.items() if not count] == [("a", "new"), ("c", "old")]


def test_signatures_of_the_reference_library(command: Verifier, tmp_path: Path) -> None:
    (made,), keys = chain(1), Keyring.new()
    signature = Webhook(keys.secret).sign("msg_1", NOW, made.decode())
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(NOW.timestamp())), "Webhook-Signature": signature}
    received = with_headers(tmp_path / "received", made, headers)
    assert command.report(received, "--secret-file", secret_file(tmp_path, keys))["signatures_good"] == 1


def test_the_official_vector(command: Verifier, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = (
        "POST /hook HTTP/1.1\nHost: example\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\nwebhook-timestamp: 1614265330\n"
        "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
    received = with_headers(tmp_path / "received", b'{"test": 2432232314}', headers)
    report = command.report(received, "--secret-file", tmp_path / "secret")
    assert (report["signatures_good"], list(found(report))) == (1, ["not_events"])


@pytest.mark.parametrize("change", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_whatever_is_changed_the_signature_is_bad(command: Verifier, tmp_path: Path, change: str) -> None:
    (made,), keys = chain(1), Keyring.new()
    headers = keys.sign_message("11", at=NOW, body=made)
    if change == "webhook-signature":
        headers[change] = "v1," + base64.b64encode(bytes(32)).decode()
    elif change != "body":
        headers[change] += "1"
    body = altered(made, data={"number": "another"}) if change == "body" else made
    received = with_headers(tmp_path / "received", body, headers)
    report = command.report(received, "--secret-file", secret_file(tmp_path, keys))
    assert list(found(report)) == ["bad_signatures"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("webhook-id: 1\nwebhook-timestamp: 1", "webhook-signature is missing"),
        ("webhook-id: 1\nwebhook-signature: v1,AAAA", "webhook-timestamp is missing"),
        ("webhook-timestamp: 1\nwebhook-signature: v1,AAAA", "webhook-id is missing"),
    ],
)
def test_headers_that_are_wrong_are_findings(command: Verifier, tmp_path: Path, headers: str, reason: str) -> None:
    (made,) = chain(1)
    report = command.report(with_headers(tmp_path / "received", made, headers))
    (bad,) = report["bad_signatures"]
    assert reason in bad["reason"]
    assert report["exit_code"] == 2


def keys_file(directory: Path, *keys: tuple[str, datetime, datetime | None]) -> Path:
    """As the platform lists them."""
    items = [
        {"publicKey": key, "from": since.isoformat()} | ({"until": until.isoformat()} if until else {})
        for key, since, until in keys
    ]
    file = directory / "keys.json"
    file.write_text(json.dumps({"items": items, "next": None}))
    return file


def test_keys_of_the_past_hold_for_their_time(command: Verifier, tmp_path: Path) -> None:
    (made,), former = chain(1), Keyring.new()
    rotated_at = NOW + timedelta(days=30)
    current = former.rotate(rotated_at, timedelta(hours=24))
    ends = rotated_at + timedelta(hours=24)
    file = keys_file(tmp_path, (current.public_key, rotated_at, None), (former.public_key, NOW, ends))
    cases = {
        "before": (former, NOW, "good"),
        "overlap": (current, rotated_at + timedelta(hours=1), "good"),
        "after": (current, ends + timedelta(days=400), "good"),
        "too late": (former, ends, "bad"),
        "too early": (current, NOW - timedelta(days=1), "bad"),
        "another's": (Keyring.new(), NOW, "bad"),
    }
    for name, (keyring, at, outcome) in cases.items():
        signed = Keyring(keyring.keys[:1]).sign_message("1", at=at, body=made) if outcome == "bad" else None
        directory = with_headers(tmp_path / name, made, signed or keyring.sign_message("1", at=at, body=made))
        report = command.report(directory, "--keys", file, packages=True)
        assert (report["signatures_good"], len(report["bad_signatures"])) == (
            int(outcome == "good"),
            int(outcome == "bad"),
        ), name
    (late,) = command.report(tmp_path / "too late", "--keys", file, packages=True)["bad_signatures"]
    assert "did not sign at the time" in late["reason"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"items": [{}]}', '{"items": [{"publicKey": "whpk_AAAA"}]}', '{"items": 5}']
)
def test_what_is_no_list_of_keys_is_refused(command: Verifier, tmp_path: Path, text: str) -> None:
    received, file = keep(tmp_path / "received", chain(1)), tmp_path / "keys.json"
    file.write_text(text)
    told = command.refusal(received, "--keys", file, packages=True)
    assert "keys.json" in told or "ed25519" in told
