"""Access to routes, as types in their signatures."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response

from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.identities import OF_CLIENTS, name_client
from rtp_shared.auth import Access, Public
from rtp_shared.contracts.subject_data import ASK
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError, Forbidden

CaseReader = Annotated[Principal, Depends(Access("cases:read"))]
CaseWriter = Annotated[Principal, Depends(Access("cases:write"))]
BodyWriter = Annotated[Principal, Depends(Access("bodies:write"))]
Overseer = Annotated[Principal, Depends(Access("cases:oversee"))]
Importer = Annotated[Principal, Depends(Access("cases:import"))]
CaseLoader = Annotated[Principal, Depends(Access("cases:load"))]
SubjectReader = Annotated[Principal, Depends(Access(ASK))]
Anyone = Annotated[Principal | None, Depends(Public())]

STANDING = {"cases:oversee": Role.MUTUALS_TEAM, "cases:system": Role.SYSTEM}
"""Roles that a client has in every case, by scope."""


class NotThatClient(Forbidden):
    title = "A client that acts for itself is no person whom others could act for"


async def _get_caller(
    request: Request,
    response: Response,
    on_behalf_of: Annotated[
        str | None,
        Header(
            pattern=r"^[A-Za-z0-9._~-]{1,100}$",
            description="Opaque reference of the person who acts; the client vouches for the person. Without it, the "
            "client acts for itself, as `client.<its id>`, whom no other client may name. The same human has the same "
            "reference in every role; no name, no e-mail.",
        ),
    ] = None,
) -> Caller:
    principal: Principal = request.state.principal
    own = name_client(principal.client_id)
    if on_behalf_of and on_behalf_of.startswith(OF_CLIENTS) and on_behalf_of != own:
        raise NotThatClient(errors=[FieldError("On-Behalf-Of", "is another client", "header")])
    response.headers["Vary"] = "On-Behalf-Of"
    standing = frozenset(role for scope, role in STANDING.items() if scope in principal.scopes)
    return Caller(on_behalf_of or own, principal.identities, standing)


Acting = Annotated[Caller, Depends(_get_caller)]
"""The person who acts, and as whom the client sees cases."""
