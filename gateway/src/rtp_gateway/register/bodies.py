"""Looking up the public body that a client is of, at the platform's own address."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

import httpx

from rtp_gateway.clients.errors import CannotRegister

_NIL = UUID(int=0)


@dataclass(frozen=True)
class Organisation:
    """An organisation that a client is of."""

    id: UUID
    description: str


def find_organisation(reference: str, *, unchecked: bool, url: str) -> Organisation:
    """Return the public body of this id or identifier; unchecked, any organisation by its id. Raises CannotRegister."""
    return _read_id(reference) if unchecked else _find_body(reference, url)


def _read_id(reference: str) -> Organisation:
    try:
        found = UUID(reference)
    except ValueError:
        raise CannotRegister(f"--organisation is not an id, which it must be with --unchecked: {reference}") from None
    if found == _NIL:
        raise CannotRegister("--organisation is the id of nobody")
    return Organisation(found, f"{found}, which was not looked up")


def _find_body(reference: str, url: str) -> Organisation:
    try:
        answer = httpx.get(f"{url}/v1/bodies/{quote(reference, safe='')}", timeout=10)
        if answer.status_code in (404, 422):
            raise CannotRegister(
                f"there is no public body {reference}: {url}/v1/bodies lists them; an organisation that is none, such "
                "as a portal or a network, is named by an id of its own with --unchecked"
            )
        body = answer.raise_for_status().json()
        ended = f", which ended on {body['endedOn']}" if body["endedOn"] else ""
        return Organisation(UUID(body["id"]), f"{body['name']}{ended}")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise CannotRegister(
            f"the public bodies cannot be read at {url}, which RTP_BODIES_URL says ({type(error).__name__}): start the "
            "platform, or give the id with --unchecked"
        ) from error
