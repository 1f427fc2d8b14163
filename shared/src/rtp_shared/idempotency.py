"""Idempotency-Key: the response to a write is stored in the write's own transaction and replayed for the same key.

Source: draft-ietf-httpapi-idempotency-key-header. Keys are scoped to the client; the fingerprint covers method, path,
query, body and on whose behalf the client acts, so a key used for something else, or by another person, is refused
(422); a first request still running is a 409.
A refused request stores nothing: it changed nothing either.
"""

import hashlib
import json
import re

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
_SHAPE = re.compile(r'"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,255}"|[\x21\x23-\x5b\x5d-\x7e]{1,255}')

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))"
# A statement of its own, so that it sees what the first request committed before it gave the lock back.
_FIND = "SELECT fingerprint, status, headers, body FROM stored_answers WHERE client_id = $1 AND key = $2"
_STORE = """
    INSERT INTO stored_answers (client_id, key, fingerprint, status, headers, body) VALUES ($1, $2, $3, $4, $5, $6)
"""


class StillRunning(Conflict):
    title = "The first request with this Idempotency-Key is still running"


class KeyUsedForAnother(Invalid):
    title = "This Idempotency-Key was used for another request"


def read_key(header: str) -> str:
    """Return the key without its quotes. The standard has it quoted; unquoted is taken too."""
    if not _SHAPE.fullmatch(header):
        raise Malformed(
            "Idempotency-Key is not a quoted string of 1 to 255 printable characters",
            errors=[FieldError("Idempotency-Key", "1 to 255 printable ASCII characters, in double quotes", "header")],
        )
    return header.strip('"')


async def compute_fingerprint(request: Request) -> bytes:
    query = request.scope["query_string"].decode("latin-1")
    digest = hashlib.sha256(f"{request.method} {request.scope['path']}?{query}\n".encode())
    digest.update(await request.body())
    if person := request.headers.get(ACTS_FOR):
        digest.update(f"\n{ACTS_FOR}: {person}".encode())
    return digest.digest()


async def load_response(session: AsyncSession, principal: Principal, key: str, fingerprint: bytes) -> Response | None:
    """Return the response stored for this key, if any; lock the key until the transaction ends."""
    connection = await get_driver(session)
    if not await connection.fetchval(_LOCK, principal.client_id, key):
        raise StillRunning
    if (row := await connection.fetchrow(_FIND, principal.client_id, key)) is None:
        return None
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
