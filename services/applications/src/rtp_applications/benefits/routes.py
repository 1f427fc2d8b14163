"""The trace of promised benefits over HTTP."""

from rtp_applications.auth import Acting, CaseReader
from rtp_applications.benefits.rules import BenefitTrace, trace_benefits
from rtp_applications.benefits.schemas import BenefitOutcomeView, BenefitView
from rtp_applications.cases.dependencies import CaseId
from rtp_applications.cases.queries import get_case
from rtp_applications.deadlines.rules.days import civil_date
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

benefits = create_router(prefix="/v1/cases", tags=["Value for money"])


@benefits.get("/{case_id}/benefits")
async def list_benefits(
    case_id: CaseId, _: CaseReader, caller: Acting, session: Session, now: Now, limit: Limit = 50, after: After = None
) -> Page[BenefitView]:
    """List the benefits that were promised, by id, each with its trace: the clause and indicator of the contract or why
    it was left out, the baseline, what was measured after the launch, and whether the target is reached.

    Nothing is awarded before every promise has a clause or a reason (National Audit Office, HC 1088, 2011: benefits
    that no contract names are not delivered). Before version 4 of a process nothing is promised in this form.
    """
    snapshot = await get_case(session, case_id, readers=caller.identities, now=now)
    key = decode_cursor(after, str)
    traced = trace_benefits(snapshot, civil_date(now))
    page, last = cut([each for each in traced if key is None or each.promise.id > key[0]][: limit + 1], limit)
    return Page(items=[_present(each) for each in page], next=last and encode_cursor(last.promise.id))


def _present(trace: BenefitTrace) -> BenefitView:
    promise, clause = trace.promise, trace.clause
    return BenefitView(
        **promise.model_dump(),
        in_contract=trace.in_contract,
        clause=clause and clause.clause,
        indicator=clause and clause.indicator,
        left_out_because=clause and clause.left_out_because,
        baseline=trace.baseline and BenefitOutcomeView.model_validate(trace.baseline),
        outcomes=[BenefitOutcomeView.model_validate(each) for each in trace.outcomes],
        standing=trace.standing,
        overdue=trace.overdue,
    )
