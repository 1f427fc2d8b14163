"""All that is kept of one person: HTTP in, HTTP out."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse

from rtp_gateway.subject_data.assembly import assemble_export
from rtp_gateway.subject_data.page import render_export
from rtp_shared.auth import Access
from rtp_shared.contracts.subject_data import ASK, SubjectDataExport, SubjectQuestion
from rtp_shared.dependencies import Now, Session
from rtp_shared.identities import Principal
from rtp_shared.web import create_router

subject_data = create_router(prefix="/v1/subject-data", tags=["Personal data"])

SubjectReader = Annotated[Principal, Depends(Access(ASK))]
_OTHERWISE: dict[int | str, dict[str, Any]] = {
    404: {"description": "Nothing that is kept names such a person for whom you answer"},
    503: {"description": "A service does not say what it keeps: nothing is handed out, ask again"},
}
_PASSED_ON = ("authorization", "on-behalf-of")


@subject_data.post("", responses=_OTHERWISE)
async def export_subject_data(
    question: SubjectQuestion,
    principal: SubjectReader,
    request: Request,
    session: Session,
    now: Now,
    response: Response,
) -> SubjectDataExport:
    """Export all that is kept of one person, from every service, to be handed to that person (UK GDPR Article 15).

    Whoever vouches for the person gets what they vouched for; with `personal-data:oversee`, all. Each thing says where
    it came from, who may read it or was sent it, and how long it is kept. Nobody else is named in it; what cannot be
    shown without is counted. It is stored nowhere, and that it was made is logged: `/v1/personal-data-reads`.

    A profile as an adviser or mentor has no reference: give its id. The clock of the answer runs at
    `/v1/subject-access-requests`.
    """
    request.state.stored_body = b"{}"  # a repetition of the request finds nobody's data
    response.headers["Cache-Control"] = "no-store"
    return await _assemble(question, principal, request, session, now)


@subject_data.post("/page", response_class=HTMLResponse, responses=_OTHERWISE)
async def export_subject_data_page(
    question: SubjectQuestion, principal: SubjectReader, request: Request, session: Session, now: Now
) -> Response:
    """Export the same as a page that the person can read and print."""
    request.state.stored_body = b""
    return render_export(await _assemble(question, principal, request, session, now))


async def _assemble(
    question: SubjectQuestion, principal: Principal, request: Request, session: Session, now: Now
) -> SubjectDataExport:
    sent = [(name, request.headers[name]) for name in _PASSED_ON if name in request.headers]
    headers = [(name.encode(), value.encode("latin-1")) for name, value in sent]
    return await assemble_export(
        session, request.app.state.upstreams, question, actor=principal, headers=headers, now=now
    )
