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

    The staff group's client reads it from the beginning, the bodies from the submission on. What you may not see comes
    as withheld, with its hashes, so that the chain can be followed.
    """
    snapshot = await get_case(session, case_id, readers=caller.identities, now=now)
    position = _read_position(after)
    entries = await reading.read_page(session, snapshot, caller, after=position, limit=limit)
    last = entries[-1].position if entries else position
    more = entries and last < snapshot.case.audit_position
    return Page(items=[build_entry_view(each) for each in entries], next=encode_cursor(last) if more else None)


@history.get("/{case_id}/history/verify")
async def verify_history(case_id: CaseId, _: CaseReader, caller: Acting, session: Session, now: Now) -> VerdictView:
    """Check the whole history, including what you may not see: every hash, every link, that nothing is missing, and
    that it leads to the case as it is stored. Whoever could rewrite all of it is found by a head that you kept.
    """
    await get_case(session, case_id, readers=caller.identities, now=now)
    snapshot = await get_whole_case(session, case_id, now=now, reason="a history leads to the whole case")
    return build_verdict_view(await checking.judge_history(session, snapshot, caller))


def _read_position(after: str | None) -> int:
    key = decode_cursor(after, int)
    if key is not None and not 0 <= key[0] < 2**31:
        raise Invalid(errors=[FieldError("after", "not a cursor of this list", "query")])
    return key[0] if key else 0
