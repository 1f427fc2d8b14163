"""References of people and clients, and the identity by which the central team sees cases."""

from typing import Annotated

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

OVERSIGHT = "scope:cases:oversee"
"""Reader of every submitted case: the central mutuals team, by a scope of its clients."""
NOBODY = "~"
"""In place of the client that speaks for a staff group, until the employer lets one in. No client has that id."""
OF_CLIENTS = "client."
"""Begins the references of clients that act for themselves, which nobody else may claim or be given."""


def name_client(client_id: str) -> str:
    """Return the reference under which a client acts if it names nobody."""
    return f"{OF_CLIENTS}{client_id}"


def _refuse_client_reference(person: str) -> str:
    if person.startswith(OF_CLIENTS):
        raise ValueError(f"begins with {OF_CLIENTS!r}, as only clients that act for themselves do")
    return person


def _ask_for_reference(value: object, check: ValidatorFunctionWrapHandler) -> str:
    """Say what is meant where somebody gives a name: the pattern alone does not."""
    try:
        checked: str = check(value)
    except ValidationError:
        raise ValueError(
            "must be the opaque reference of a person, as the case's parties have it, such as p-4f1d9a: 1 to 100 "
            "letters, digits and . _ ~ -; no name"
        ) from None
    return checked


PersonRef = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,100}$"),
    WrapValidator(_ask_for_reference),
    AfterValidator(_refuse_client_reference),
    Field(
        description="Opaque reference of a person, the same for one human in every case and role; no name, no e-mail; "
        "none that begins with `client.`",
        examples=["p-4f1d9a"],
    ),
]
