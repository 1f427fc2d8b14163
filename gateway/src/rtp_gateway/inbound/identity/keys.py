"""The keys that access tokens are signed with, and their public parts.

One signs, and others may stand beside it: one that will sign later, known everywhere before its first token, and one
that signed before, until its last token is out. When each does what stands in lines above its PEM (RFC 7468 section 2
leaves room for such): `Signs-From: <time>` and `Holds-Until: <time>`.
"""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from rtp_gateway.types import JsonObject
from rtp_shared.auth import AUDIENCE

_BLOCK = re.compile(
    r"((?:^[A-Za-z-]+: [^\n]*\n)*)(-----BEGIN ([A-Z ]+)-----.+?-----END \3-----)", re.DOTALL | re.MULTILINE
)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class TimedKey:
    """A private key, and the time in which it signs and holds."""

    pem: str = field(repr=False)
    signs_from: datetime = _BEGINNING
    holds_until: datetime = _END

    def render(self) -> str:
        lines = [
            *([f"Signs-From: {self.signs_from.isoformat()}"] if self.signs_from != _BEGINNING else []),
            *([f"Holds-Until: {self.holds_until.isoformat()}"] if self.holds_until != _END else []),
        ]
        return "\n".join([*lines, self.pem.strip(), ""])


def read_timed_keys(text: str) -> list[TimedKey]:
    """Return the keys of the setting. Raises ValueError for a time that is none, or where there is no key."""
    found = []
    for head, pem, _ in _BLOCK.findall(text.replace("\r\n", "\n")):
        said = dict(line.split(": ", 1) for line in head.splitlines())
        if unknown := said.keys() - {"Signs-From", "Holds-Until"}:
            raise ValueError(f"not known: {', '.join(sorted(unknown))}")
        begins, ends = said.get("Signs-From"), said.get("Holds-Until")
        found.append(TimedKey(pem, _read_time(begins) or _BEGINNING, _read_time(ends) or _END))
    if not found:
        raise ValueError("no key")
    return found


def _read_time(text: str | None) -> datetime | None:
    if text is None:
        return None
    time = datetime.fromisoformat(text.strip())
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time


def import_key(pem: str) -> RSAKey:
    key = RSAKey.import_key(pem, {"use": "sig", "alg": "RS256"})
    key.ensure_kid()
    return key


class SigningKey:
    """Signs access tokens (RFC 9068) by RS256, which every verifier of them must know, by the key of the time."""

    def __init__(self, pem: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._keys = [(timed, import_key(timed.pem)) for timed in read_timed_keys(pem)]
        self._now = now

    @staticmethod
    def generate() -> str:
        """A new private key as PEM."""
        return RSAKey.generate_key(2048, private=True).as_pem(private=True).decode()

    @property
    def public_keys(self) -> KeySet:
        return KeySet([RSAKey.import_key(each) for each in self.build_jwks()["keys"]])

    async def get(self, *, refresh: bool = False) -> KeySet:
        """Return the keys that hold now, as a source of keys for the process that signs."""
        now = self._now()
        return KeySet([key for timed, key in self._keys if timed.holds_until > now])

    def build_jwks(self) -> JsonObject:
        """Return what signs, signed or will sign, the one that signs now first."""
        current, now = self.current, self._now()
        others = [key for timed, key in self._keys if key is not current and timed.holds_until > now]
        return {"keys": [key.as_dict(private=False) for key in (current, *others)]}

    @property
    def current(self) -> RSAKey:
        """Return the newest of the keys that sign by now; before all of them the first."""
        now = self._now()
        begun = [each for each in self._keys if each[0].signs_from <= now < each[0].holds_until]
        return max(begun or self._keys[:1], key=lambda each: each[0].signs_from)[1]

    def sign_access_token(
        self,
        *,
        issuer: str,
        client_id: str,
        organisation: UUID,
        scopes: Sequence[str],
        seconds: int,
        now: datetime,
        generation: int = 0,
    ) -> str:
        issued_at = int(now.timestamp())
        claims = {
            "iss": issuer,
            "sub": client_id,
            "client_id": client_id,
            "aud": AUDIENCE,
            "iat": issued_at,
            "exp": issued_at + seconds,
            "jti": str(uuid.uuid4()),
            "scope": " ".join(scopes),
            "organisation": str(organisation),
            "generation": generation,
        }
        key = self.current
        return jwt.encode({"typ": "at+jwt", "alg": "RS256", "kid": key.kid}, claims, key)
