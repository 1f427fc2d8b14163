"""Queries about documents. Row-level security stands behind every one of these."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.documents.errors import NoContentYet, NoSuchDocument, NoSuchVersion
from rtp_applications.documents.models import Document, DocumentVersion
from rtp_applications.documents.rules import Sight
from rtp_applications.documents.scanning import ScanState
from rtp_applications.workflow.enums import DocumentKind

WithNewest: TypeAlias = tuple[Document, DocumentVersion | None]
SERVED = (ScanState.CLEAN, ScanState.NOT_SCANNED)

_newest = and_(DocumentVersion.document_id == Document.id, DocumentVersion.version == Document.version)


def _filter_seen(case_id: UUID, sight: Sight) -> ColumnElement[bool]:
    return and_(
        Document.case_id == case_id,
        Document.audience.in_(sight.audiences),
        Document.confidentiality.in_(sight.confidentialities),
        true() if sight.drafts else Document.disclosed_from.is_not(None),
    )


def _filter_disclosed(sight: Sight) -> ColumnElement[bool]:
    return true() if sight.drafts else DocumentVersion.version >= Document.disclosed_from


async def list_documents(
    session: AsyncSession,
    case_id: UUID,
    *,
    sight: Sight,
    limit: int,
    after: UUID | None = None,
    kind: DocumentKind | None = None,
) -> Sequence[WithNewest]:
    """Return documents in the order of being added, one more than `limit` where more follow."""
    query = select(Document, DocumentVersion).outerjoin(DocumentVersion, _newest).where(_filter_seen(case_id, sight))
    if after is not None:
        query = query.where(Document.id > after)
    if kind is not None:
        query = query.where(Document.kind == kind)
    rows = await session.execute(query.order_by(Document.id).limit(limit + 1))
    return [(document, newest) for document, newest in rows]


async def list_documents_of_cases(
    session: AsyncSession, sights: Mapping[UUID, Sight], *, most: int
) -> Sequence[WithNewest]:
    """Return the first documents of each case, `most` at most and one more where more follow, by case and in the order
    of being added.
    """
    seen = [_filter_seen(case_id, sight) for case_id, sight in sights.items()]
    place = func.row_number().over(partition_by=Document.case_id, order_by=Document.id)
    first = select(Document.id, place.label("place")).where(or_(false(), *seen)).subquery()
    query = select(Document, DocumentVersion).join(first, first.c.id == Document.id).outerjoin(DocumentVersion, _newest)
    rows = await session.execute(query.where(first.c.place <= most + 1).order_by(Document.case_id, Document.id))
    return [(document, newest) for document, newest in rows]


async def list_documents_with_content(session: AsyncSession, case_id: UUID, *, sight: Sight) -> Sequence[Document]:
    """Return all documents that have a content and are not withdrawn, in the order of being added."""
    held = select(Document).where(_filter_seen(case_id, sight), Document.version > 0, Document.withdrawn_at.is_(None))
    return (await session.scalars(held.order_by(Document.id))).all()


async def find_document(session: AsyncSession, case_id: UUID, document_id: UUID, *, sight: Sight) -> WithNewest:
    row = (
        await session.execute(
            select(Document, DocumentVersion)
            .outerjoin(DocumentVersion, _newest)
            .where(Document.id == document_id, _filter_seen(case_id, sight))
        )
    ).first()
    if row is None:
        raise NoSuchDocument
    return row[0], row[1]


async def list_versions(session: AsyncSession, document: Document, *, sight: Sight) -> Sequence[DocumentVersion]:
    """Return the versions that this sight shows, the newest first."""
    versions = _select_versions().where(DocumentVersion.document_id == document.id, _filter_disclosed(sight))
    return (await session.scalars(versions.order_by(DocumentVersion.version.desc()))).all()


async def find_version(
    session: AsyncSession, document: Document, number: int | None, *, sight: Sight
) -> DocumentVersion:
    """Return the version of this number, or the newest."""
    if not document.version:
        raise NoContentYet
    query = _select_versions().where(
        DocumentVersion.document_id == document.id,
        DocumentVersion.version == (number or document.version),
        _filter_disclosed(sight),
    )
    version = await session.scalar(query)
    if version is None:
        raise NoSuchVersion
    return version


async def list_served_versions(session: AsyncSession, case_id: UUID, *, sight: Sight) -> Sequence[DocumentVersion]:
    """Return all contents of the case that would be given to whoever has this sight."""
    seen = _select_versions().where(
        _filter_seen(case_id, sight),
        _filter_disclosed(sight),
        Document.withdrawn_at.is_(None),
        DocumentVersion.scan.in_(SERVED),
        DocumentVersion.storage_key.is_not(None),
    )
    return (await session.scalars(seen.order_by(DocumentVersion.document_id, DocumentVersion.version))).all()


def _select_versions() -> Select[DocumentVersion]:
    return select(DocumentVersion).join(Document, Document.id == DocumentVersion.document_id)


async def list_awaiting_scan(session: AsyncSession, *, tried_before: datetime, limit: int) -> Sequence[DocumentVersion]:
    """Return what waits for a scan, the longest first."""
    waiting = select(DocumentVersion).where(
        DocumentVersion.scan == ScanState.AWAITING,
        DocumentVersion.scanned_at < tried_before,
        DocumentVersion.storage_key.is_not(None),
    )
    return (await session.scalars(waiting.order_by(DocumentVersion.scanned_at).limit(limit))).all()


async def list_unreferenced(session: AsyncSession, keys: Collection[UUID]) -> set[UUID]:
    """Return those of these storage keys that no version refers to; for the system, which sees all."""
    found = await session.scalars(select(DocumentVersion.storage_key).where(DocumentVersion.storage_key.in_(keys)))
    return set(keys) - set(found)
