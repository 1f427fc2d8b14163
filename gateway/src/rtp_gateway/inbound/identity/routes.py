"""OAuth 2: tokens by client credentials, keys and metadata. Source: RFC 6749, 6750, 7517, 8414, 9068."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from rtp_gateway.clients.keys import ALGORITHMS
from rtp_gateway.clients.models import SCOPES
from rtp_gateway.inbound.identity.authentication import authenticate_client, fetch_keys, read_form, read_proof
from rtp_gateway.inbound.identity.commands import (
    TokenRefused,
    bound_lifetime,
    choose_scopes,
    describe_token,
    revoke_token,
)
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.inbound.identity.refusals import NOT_STORED, describe_refusal, refuse_method
from rtp_gateway.inbound.identity.schemas import IntrospectionView, KeysView, MetadataView, TokenView
from rtp_gateway.settings import GatewaySettings
from rtp_shared.auth import Public
from rtp_shared.dependencies import Now, Session
from rtp_shared.identities import Principal
from rtp_shared.problems import Unauthenticated
from rtp_shared.service import Runtime
from rtp_shared.web import RouteHandler, ServiceRoute

ENDPOINT = "/oauth2/token"


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

    async def _answer(self, inner: RouteHandler, request: Request, client: Principal | None) -> Response:
        """Read the form first, and what the client's keys are: that may ask an address, and holds no connection."""
        request.state.form = form = await read_form(request)
        _require_fields(form, grants=self.path == ENDPOINT)
        request.state.proof = proof = read_proof(request, form)
        request.state.fetched_keys = await fetch_keys(request, proof)
        return await super()._answer(inner, request, client)

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

_CREDENTIALS = {
    "client_id": {"type": "string", "description": "Unless given by HTTP Basic"},
    "client_secret": {"type": "string", "description": "Unless given by HTTP Basic, or an assertion is"},
    "client_assertion_type": {
        "type": "string",
        "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "description": "With an assertion",
    },
    "client_assertion": {
        "type": "string",
        "description": "Instead of a secret: a JWT signed by a key of the client (RFC 7523), which is taken once",
    },
}


def _describe_form(required: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": [required], "properties": {**properties, **_CREDENTIALS}}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


_GRANT_FORM = _describe_form(
    "grant_type",
    {
        "grant_type": {"type": "string", "const": "client_credentials"},
        "scope": {"type": "string", "description": "Scopes wanted, with spaces between; all if left out"},
    },
)
_TOKEN_FORM = _describe_form(
    "token",
    {
        "token": {"type": "string", "description": "The access token"},
        "token_type_hint": {"type": "string", "description": "Left aside: there are access tokens alone"},
    },
)


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


_REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": _ERROR,
    401: {"description": "invalid_client: these are no credentials of a client"},
    429: {"description": "Too many wrong credentials of this client from this address"},
}


@tokens.post(ENDPOINT, response_model=TokenView, openapi_extra=_GRANT_FORM, responses=_REFUSALS)
async def get_token(request: Request, _: Anyone, session: Session, now: Now) -> JSONResponse:
    """Get an access token by client credentials (RFC 6749 section 4.4).

    The client authenticates by HTTP Basic, by client_id and client_secret in the form, or by a client_assertion that it
    signed with its own key (RFC 7523; RS512 with kid as NHS England has it, PS256, ES256 or EdDSA). An assertion is for
    the issuer or for the address of this endpoint, expires at most five minutes ahead, and is taken once. An access
    token that comes with the request is left aside, so that one that has expired can be renewed. Every refusal is as
    RFC 6749 section 5.2 has it, and no answer is to be stored.
    """
    client = await authenticate_client(request, session, request.state.proof)
    scopes = choose_scopes(client, request.state.form.get("scope"))
    settings: GatewaySettings = request.app.state.runtime.settings
    key: SigningKey = request.app.state.signing_key
    seconds = bound_lifetime(client, seconds=settings.token_seconds, now=now)
    token = key.sign_access_token(
        issuer=settings.public_url,
        client_id=client.client_id,
        organisation=client.organisation,
        scopes=scopes,
        seconds=seconds,
        now=now,
        generation=client.generation,
    )
    answer = {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(scopes)}
    return JSONResponse(answer)


@tokens.post("/oauth2/revoke", response_class=Response, openapi_extra=_TOKEN_FORM, responses=_REFUSALS)
async def revoke_access_token(request: Request, _: Anyone, session: Session) -> Response:
    """Revoke an access token of yours (RFC 7009): it holds no more, within two seconds.

    The client authenticates as for a token. A token that does not hold anyway is answered as one that was revoked; one
    of another client is refused with invalid_request, and holds on.
    """
    client = await authenticate_client(request, session, request.state.proof)
    principal = await _verify(request, request.state.form["token"])
    if principal is not None and principal.client_id != client.client_id:
        raise TokenRefused("invalid_request", "the token was given to another client")
    if principal is not None:
        await revoke_token(session, principal)
    return Response()


@tokens.post(
    "/oauth2/introspect",
    response_model=IntrospectionView,
    response_model_exclude_none=True,
    openapi_extra=_TOKEN_FORM,
    responses=_REFUSALS,
)
async def introspect_token(request: Request, _: Anyone, session: Session) -> JSONResponse:
    """Ask whether an access token holds now, and for what (RFC 7662): one of your own organisation.

    The client authenticates as for a token. Of a token that has expired, was revoked, says what holds no more of its
    client, is of another organisation or is none, the answer is `active` false and nothing else.
    """
    client = await authenticate_client(request, session, request.state.proof)
    principal = await _verify(request, request.state.form["token"])
    return JSONResponse({"active": False} if principal is None else describe_token(principal, client))


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
    methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    algorithms = list(ALGORITHMS)
    return MetadataView(
        issuer=issuer,
        token_endpoint=f"{issuer}/oauth2/token",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        scopes_supported=sorted(SCOPES),
        grant_types_supported=["client_credentials"],
        token_endpoint_auth_methods_supported=methods,
        token_endpoint_auth_signing_alg_values_supported=algorithms,
        revocation_endpoint=f"{issuer}/oauth2/revoke",
        revocation_endpoint_auth_methods_supported=methods,
        revocation_endpoint_auth_signing_alg_values_supported=algorithms,
        introspection_endpoint=f"{issuer}/oauth2/introspect",
        introspection_endpoint_auth_methods_supported=methods,
        introspection_endpoint_auth_signing_alg_values_supported=algorithms,
        service_documentation=f"{issuer}/docs",
    )


def _require_fields(form: Mapping[str, str], *, grants: bool) -> None:
    """Raise TokenRefused unless the form says what is asked for: what kind of grant, or of which token."""
    if (name := "grant_type" if grants else "token") not in form:
        raise TokenRefused("invalid_request", f"{name} is missing")
    if grants and form["grant_type"] != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "only client_credentials is supported")


async def _verify(request: Request, token: str) -> Principal | None:
    """Return whose token it is, if it holds now."""
    runtime: Runtime = request.app.state.runtime
    try:
        return await runtime.verifier.verify(token)
    except Unauthenticated:
        return None
