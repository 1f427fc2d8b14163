"""The attacks: each of one kind, from an address of loopback of its own, with so many connections and no more a second.

The rates are what one bad client can do from one place. They are low enough for attackers that share two cores with the
platform: what is measured is whether its walls hold, not how much CPU there is.
"""

import itertools
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from bench.under_attack.exchanges import Call
from rtp_shared.contracts.applications import ScreeningBegun
from rtp_shared.json_bodies import MOST_VALUES

LARGE = 900_000
"""Bytes of a body just below the limit of 1 MB."""
KEYS = json.dumps({f"key-{number:05}": 0 for number in range(LARGE // 14)}, separators=(",", ":")).encode()
FEWER_KEYS = json.dumps({f"key-{number:04}": 0 for number in range(MOST_VALUES)}).encode()
"""As many as are taken, so that each of them is looked at."""
TRAILERS = b"0\r\n" + b"".join(b"X-Trailer-%05d: %s\r\n" % (number, b"t" * 80) for number in range(9_000)) + b"\r\n"
LARGE_FORM = b"grant_type=client_credentials&client_id=nobody&client_secret=" + b"s" * LARGE
WRONG_FORM = b"grant_type=client_credentials&client_id=nobody&client_secret=" + b"s" * 7_000
PAYLOAD = b"d" * 600
"""Sent once a second by who is just fast enough for the least rate of a body (500 bytes a second)."""


@dataclass(frozen=True)
class Victim:
    """The platform that is attacked, with what the attackers have there."""

    port: int
    tokens: dict[str, str]
    """By attack, of a client of its own."""
    upload: str
    """The path of a content that may be sent."""
    download: str
    """The path of a large content."""
    silent_sink: str

    def to_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Attack:
    """One kind of attack."""

    name: str
    connections: int
    """At once, at most."""
    per_second: float
    """New connections, at most."""
    build_call: Callable[["Attack", Victim], Call]
    needs_client: bool = False

    @property
    def address(self) -> str:
        return f"127.0.0.{2 + ATTACKS.index(self)}"

    @property
    def client_id(self) -> str:
        return f"attacker-{self.name}"

    def write_head(self, victim: Victim, line: str, *headers: str) -> bytes:
        token = victim.tokens.get(self.name)
        bearer = [f"Authorization: Bearer {token}"] if token else []
        return "\r\n".join([f"{line} HTTP/1.1", "Host: victim", *bearer, *headers, "", ""]).encode()

    def write_request(self, victim: Victim, line: str, body: bytes, *headers: str) -> bytes:
        return self.write_head(victim, line, *headers, f"Content-Length: {len(body)}") + body


def _upload_slowly(attack: Attack, victim: Victim) -> Call:
    headers = ("Content-Type: application/pdf", "If-Match: *", "Content-Length: 50000000")
    return Call(attack.write_head(victim, f"PUT {victim.upload}", *headers) + b"%PDF-1.7\n", drip=PAYLOAD)


def _download_slowly(attack: Attack, victim: Victim) -> Call:
    return Call(attack.write_head(victim, f"GET {victim.download}"), stays=True)


def _send_json_slowly(attack: Attack, victim: Victim) -> Call:
    head = attack.write_head(victim, "POST /v1/cases", "Content-Type: application/json", "Content-Length: 900000")
    return Call(head + b"{", drip=PAYLOAD)


def _say_nothing(_attack: Attack, _victim: Victim) -> Call:
    return Call(b"")


def _send_half_a_head(_attack: Attack, _victim: Victim) -> Call:
    return Call(b"GET /v1/cases HTTP/1.1\r\nHost: victim\r\n", drip=b"X-More: x\r\n")


def _send_body_without_token(attack: Attack, victim: Victim) -> Call:
    head = attack.write_head(victim, "POST /v1/cases", "Content-Type: application/json", "Content-Length: 900000")
    return Call(head, drip=b"x")


def _send_trailers(attack: Attack, victim: Victim) -> Call:
    head = attack.write_head(victim, "POST /v1/cases", "Content-Type: application/json", "Transfer-Encoding: chunked")
    return Call(head + b"2\r\n{}\r\n" + TRAILERS)


def _subscribe_silent_sink(attack: Attack, victim: Victim) -> Call:
    body = json.dumps({"sink": victim.silent_sink, "protocolsettings": {"handshake": True}}).encode()
    headers = ("Content-Type: application/json", f'Idempotency-Key: "{secrets.token_hex(8)}"')
    return Call(attack.write_request(victim, "POST /v1/subscriptions", body, *headers))


_forms, _bodies = itertools.cycle([LARGE_FORM, WRONG_FORM]), itertools.cycle([KEYS, FEWER_KEYS])


def _ask_for_token_wrongly(attack: Attack, victim: Victim) -> Call:
    kind = "Content-Type: application/x-www-form-urlencoded"
    return Call(attack.write_request(victim, "POST /oauth2/token", next(_forms), kind))


def _use_wrong_token(attack: Attack, victim: Victim) -> Call:
    """Ask with a token whose key is right and whose signature is wrong, another one each time."""
    head, payload, signature = victim.tokens[attack.name].split(".")
    wrong = f"{head}.{payload}.{secrets.token_urlsafe(192)[: len(signature)]}"
    return Call(f"GET /v1/cases HTTP/1.1\r\nHost: victim\r\nAuthorization: Bearer {wrong}\r\n\r\n".encode())


def _send_unknown_keys(attack: Attack, victim: Victim) -> Call:
    return Call(attack.write_request(victim, "POST /v1/cases", next(_bodies), "Content-Type: application/json"))


def _wait_for_events(attack: Attack, victim: Victim) -> Call:
    """Wait for events that never come: whatever is recorded wakes the reader, and is looked through."""
    return Call(attack.write_head(victim, f"GET /v1/events?wait=30&type={ScreeningBegun.TYPE}"))


def _keep_connection(_attack: Attack, _victim: Victim) -> Call:
    return Call(b"GET /health HTTP/1.1\r\nHost: victim\r\n\r\n", stays=True)


ATTACKS: Sequence[Attack] = (
    Attack("slow-uploads", 40, 5, _upload_slowly, needs_client=True),
    Attack("slow-downloads", 40, 5, _download_slowly, needs_client=True),
    Attack("slow-json", 60, 10, _send_json_slowly, needs_client=True),
    Attack("silent", 150, 20, _say_nothing),
    Attack("half-heads", 150, 20, _send_half_a_head),
    Attack("no-token", 60, 10, _send_body_without_token),
    Attack("trailers", 4, 2, _send_trailers, needs_client=True),
    Attack("silent-sinks", 12, 4, _subscribe_silent_sink, needs_client=True),
    Attack("token-forms", 4, 4, _ask_for_token_wrongly),
    Attack("wrong-tokens", 8, 20, _use_wrong_token, needs_client=True),
    Attack("unknown-keys", 2, 2, _send_unknown_keys, needs_client=True),
    Attack("long-polls", 40, 5, _wait_for_events, needs_client=True),
    Attack("connections", 300, 30, _keep_connection),
)
