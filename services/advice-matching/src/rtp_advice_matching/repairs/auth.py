"""The person who acts on a round, as a type in the signature of a route."""

from typing import Annotated

from fastapi import Depends, Header

from rtp_advice_matching.auth import SupportMatcher
from rtp_advice_matching.repairs.errors import NotThatPerson
from rtp_advice_matching.repairs.models import Person
from rtp_shared.problems import FieldError


async def _get_person(
    principal: SupportMatcher,
    on_behalf_of: Annotated[
        str | None,
        Header(
            pattern=r"^[A-Za-z0-9._~-]{1,100}$",
            description="Opaque reference of the person who acts; the client vouches for the person. Without it, the "
            "client acts for itself.",
        ),
    ] = None,
) -> Person:
    own = f"client.{principal.client_id}"
    if on_behalf_of and on_behalf_of.startswith("client.") and on_behalf_of != own:
        raise NotThatPerson(errors=[FieldError("On-Behalf-Of", "is another client", "header")])
    return Person(on_behalf_of or own, principal.client_id)


Acting = Annotated[Person, Depends(_get_person)]
"""The person who acts, and the client that vouches for them."""
