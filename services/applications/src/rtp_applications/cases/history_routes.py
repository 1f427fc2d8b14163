"""A case's history over HTTP."""

from rtp_applications.auth import Acting, CaseReader
from rtp_applications.cases.dependencies import CaseId
from rtp_applications.cases.queries import get_case, get_whole_case
from rtp_applications.history import checking, reading
from rtp_applications.history.schemas import EntryView, VerdictView, WithheldView, build_entry_view, build_verdict_view
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import Page, decode_cursor, encode_cursor
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.web import create_router

history = create_router(prefix="/v1/cases", tags=["History"])


@history.get("/{case_id}/history")
async def list_history(
    case_id: CaseId, _: CaseReader, caller: Acting, session: Session, now: Now, limit: Limit = 50, after: After = None
) -> Page[EntryView | WithheldView]:
    """Everything that was done to the case, oldest first: by whom, why, and what changed.

    The staff group's client reads it from the beginning, everybody else from the submission on. Each entry stands in
    the chain of those who may know of it: `draft`, the group's own; `case`, of all who see the case; and `bodies`. You
    are given the chains that are yours, each without a gap.
    """
    snapshot = await get_case(session, case_id, readers=caller.identities, now=now)
    seen = _read_count(after)
    entries = await reading.read_page(session, snapshot, caller, after=seen, limit=limit + 1)
    items = [build_entry_view(each, snapshot.case, caller) for each in entries[:limit]]
    return Page(items=items, next=encode_cursor(seen + limit) if len(entries) > limit else None)


@history.get("/{case_id}/history/verify")
async def verify_history(case_id: CaseId, _: CaseReader, caller: Acting, session: Session, now: Now) -> VerdictView:
    """Check the whole history, including what you may not see: every hash, every link, that nothing is missing, and
    that it leads to the case as it is stored. Whoever could rewrite all of it is found by the heads that you kept.
    """
    await get_case(session, case_id, readers=caller.identities, now=now)
    snapshot = await get_whole_case(session, case_id, now=now, reason="a history leads to the whole case")
    return build_verdict_view(await checking.judge_history(session, snapshot, caller))


def _read_count(after: str | None) -> int:
    key = decode_cursor(after, int)
    if key is not None and not 0 <= key[0] < 2**31:
        raise Invalid(errors=[FieldError("after", "not a cursor of this list", "query")])
    return key[0] if key else 0
