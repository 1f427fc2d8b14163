"""What applications keeps of one person, for the gateway alone: it is forwarded to nobody."""

from rtp_applications.access_log.models import ReadKind
from rtp_applications.access_log.routing import LoggedRoute, Reads
from rtp_applications.auth import SubjectReader
from rtp_applications.subject_data.collecting import collect
from rtp_shared.contracts.subject_data import PATH, ServiceQuestion, SubjectData
from rtp_shared.dependencies import Session
from rtp_shared.web import create_router

REASON = "subject access"

subject_data = create_router(tags=["Personal data"])
subject_data.route_class = LoggedRoute


@subject_data.post(PATH, include_in_schema=False)
async def collect_subject_data(
    question: ServiceQuestion, principal: SubjectReader, session: Session, reads: Reads
) -> SubjectData:
    """Return all that is kept here of one person."""
    data, rows = await collect(session, question.reference, actor=principal)
    named = {(row.case_id, row.holder or principal.own_identity) for row in rows}
    for case_id, holder in named or {(None, principal.own_identity)}:
        reads.note(ReadKind.SUBJECT_ACCESS, case_id, {holder: [question.reference]}, reason=REASON)
    return data
