"""The summary of the five cases over HTTP."""

from collections.abc import Sequence

from rtp_applications.auth import Acting, CaseReader
from rtp_applications.cases.dependencies import CaseId
from rtp_applications.cases.queries import get_case
from rtp_applications.documents.models import Document
from rtp_applications.documents.queries import list_documents_with_content
from rtp_applications.documents.rules import find_sight
from rtp_applications.five_cases.rules import GROUNDS, SOURCE, CaseSummary, summarise
from rtp_applications.five_cases.schemas import (
    CaseSummaryView,
    FiveCaseSummaryView,
    SummaryDocumentView,
    SummaryRecordView,
)
from rtp_applications.sides import is_on_bodies_side
from rtp_applications.workflow.enums import Audience
from rtp_shared.dependencies import Now, Session
from rtp_shared.web import create_router

five_cases = create_router(prefix="/v1/cases", tags=["Value for money"])


@five_cases.get("/{case_id}/five-case-summary")
async def get_five_case_summary(
    case_id: CaseId, _: CaseReader, caller: Acting, session: Session, now: Now
) -> FiveCaseSummaryView:
    """Read the business case by the five cases of the Green Book: strategic, economic, commercial, financial and
    management.

    Each says what it has to answer, the records and documents that you may see of what it rests on, and what is
    missing. Nothing is judged: that is for those who decide. What only the bodies see is in the bodies' summary alone.
    """
    snapshot = await get_case(session, case_id, readers=caller.identities, now=now)
    sees_all = is_on_bodies_side(snapshot.case, caller)
    records = [each for each in snapshot.records.values() if sees_all or each.audience is Audience.EVERYBODY]
    documents = await list_documents_with_content(session, case_id, sight=find_sight(snapshot, caller, now))
    held = {each.kind for each in documents}
    return FiveCaseSummaryView(
        cases=[_present(each, documents) for each in summarise(snapshot, records, held)], source=SOURCE
    )


def _present(summary: CaseSummary, documents: Sequence[Document]) -> CaseSummaryView:
    kinds = GROUNDS[summary.name].documents
    return CaseSummaryView(
        name=summary.name,
        question=summary.question,
        records=[
            SummaryRecordView(kind=each.kind, key=each.key, content=dict(each.content), signed_at=each.signed[-1].at)
            for each in summary.records
        ],
        documents=[SummaryDocumentView.model_validate(each) for each in documents if each.kind in kinds],
        missing_records=list(summary.missing_records),
        missing_documents=list(summary.missing_documents),
    )
