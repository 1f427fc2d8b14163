"""Queries about imports. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import Case
from rtp_applications.cases.sight import READERS, is_known_to
from rtp_applications.intake.errors import NoSuchImport
from rtp_applications.intake.models import CaseImport, CaseImportProblem, CaseReference
from rtp_shared.db import AnyRow

_import, _problem, _reference, _case = (
    cast("Table", each.__table__).c for each in (CaseImport, CaseImportProblem, CaseReference, Case)
)


async def get_import(session: AsyncSession, import_id: UUID, *, client: str) -> CaseImport:
    """Return the import of this client."""
    own = select(CaseImport).where(CaseImport.id == import_id, CaseImport.client == client)
    found: CaseImport | None = await session.scalar(own)
    if found is None:
        raise NoSuchImport
    return found


async def list_imports(session: AsyncSession, *, client: str, limit: int, after: UUID | None) -> Sequence[CaseImport]:
    """Return the client's imports, the newest first, and one more than `limit` where more follow."""
    wanted = select(CaseImport).where(CaseImport.client == client)
    if after is not None:
        wanted = wanted.where(CaseImport.id < after)
    return (await session.scalars(wanted.order_by(CaseImport.id.desc()).limit(limit + 1))).all()


async def list_problems(
    session: AsyncSession, import_id: UUID, *, limit: int, after: tuple[int, int] | None
) -> Sequence[AnyRow]:
    """Return what is wrong with the rows of an import, in the order of the file."""
    key = (_problem.row_number, _problem.position)
    line = (_problem.row_number.label("row"), _problem.position, _problem.reference, _problem.field, _problem.reason)
    wanted = select(*line).where(_problem.import_id == import_id)
    if after is not None:
        wanted = wanted.where(tuple_(*key) > after)
    return (await session.execute(wanted.order_by(*key).limit(limit + 1))).all()


async def list_references(
    session: AsyncSession,
    *,
    organisation: UUID,
    readers: Sequence[str],
    client: str,
    limit: int,
    reference: str | None = None,
    case_id: UUID | None = None,
    import_id: UUID | None = None,
    after: str | None = None,
) -> Sequence[AnyRow]:
    """Return what the organisation's own system calls its cases, but for those whose group this client speaks for."""
    filters = {_reference.reference: reference, _reference.case_id: case_id, _reference.import_id: import_id}
    wanted = (
        select(
            _reference.reference,
            _reference.case_id,
            _case.number,
            _reference.row_number.label("row"),
        )
        .join(Case.__table__, and_(_case.id == _reference.case_id, is_known_to(READERS)))
        .where(
            _reference.organisation == organisation,
            _case.opened_by != client,
            *(column == value for column, value in filters.items() if value is not None),
        )
    )
    if after is not None:
        wanted = wanted.where(_reference.reference > after)
    ordered = wanted.order_by(_reference.reference).limit(limit + 1)
    return (await session.execute(ordered, {"readers": list(readers)})).all()
