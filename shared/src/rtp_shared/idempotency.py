"""Idempotency-Key: the response to a write is stored in the write's own transaction and replayed for the same key.

Source: draft-ietf-httpapi-idempotency-key-header. Keys are scoped to the client; the fingerprint covers method, path,
query, body and on whose behalf the client acts, so a key used for something else, or by another person, is refused
(422); a first request still running is a 409.
A refused request stores nothing: it changed nothing either.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from rtp_shared.db import get_driver
from rtp_shared.identities import Principal
from rtp_shared.problems import Conflict, FieldError, Invalid, Malformed

HEADER = "idempotency-key"
ACTS_FOR = "on-behalf-of"
"""Header that names the person who acts: the response is that person's."""
_KEPT_HEADERS = ("content-type", "etag", "location")
_STRING = r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"'
_QUOTED = re.compile(rf'{_STRING}(?:;\x20*[a-z*][a-z0-9_.*-]*(?:=(?:{_STRING}|[^\s";,]+))?)*')
"""A string of RFC 9651 (structured fields) with its parameters, which say nothing here."""
_UNQUOTED = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")
LONGEST = 255

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))"
# A statement of its own, so that it sees what the first request committed before it gave the lock back.
_FIND = "SELECT fingerprint, status, headers, body FROM stored_answers WHERE client_id = $1 AND key = $2"
_STORE = """
    INSERT INTO stored_answers (client_id, key, fingerprint, status, headers, body) VALUES ($1, $2, $3, $4, $5, $6)
"""


class StillRunning(Conflict):
    title = "The first request with this Idempotency-Key is still running"
    headers = {"Retry-After": "1"}  # noqa: RUF012 - as its parent has it


class KeyUsedForAnother(Invalid):
    title = "This Idempotency-Key was used for another request"


class AnsweredMeanwhile(Exception):
    """Another request with the same Idempotency-Key was answered since this one came."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def read_key(header: str) -> str:
    """Return the key without its quotes. The standard has it quoted; unquoted is taken too."""
    header = header.strip(" \t")
    quoted = _QUOTED.fullmatch(header)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else header
    if not 1 <= len(key) <= LONGEST or not (quoted or _UNQUOTED.fullmatch(header)):
        raise Malformed(
            "Idempotency-Key is not a quoted string of 1 to 255 printable characters",
            errors=[FieldError("Idempotency-Key", "1 to 255 printable ASCII characters, in double quotes", "header")],
        )
    return key


def begin_fingerprint(request: Request) -> "hashlib._Hash":
    """Begin the digest of a request, which its body is to be added to."""
    query = request.scope["query_string"].decode("latin-1")
    return hashlib.sha256(f"{request.method} {request.scope['path']}?{query}\n".encode())


def end_fingerprint(request: Request, digest: "hashlib._Hash") -> bytes:
    """Return the digest of a request whose body was added."""
    if person := request.headers.get(ACTS_FOR):
        digest.update(f"\n{ACTS_FOR}: {person}".encode())
    return digest.digest()


async def compute_fingerprint(request: Request) -> bytes:
    digest = begin_fingerprint(request)
    digest.update(await request.body())
    return end_fingerprint(request, digest)


async def load_response(session: AsyncSession, principal: Principal, key: str, fingerprint: bytes) -> Response | None:
    """Return the response stored for this key, if any; lock the key until the transaction ends."""
    connection = await get_driver(session)
    if not await connection.fetchval(_LOCK, principal.client_id, key):
        raise StillRunning
    if (row := await connection.fetchrow(_FIND, principal.client_id, key)) is None:
        return None
    return _replay(row, fingerprint)


async def is_stored(session: AsyncSession, principal: Principal, key: str) -> bool:
    """Return whether a response is stored for this key, whatever the request was."""
    return await (await get_driver(session)).fetchrow(_FIND, principal.client_id, key) is not None


def _replay(row: Mapping[str, Any], fingerprint: bytes) -> Response:
    if row["fingerprint"] != fingerprint:
        raise KeyUsedForAnother(errors=[FieldError("Idempotency-Key", "already used for another request", "header")])
    headers = {**row["headers"], "Idempotency-Replayed": "true"}
    return Response(row["body"], status_code=row["status"], headers=headers)


async def save_response(
    session: AsyncSession, principal: Principal, key: str, fingerprint: bytes, response: Response, *, body: bytes
) -> None:
    """Store the response for repetitions of the request, with `body` as what they get."""
    headers = json.dumps({name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers})
    driver = await get_driver(session)
    await driver.execute(_STORE, principal.client_id, key, fingerprint, response.status_code, headers, body)
