"""What advice-matching keeps of one person, for the gateway alone: it is forwarded to nobody."""

from rtp_advice_matching.auth import SubjectReader
from rtp_advice_matching.subject_data.collecting import collect
from rtp_shared.contracts.subject_data import PATH, ServiceQuestion, SubjectData
from rtp_shared.dependencies import Now, Session
from rtp_shared.web import create_router

subject_data = create_router(tags=["Personal data"])


@subject_data.post(PATH, include_in_schema=False)
async def collect_support_subject_data(
    question: ServiceQuestion, principal: SubjectReader, session: Session, now: Now
) -> SubjectData:
    """Return all that is kept here of one person."""
    return await collect(session, question, actor=principal, now=now)
