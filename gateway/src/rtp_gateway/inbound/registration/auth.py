"""Access to the clients of one's own organisation, as types in the signature of a route."""

from typing import Annotated

from fastapi import Depends, Header, Path

from rtp_gateway.clients.models import CLIENT_ID
from rtp_gateway.inbound.registration.commands import Manager
from rtp_gateway.inbound.registration.errors import NotThisPerson
from rtp_shared.auth import Access
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError

ClientManager = Annotated[Principal, Depends(Access("clients:manage"))]
ClientId = Annotated[str, Path(pattern=CLIENT_ID, description="The client's id")]


async def _get_manager(
    principal: ClientManager,
    on_behalf_of: Annotated[
        str | None,
        Header(
            pattern=r"^[A-Za-z0-9._~-]{1,100}$",
            description="Opaque reference of the person who acts, for the record of changes; the client vouches for "
            "the person. Without it, the client acts for itself.",
        ),
    ] = None,
) -> Manager:
    own = f"client.{principal.client_id}"
    if on_behalf_of and on_behalf_of.startswith("client.") and on_behalf_of != own:
        raise NotThisPerson(errors=[FieldError("On-Behalf-Of", "is another client", "header")])
    return Manager(principal.client_id, principal.organisation, principal.scopes, on_behalf_of or own)


Acting = Annotated[Manager, Depends(_get_manager)]
"""The client that manages others, and the person that it acts for."""
