"""Requests for access to one's data: HTTP in, HTTP out."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.auth import Acting, SubjectReader
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.subject_access import commands, queries
from rtp_applications.subject_access.models import SubjectAccessRequest
from rtp_applications.subject_access.schemas import (
    AccessAnswer,
    AccessExtension,
    AccessRequestOpening,
    AccessRequestView,
)
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

access_requests = create_router(prefix="/v1/subject-access-requests", tags=["Personal data"])

AccessRequestId = Annotated[UUID, Path(description="The request's id")]


@access_requests.post("", status_code=201)
async def request_access(
    opening: AccessRequestOpening, _: SubjectReader, caller: Acting, session: Session, now: Now, response: Response
) -> AccessRequestView:
    """Note that a person asks what is kept of them, which starts the clock.

    It is answered within one month of today (UK GDPR Article 12(3)). Your client knows of it, and whoever answers for
    the data. What is handed out is made at `/v1/subject-data`.
    """
    request = await commands.request_access(session, person=opening.person, scope=opening.scope, caller=caller, now=now)
    response.headers["Location"] = f"/v1/subject-access-requests/{request.id}"
    return _show(request, response)


@access_requests.get("")
async def list_access_requests(
    principal: SubjectReader,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    open_only: Annotated[bool, Query(alias="open", description="Only those without an answer")] = False,
    overdue: Annotated[bool, Query(description="Only those that should be answered by now, and are not")] = False,
) -> Page[AccessRequestView]:
    """List the requests that were made through your client, or all with `personal-data:oversee`. Newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_requests(
        session,
        readers=principal.identities,
        today=civil_date(now),
        limit=limit,
        after=key[0] if key else None,
        open_only=open_only,
        overdue=overdue,
    )
    page, last = cut(rows, limit)
    return Page(items=[AccessRequestView.model_validate(each) for each in page], next=last and encode_cursor(last.id))


@access_requests.get("/{access_request_id}")
async def get_access_request(
    access_request_id: AccessRequestId, principal: SubjectReader, session: Session, response: Response
) -> AccessRequestView:
    """Read a request for access, and by when it is to be answered."""
    return _show(await queries.get_request(session, access_request_id, readers=principal.identities), response)


@access_requests.post("/{access_request_id}/actions/extend")
async def extend_access_request(
    access_request_id: AccessRequestId,
    extension: AccessExtension,
    version: ExpectedVersion,
    _: SubjectReader,
    caller: Acting,
    session: Session,
    now: Now,
    response: Response,
) -> AccessRequestView:
    """Take two further months for the answer, where the request is complex or there are many.

    The person must be told so within one month of the request: it is refused after that.
    """
    request = await commands.handle(
        session, access_request_id, lambda found: found.extend(extension.reason, version, now), caller=caller
    )
    return _show(request, response)


@access_requests.post("/{access_request_id}/actions/answer")
async def answer_access_request(
    access_request_id: AccessRequestId,
    answer: AccessAnswer,
    version: ExpectedVersion,
    _: SubjectReader,
    caller: Acting,
    session: Session,
    now: Now,
    response: Response,
) -> AccessRequestView:
    """Note that the person was answered: handed what is kept, or told why not, and where to complain."""
    request = await commands.handle(
        session, access_request_id, lambda found: found.give_answer(answer.refusal, version, now), caller=caller
    )
    return _show(request, response)


def _show(request: SubjectAccessRequest, response: Response) -> AccessRequestView:
    response.headers["ETag"] = format_etag(request.version)
    return AccessRequestView.model_validate(request)
