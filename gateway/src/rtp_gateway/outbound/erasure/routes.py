"""Erasing one person's data from stored events: HTTP in, HTTP out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_gateway.outbound.erasure import commands
from rtp_gateway.outbound.erasure.auth import Acting, Eraser
from rtp_gateway.outbound.erasure.models import Erasure
from rtp_gateway.outbound.erasure.queries import Found
from rtp_gateway.outbound.erasure.schemas import ErasureOpening, ErasureView, Findings, NamingEvent
from rtp_shared.dependencies import ExpectedVersion, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.web import create_router

erasures = create_router(prefix="/v1/erasures", tags=["Erasure"])

SHOWN = 1000
ErasureId = Annotated[UUID, Path(description="The erasure's id")]
DryRun = Annotated[bool, Query(alias="dryRun", description="Only list what would go, and ask for nothing")]


_FOUND: dict[int | str, dict[str, Any]] = {
    200: {"model": Findings, "description": "A dry run"},
    404: {"description": "No event names such a person"},
}


@erasures.post("", status_code=201, responses=_FOUND)
async def ask_for_erasure(
    opening: ErasureOpening,
    _: Eraser,
    person: Acting,
    session: Session,
    now: Now,
    response: Response,
    dry_run: DryRun = False,
) -> ErasureView | Findings:
    """Ask that one person's data goes from all stored events, and from what is kept of subscribers' answers.

    The person is named by the id by which events name them; it is looked for in the fields that hold ids of such
    people, and nowhere else. The answer lists what would go. Nothing goes before a second person has confirmed it,
    within seven days. With `dryRun` the list is all.
    """
    if dry_run:
        response.status_code = 200
        return _list_found(await commands.look_for(session, opening.kind, opening.id))
    erasure, found = await commands.ask_for_erasure(session, opening.kind, opening.id, by=person, now=now)
    response.headers["Location"] = f"/v1/erasures/{erasure.id}"
    return _show(erasure, found, response)


@erasures.get("/{erasure_id}")
async def get_erasure(erasure_id: ErasureId, _: Eraser, session: Session, response: Response) -> ErasureView:
    """Read an erasure that was asked for, with the list of what would go. The ETag stands for that list."""
    return _show(*await commands.read_erasure(session, erasure_id), response)


@erasures.post("/{erasure_id}/actions/confirm")
async def confirm_erasure(
    erasure_id: ErasureId,
    version: ExpectedVersion,
    _: Eraser,
    person: Acting,
    session: Session,
    now: Now,
    response: Response,
) -> ErasureView:
    """Confirm an erasure that another person asked for: what was listed goes, for good.

    If-Match is the ETag of the list that you read; where more names the person by now, read it again. An erased event
    stays in its place with its attributes (`erasedat`, `eventhash`), so that sequences have no holes and hashes still
    prove the rest. Subscribers that it was sent to are told of nothing: they hold their own copies, and erase them on
    their own duty.
    """
    erased = await commands.confirm_erasure(session, erasure_id, version=version, by=person, now=now)
    return _show(*erased, response)


def _show(erasure: Erasure, found: Found, response: Response) -> ErasureView:
    response.headers["ETag"] = format_etag(found.version)
    names = [name for name in ErasureView.model_fields if name != "findings"]
    return ErasureView(**{name: getattr(erasure, name) for name in names}, findings=_list_found(found))


def _list_found(found: Found) -> Findings:
    items = [NamingEvent(**{name: row[name] for name in NamingEvent.model_fields}) for row in found.events[:SHOWN]]
    return Findings(events=len(found.events), answers=len(found.answers), items=items)
