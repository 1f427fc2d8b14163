"""OAuth 2: tokens by client credentials, keys and metadata. Source: RFC 6749, 6750, 7517, 8414, 9068."""

import base64
import binascii
from typing import Annotated
from urllib.parse import parse_qs, unquote_plus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from rtp_gateway.clients.models import SCOPES
from rtp_gateway.inbound.identity.commands import TokenRefused, grant_scopes
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.inbound.identity.refusals import NOT_STORED, describe_refusal, refuse_method
from rtp_gateway.inbound.identity.schemas import KeysView, MetadataView, TokenView
from rtp_gateway.settings import GatewaySettings
from rtp_shared.auth import Public
from rtp_shared.dependencies import Now, Session
from rtp_shared.identities import Principal
from rtp_shared.middleware import BODY, RequestBody
from rtp_shared.web import RouteHandler, ServiceRoute

FORM_LIMIT = 8192
"""Bytes of a token request: a secret and a list of scopes have a few hundred."""


class OAuthRoute(ServiceRoute):
    """A route of OAuth, which leaves aside parameters that it does not know (RFC 6749 section 3.2), and any token."""

    reads_tokens = False
    refuses_unknown_parameters = False


class TokenRoute(OAuthRoute):
    """The token endpoint's route, which refuses as RFC 6749 section 5.2 says, whatever is wrong."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, by another method too: RFC 6749 section 3.2 has POST alone."""
        allowed = self.methods or set()
        if scope["method"] in allowed:
            await super().handle(scope, receive, send)
        else:
            await refuse_method(scope["method"], allowed)(scope, receive, send)

    def get_route_handler(self) -> RouteHandler:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await inner(request)
            except Exception as error:
                if (refused := describe_refusal(error)) is None:
                    raise
                response = refused
            response.headers.update(NOT_STORED)
            return response

        return handle


identity = APIRouter(route_class=OAuthRoute, tags=["Identity"])
tokens = APIRouter(route_class=TokenRoute, tags=["Identity"])

Anyone = Annotated[Principal | None, Depends(Public())]

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "client_id": {"type": "string", "description": "Unless given by HTTP Basic"},
                        "client_secret": {"type": "string", "description": "Unless given by HTTP Basic"},
                        "scope": {
                            "type": "string",
                            "description": "Scopes wanted, with spaces between; all if left out",
                        },
                    },
                }
            }
        },
    }
}


_ERROR = {
    "description": "Refused; `error` is one of the words of RFC 6749 section 5.2",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
            }
        }
    },
}


@tokens.post(
    "/oauth2/token",
    response_model=TokenView,
    openapi_extra=_FORM,
    responses={"4XX": _ERROR, 401: {"description": "invalid_client: these are no credentials of a client"}},
)
async def get_token(request: Request, _: Anyone, session: Session, now: Now) -> JSONResponse:
    """Get an access token by client credentials (RFC 6749 section 4.4).

    The client authenticates by HTTP Basic, or by client_id and client_secret in the form. An access token that comes
    with the request is left aside, so that one that has expired can be renewed. Every refusal is as RFC 6749 section
    5.2 has it, and no answer is to be stored.
    """
    body: RequestBody = request.scope[BODY]
    body.allow(FORM_LIMIT)
    form = await _read_form(request)
    client_id, secret = _read_credentials(request, form)
    client, scopes = await grant_scopes(session, client_id=client_id, secret=secret, requested=form.get("scope"))
    settings: GatewaySettings = request.app.state.runtime.settings
    key: SigningKey = request.app.state.signing_key
    token = key.sign_access_token(
        issuer=settings.public_url,
        client_id=client.client_id,
        organisation=client.organisation,
        scopes=scopes,
        seconds=settings.token_seconds,
        now=now,
        generation=client.generation,
    )
    answer = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": settings.token_seconds,
        "scope": " ".join(scopes),
    }
    return JSONResponse(answer)


@identity.get("/.well-known/jwks.json", response_model=KeysView)
async def get_keys(request: Request, _: Anyone) -> JSONResponse:
    """The public keys that access tokens are verified with (RFC 7517)."""
    key: SigningKey = request.app.state.signing_key
    return JSONResponse(key.build_jwks(), headers={"Cache-Control": "max-age=300"})


@identity.get("/.well-known/oauth-authorization-server")
async def get_metadata(request: Request, _: Anyone) -> MetadataView:
    """What this authorization server offers (RFC 8414)."""
    # No response_types_supported: there are none, and section 3.2 has claims without elements omitted.
    issuer = request.app.state.runtime.settings.public_url
    return MetadataView(
        issuer=issuer,
        token_endpoint=f"{issuer}/oauth2/token",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        scopes_supported=sorted(SCOPES),
        grant_types_supported=["client_credentials"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        service_documentation=f"{issuer}/docs",
    )


async def _read_form(request: Request) -> dict[str, str]:
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
    form = {name: values[0] for name, values in fields.items() if values[0]}
    if "grant_type" not in form:
        raise TokenRefused("invalid_request", "grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "only client_credentials is supported")
    return form


def _read_credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded.strip(" "), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise TokenRefused("invalid_client", "the Basic credentials cannot be read") from error
        client_id, secret = unquote_plus(client_id), unquote_plus(secret)
        if "client_secret" in form or form.get("client_id", client_id) != client_id:
            raise TokenRefused("invalid_request", "credentials by HTTP Basic and in the form")
    else:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if not client_id or not secret or "\x00" in client_id:
        raise TokenRefused("invalid_client", "client_id and client_secret are needed")
    return client_id, secret
