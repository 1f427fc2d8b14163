"""Complaints on data protection: HTTP in, HTTP out."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.access_log.models import ReadKind
from rtp_applications.access_log.reads import PersonalDataReads
from rtp_applications.access_log.routing import LoggedRoute, Reads
from rtp_applications.auth import Acting, CaseReader, CaseWriter
from rtp_applications.complaints import commands, queries
from rtp_applications.complaints.models import PrivacyComplaint
from rtp_applications.complaints.schemas import ComplaintAnswer, ComplaintOpening, ComplaintProgress, ComplaintView
from rtp_applications.deadlines.rules.days import civil_date
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

complaints = create_router(prefix="/v1/data-protection-complaints", tags=["Personal data"])
complaints.route_class = LoggedRoute

ComplaintId = Annotated[UUID, Path(description="The complaint's id")]


@complaints.post("", status_code=201)
async def make_complaint(
    opening: ComplaintOpening, _: CaseWriter, caller: Acting, session: Session, now: Now, response: Response
) -> ComplaintView:
    """Complain to a body about its use of personal data.

    The body acknowledges it within 30 days, takes steps without undue delay, tells how they go, and answers (Data
    Protection Act 2018 s.164A, by the Data (Use and Access) Act 2025 s.103, from 19 June 2026). The client through
    which it was made knows of it, and the body: nobody else, not even the central team.
    """
    complaint = await commands.complain(session, body=opening.body, subject=opening.subject, caller=caller, now=now)
    response.headers["Location"] = f"/v1/data-protection-complaints/{complaint.id}"
    return _show(complaint, response)


@complaints.get("")
async def list_complaints(
    principal: CaseReader,
    session: Session,
    now: Now,
    reads: Reads,
    limit: Limit = 50,
    after: After = None,
    open_only: Annotated[bool, Query(alias="open", description="Only those without an outcome")] = False,
    overdue: Annotated[bool, Query(description="Only those that should be acknowledged by now, and are not")] = False,
) -> Page[ComplaintView]:
    """List the complaints that were made through your client, or to your body, newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_complaints(
        session,
        readers=principal.identities,
        today=civil_date(now),
        limit=limit,
        after=key[0] if key else None,
        open_only=open_only,
        overdue=overdue,
    )
    page, last = cut(rows, limit)
    _note(reads, page, principal)
    return Page(items=[ComplaintView.model_validate(each) for each in page], next=last and encode_cursor(last.id))


@complaints.get("/{complaint_id}")
async def get_complaint(
    complaint_id: ComplaintId, principal: CaseReader, session: Session, reads: Reads, response: Response
) -> ComplaintView:
    """Read a complaint, by when it is to be acknowledged, and what came of it."""
    complaint = await queries.get_complaint(session, complaint_id, readers=principal.identities)
    _note(reads, [complaint], principal)
    return _show(complaint, response)


@complaints.post("/{complaint_id}/actions/acknowledge")
async def acknowledge_complaint(
    complaint_id: ComplaintId,
    version: ExpectedVersion,
    _: CaseWriter,
    caller: Acting,
    session: Session,
    now: Now,
    response: Response,
) -> ComplaintView:
    """Acknowledge a complaint, as the body that it was made to."""
    complaint = await commands.handle(
        session, complaint_id, lambda found: found.acknowledge(version, now), caller=caller
    )
    return _show(complaint, response)


@complaints.post("/{complaint_id}/actions/report-progress")
async def report_complaint_progress(
    complaint_id: ComplaintId,
    progress: ComplaintProgress,
    version: ExpectedVersion,
    _: CaseWriter,
    caller: Acting,
    session: Session,
    response: Response,
) -> ComplaintView:
    """Tell the complainant how the body's inquiries go."""
    complaint = await commands.handle(
        session, complaint_id, lambda found: found.report_steps(progress.steps_taken, version), caller=caller
    )
    return _show(complaint, response)


@complaints.post("/{complaint_id}/actions/answer")
async def answer_complaint(
    complaint_id: ComplaintId,
    answer: ComplaintAnswer,
    version: ExpectedVersion,
    _: CaseWriter,
    caller: Acting,
    session: Session,
    now: Now,
    response: Response,
) -> ComplaintView:
    """Tell the complainant the outcome. Whoever is not content with it may go to the Information Commissioner."""
    complaint = await commands.handle(
        session,
        complaint_id,
        lambda found: found.give_outcome(answer.outcome, answer.answer, version, now),
        caller=caller,
    )
    return _show(complaint, response)


def _note(reads: PersonalDataReads, shown: Sequence[PrivacyComplaint], principal: Principal) -> None:
    """Note the complaints of others that are shown."""
    for each in shown:
        if each.holder not in principal.identities:
            reads.note(ReadKind.COMPLAINT, None, {each.holder: [each.made_by]})


def _show(complaint: PrivacyComplaint, response: Response) -> ComplaintView:
    response.headers["ETag"] = format_etag(complaint.version)
    return ComplaintView.model_validate(complaint)
