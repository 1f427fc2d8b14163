"""Proving a client at the endpoints of OAuth: by HTTP Basic, by the form, or by an assertion that it signed."""

import base64
import binascii
import re
from urllib.parse import parse_qs, unquote_plus

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.models import CLIENT_ID, Client
from rtp_gateway.clients.queries import read_credentials
from rtp_gateway.inbound.identity.assertions import (
    ASSERTION_TYPE,
    Assertion,
    read_assertion,
    use_once,
    verify_assertion,
)
from rtp_gateway.inbound.identity.client_keys import ClientKeys
from rtp_gateway.inbound.identity.commands import SecretProof, TokenRefused, require_secret
from rtp_gateway.inbound.identity.guessing import GuessingLimiter
from rtp_gateway.types import JsonObject
from rtp_shared.middleware import BODY, RequestBody
from rtp_shared.service import Runtime
from rtp_shared.web import begin

FORM_LIMIT = 8192
"""Bytes of a request: a token and an assertion have a thousand each, a secret and a list of scopes a few hundred."""

Form = dict[str, str]
Proof = SecretProof | Assertion


async def read_form(request: Request) -> Form:
    body: RequestBody = request.scope[BODY]
    body.allow(FORM_LIMIT)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise TokenRefused("invalid_request", "send application/x-www-form-urlencoded")
    try:
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise TokenRefused("invalid_request", "the form cannot be read") from error
    if any(len(values) > 1 for values in fields.values()):
        raise TokenRefused("invalid_request", "a field is given twice")
    # A parameter without a value counts as left out (RFC 6749 section 3.2).
    return {name: values[0] for name, values in fields.items() if values[0]}


def read_proof(request: Request, form: Form) -> Proof:
    """Return that by which the client proves itself; it uses one way (RFC 6749 section 2.3). Raises TokenRefused."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    basic = scheme.lower() == "basic"
    if "client_assertion" in form or "client_assertion_type" in form:
        if basic or "client_secret" in form:
            raise TokenRefused("invalid_request", "credentials by an assertion and in another way")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenRefused("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        return read_assertion(form.get("client_assertion", ""), client_id=form.get("client_id"))
    in_form = form.get("client_id", ""), form.get("client_secret", "")
    client_id, secret = _read_basic(encoded, form) if basic else in_form
    if not client_id or not secret:
        raise TokenRefused("invalid_client", "client_id and client_secret are needed, or a client_assertion")
    if not re.fullmatch(CLIENT_ID, client_id):
        raise TokenRefused("invalid_client", "unknown client or wrong secret")
    return SecretProof(client_id, secret)


def _read_basic(encoded: str, form: Form) -> tuple[str, str]:
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(" "), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TokenRefused("invalid_client", "the Basic credentials cannot be read") from error
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    if "client_secret" in form or form.get("client_id", client_id) != client_id:
        raise TokenRefused("invalid_request", "credentials by HTTP Basic and in the form")
    return client_id, secret


async def fetch_keys(request: Request, proof: Proof) -> JsonObject | None:
    """Return the keys that the client publishes at an address, fetched before any transaction; None without one."""
    if not isinstance(proof, Assertion):
        return None
    async with begin(request, read_only=True) as session:
        client, _ = await read_credentials(session, proof.client_id)
        url = client.keys_url if client is not None and client.active else None
    keys: ClientKeys = request.app.state.client_keys
    return await keys.get(url, proof.kid) if url else None


async def authenticate_client(request: Request, session: AsyncSession, proof: Proof) -> Client:
    """Return the client that asks. Raises TokenRefused, and TooManyFailures for whoever guesses secrets."""
    if isinstance(proof, Assertion):
        return await _require_signer(request, session, proof)
    limiter: GuessingLimiter = request.app.state.guessing_limiter
    address = request.client.host if request.client else ""
    limiter.require_turn(proof.client_id, address, proof.secret)
    runtime: Runtime = request.app.state.runtime
    try:
        client = await require_secret(session, proof, runtime.clock())
    except TokenRefused:
        limiter.count_failure(proof.client_id, address, proof.secret)
        raise
    limiter.count_success(proof.client_id, address, proof.secret)
    return client


async def _require_signer(request: Request, session: AsyncSession, proof: Assertion) -> Client:
    runtime: Runtime = request.app.state.runtime
    client, _ = await read_credentials(session, proof.client_id)
    keys = request.state.fetched_keys or (client.keys if client is not None else None)
    if client is None or keys is None or not client.is_let_in(runtime.clock()):
        raise TokenRefused("invalid_client", "unknown client, or one that has registered no keys")
    issuer = runtime.settings.public_url
    claims = verify_assertion(proof, keys, [f"{issuer}/oauth2/token", issuer])
    await use_once(session, client.client_id, claims)
    return client
