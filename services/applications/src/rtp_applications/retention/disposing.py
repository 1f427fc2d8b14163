"""What is destroyed of a case whose time of keeping is over. `empty_case` is pure.

What stays: the case's row with its outcome, dates, bodies and hashes, its deadlines, the events, the digests of
documents, the kinds and states of barriers, the registers of decisions and awards, and the audit without its content.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.access_log.queries import delete_reads_of_case
from rtp_applications.workflow.snapshot import CaseSnapshot

_CASE, _NOW = bindparam("case_id", type_=Uuid), bindparam("now", type_=DateTime(timezone=True))
_NOBODY = """'{"person": "", "holder": ""}'::jsonb"""
_CONTENTS = text(
    f"""
    UPDATE document_versions v SET storage_key = NULL, file_name = '', uploaded_by = v.uploaded_by || {_NOBODY}
    FROM documents d WHERE d.id = v.document_id AND d.case_id = :case_id
    """  # noqa: S608 - of our own words
).bindparams(_CASE)
_DOCUMENTS = text(
    f"""
    UPDATE documents SET title = '', exemption = NULL, foi_exempt = false, created_by = created_by || {_NOBODY},
        withdrawn_at = coalesce(withdrawn_at, :now), revision = revision + 1, changed_at = :now
    WHERE case_id = :case_id
    """  # noqa: S608 - of our own words
).bindparams(_CASE, _NOW)
_BARRIER_CHANGES = text(
    """
    UPDATE barrier_changes c SET note = NULL, person = '', holder = ''
    FROM barriers b WHERE b.id = c.barrier_id AND b.case_id = :case_id
    """
).bindparams(_CASE)
_BARRIERS = text(
    """
    UPDATE barriers SET description = '', asked_of = NULL, answer = NULL, outcome = NULL, reported_by = '', holder = ''
    WHERE case_id = :case_id
    """
).bindparams(_CASE)


def empty_case(snapshot: CaseSnapshot, now: datetime) -> CaseSnapshot:
    """Return the case without anything that was said in it, or anybody who had a part in it."""
    emptied = replace(snapshot, parties={}, records={}, documents={})
    return emptied.with_case(
        version=snapshot.case.version + 1,
        disposed_at=now,
        service_name=None,
        summary=None,
        withdrawal_reason=None,
        finance_purposes=[],
        support_needs=[],
    )


async def erase_contents(session: AsyncSession, case_id: UUID, now: datetime) -> None:
    """Destroy what was said in a case's documents and barriers. Contents go from the storage as what nothing names."""
    case = {"case_id": case_id}
    await session.execute(_CONTENTS, case)
    await session.execute(_DOCUMENTS, {**case, "now": now})
    await session.execute(_BARRIER_CHANGES, case)
    await session.execute(_BARRIERS, case)
    await delete_reads_of_case(session, case_id)
