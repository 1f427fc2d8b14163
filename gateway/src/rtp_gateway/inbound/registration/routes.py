"""The clients of one's own organisation: HTTP in, HTTP out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from rtp_gateway.clients.models import Client
from rtp_gateway.inbound.registration import commands, queries
from rtp_gateway.inbound.registration.auth import Acting, ClientId, ClientManager
from rtp_gateway.inbound.registration.commands import WithSecret
from rtp_gateway.inbound.registration.schemas import (
    ClientChanges,
    ClientChangeView,
    ClientOpening,
    ClientSecret,
    ClientView,
    SecretRotation,
)
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

registration = create_router(prefix="/v1/clients", tags=["Clients"])


@registration.post("", status_code=201)
async def open_client(
    opening: ClientOpening, _: ClientManager, manager: Acting, session: Session, request: Request, response: Response
) -> ClientSecret:
    """Make a client of your organisation.

    It may do no more than you may. With `jwks` or `jwksUri` it proves itself by a JWT that it signs (private_key_jwt);
    without, by the `clientSecret` of this answer. Keep that: it is not shown again, also not when the request is
    repeated with its Idempotency-Key. An id is taken once for the whole platform, and for good.
    """
    made = await commands.open_client(session, opening.client_id, _read_facts(opening), by=manager)
    response.headers["Location"] = f"/v1/clients/{made.client.client_id}"
    return _show_secret(made, request, response)


@registration.get("")
async def list_clients(
    principal: ClientManager, session: Session, limit: Limit = 50, after: After = None
) -> Page[ClientView]:
    """List the clients of your organisation, by their ids, the deactivated ones with them."""
    key = decode_cursor(after, str)
    rows = await queries.list_clients(session, principal.organisation, limit=limit, after=key[0] if key else None)
    page, last = cut(rows, limit)
    return Page(items=[_describe(each) for each in page], next=last and encode_cursor(last.client_id))


@registration.get("/{client_id}")
async def get_client(client_id: ClientId, principal: ClientManager, session: Session, response: Response) -> ClientView:
    """Read a client of your organisation."""
    return _show(await queries.get_client(session, client_id, organisation=principal.organisation), response)


@registration.patch("/{client_id}")
async def change_client(
    client_id: ClientId,
    changes: ClientChanges,
    version: ExpectedVersion,
    _: ClientManager,
    manager: Acting,
    session: Session,
    response: Response,
) -> ClientView:
    """Change what a client is called, may do, until when it is let in, or what its keys are.

    Tokens that say more than it may now hold no more, within two seconds. `jwks` takes the place of `jwksUri`, and the
    other way round; `null` for the one that it has takes its keys away, and it proves itself by its secret.
    """
    facts = _read_facts(changes, only=changes.model_fields_set)
    return _show(await commands.change_client(session, client_id, facts, version=version, by=manager), response)


@registration.post("/{client_id}/actions/rotate-client-secret")
async def rotate_client_secret(
    client_id: ClientId,
    rotation: SecretRotation,
    version: ExpectedVersion,
    _: ClientManager,
    manager: Acting,
    session: Session,
    request: Request,
    response: Response,
) -> ClientSecret:
    """Give a client a new secret. The one before holds for `overlapHours`, so that it changes over without a pause."""
    overlap = timedelta(hours=rotation.overlap_hours)
    made = await commands.rotate_secret(session, client_id, overlap, version=version, by=manager)
    return _show_secret(made, request, response)


@registration.post("/{client_id}/actions/deactivate")
async def deactivate_client(
    client_id: ClientId,
    version: ExpectedVersion,
    _: ClientManager,
    manager: Acting,
    session: Session,
    response: Response,
) -> ClientView:
    """Remove a client: it gets no token any more, and those that it has hold no more, within two seconds.

    Its streams end and its queues are closed. It stays in the list, and can be activated again; no token from before
    holds then.
    """
    return _show(await commands.deactivate_client(session, client_id, version=version, by=manager), response)


@registration.post("/{client_id}/actions/activate")
async def activate_client(
    client_id: ClientId,
    version: ExpectedVersion,
    _: ClientManager,
    manager: Acting,
    session: Session,
    request: Request,
    response: Response,
) -> ClientSecret:
    """Let a deactivated client in again: by its keys if it has some, otherwise by the new secret of this answer."""
    made = await commands.activate_client(session, client_id, version=version, by=manager)
    return _show_secret(made, request, response)


@registration.get("/{client_id}/changes")
async def list_client_changes(
    client_id: ClientId, principal: ClientManager, session: Session, limit: Limit = 50, after: After = None
) -> Page[ClientChangeView]:
    """List what was changed of a client, by whom and on whose behalf, newest first; nothing of it is secret."""
    key = decode_cursor(after, UUID)
    client = await queries.get_client(session, client_id, organisation=principal.organisation)
    rows = await queries.list_changes(session, client, limit=limit, after=key[0] if key else None)
    page, last = cut(rows, limit)
    items = [ClientChangeView.model_validate(each) for each in page]
    return Page(items=items, next=last and encode_cursor(last.id))


def _read_facts(said: ClientOpening | ClientChanges, *, only: set[str] | None = None) -> dict[str, Any]:
    """Return what is said of a client by the names of its columns; what one way of keys says ends the other."""
    facts = said.model_dump(include=only, exclude={"client_id"})
    if "jwks" in facts or "jwks_uri" in facts:
        facts["keys"], facts["keys_url"] = facts.pop("jwks", None), facts.pop("jwks_uri", None)
    return facts


def _describe(client: Client) -> ClientView:
    return ClientView(**_list_shown(client))


def _list_shown(client: Client) -> Mapping[str, Any]:
    names = ClientView.model_fields.keys() - {"jwks", "jwks_uri"}
    return {**{name: getattr(client, name) for name in names}, "jwks": client.keys, "jwks_uri": client.keys_url}


def _show(client: Client, response: Response) -> ClientView:
    response.headers["ETag"] = format_etag(client.version)
    return _describe(client)


def _show_secret(made: WithSecret, request: Request, response: Response) -> ClientSecret:
    response.headers["ETag"] = format_etag(made.client.version)
    response.headers["Cache-Control"] = "no-store"
    shown = ClientSecret(**_list_shown(made.client), client_secret=made.secret, former_secret_until=made.former_until)
    # What is kept for a repetition by Idempotency-Key must not hold a secret in the clear.
    kept = shown.model_copy(update={"client_secret": None})
    request.state.stored_body = kept.model_dump_json(by_alias=True).encode()
    return shown
