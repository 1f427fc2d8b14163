"""Records on file, and the register of interests, over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.auth import Acting, CaseReader
from rtp_applications.cases.dependencies import CaseId
from rtp_applications.cases.queries import get_case
from rtp_applications.cases.schemas import SignatureView
from rtp_applications.records.queries import list_records as find_records
from rtp_applications.records.schemas import ConflictView, RecordView
from rtp_applications.sides import is_on_bodies_side
from rtp_applications.workflow.common.conflicts import is_bar
from rtp_applications.workflow.common.payloads import ConflictOfInterest
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import Signature
from rtp_shared.db import AnyRow
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import STORED
from rtp_shared.web import create_router

records = create_router(prefix="/v1/cases", tags=["Records"])

Kind = Annotated[str | None, Query(pattern="^[a-z0-9-]{1,64}$", description="Only those of this kind")]


@records.get("/{case_id}/records")
async def list_records(
    case_id: CaseId,
    _: CaseReader,
    caller: Acting,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    kind: Kind = None,
) -> Page[RecordView]:
    """List what is on file in the case, by kind: content, and who signed it.

    What is for the bodies only, such as ratings before the decision, is listed for the bodies' side alone.
    """
    rows, following = await _find_page(session, case_id, caller, now, limit, after, kind)
    items = [
        RecordView(kind=row.kind, key=row.key, content=row.content, signed=_build_signed(row), audience=row.audience)
        for row in rows
    ]
    return Page(items=items, next=following)


@records.get("/{case_id}/conflicts")
async def list_conflicts(
    case_id: CaseId, _: CaseReader, caller: Acting, session: Session, now: Now, limit: Limit = 50, after: After = None
) -> Page[ConflictView]:
    """The register of interests: who declared which, and whether it bars from deciding.

    A line is put on it, and ended, by the action declare-conflict.
    """
    rows, following = await _find_page(session, case_id, caller, now, limit, after, ConflictOfInterest.KIND)
    return Page(items=[_build_conflict(row) for row in rows], next=following)


async def _find_page(
    session: AsyncSession, case_id: UUID, caller: Caller, now: datetime, limit: int, after: str | None, kind: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    """Return a page of records, and the cursor of the next."""
    snapshot = await get_case(session, case_id, readers=caller.identities, now=now)
    key = decode_cursor(after, str, str)
    rows = await find_records(
        session, case_id, sees_all=is_on_bodies_side(snapshot.case, caller), limit=limit, after=key, kind=kind
    )
    page, last = cut(rows, limit)
    return page, encode_cursor(last.kind, last.key) if last else None


def _build_signed(row: AnyRow) -> list[SignatureView]:
    return [SignatureView(role=each["role"], person=each["person"], at=each["at"]) for each in row.signed]


def _build_conflict(row: AnyRow) -> ConflictView:
    conflict, signed = ConflictOfInterest.model_validate(row.content, context=STORED), _build_signed(row)[-1]
    return ConflictView(
        person=conflict.person,
        interest=conflict.name,
        nature=conflict.nature,
        bars_from_deciding=conflict.bars_from_deciding,
        counts=is_bar(conflict, [Signature.from_json(each) for each in row.signed]),
        ended=conflict.ended,
        declared_by=signed,
        declared_at=signed.at,
    )
