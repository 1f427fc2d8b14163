"""Notices for cases over HTTP: for those who see the case."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from rtp_finance_directory.auth import FinanceReader
from rtp_finance_directory.notices.cases import queries
from rtp_finance_directory.notices.cases.schemas import CaseNoticeLine, CaseNoticePage, WatchFacts
from rtp_finance_directory.notices.vocabulary import NoticeVerdict
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

case_notices = create_router(prefix="/v1/case-notices", tags=["Contract notices"])


@case_notices.get("/{case_id}")
async def list_case_notices(
    case_id: Annotated[UUID, Path(description="The case's id")],
    principal: FinanceReader,
    session: Session,
    verdict: Annotated[list[NoticeVerdict], Query(max_length=3, description="May be repeated")] = [  # noqa: B006
        NoticeVerdict.MATCHES,
        NoticeVerdict.POSSIBLE,
    ],
    limit: Limit = 50,
    after: After = None,
) -> CaseNoticePage:
    """Read which contract notices concern a case, and why.

    Announcements and open calls are judged from the case's submission on: by the services of its sector, by who buys
    them and for where, by their value beside the service's yearly cost, and by their dates. Each rule fits, fails or
    is not known. A notice is judged again when it changes, or the case does.
    """
    key = decode_cursor(after, str)
    watch = await queries.get_watch(session, case_id, readers=principal.identities)
    rows = await queries.list_case_notices(
        session, case_id, verdicts=verdict, limit=limit, after=key[0] if key else None
    )
    page, end = cut(rows, limit)
    return CaseNoticePage(
        items=[CaseNoticeLine.model_validate(row) for row in page],
        next=end and encode_cursor(end.ocid),
        case_id=case_id,
        facts=WatchFacts.model_validate(watch.facts),
        ended=watch.ended_at is not None,
    )
