"""Queries of erasures, and of where a person is named. Row-level security stands behind each."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, column, select, text, true, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.complaints.models import PrivacyComplaint
from rtp_applications.erasures.errors import NoSuchPersonalErasure
from rtp_applications.erasures.models import PersonalErasure
from rtp_shared.db import AnyRow, AnySelect, get_driver, visible_to

_complaint = PrivacyComplaint.__table__.c
_SHOWN = [each for each in PersonalErasure.__table__.c if each.name != "readers"]
# A reference is letters, digits and signs that JSON does not escape: it stands in a text of the row as it is.
_NAMING = (
    text("""
        SELECT DISTINCT case_id FROM (
            SELECT case_id FROM audit_entries
            WHERE position(:reference IN concat_ws(' ', actor::text, reason, changes::text, snapshot::text)) > 0
            UNION ALL SELECT case_id FROM case_parties WHERE person = :reference
            UNION ALL SELECT case_id FROM documents WHERE created_by ->> 'person' = :reference
            UNION ALL SELECT d.case_id FROM document_versions v JOIN documents d ON d.id = v.document_id
                WHERE v.uploaded_by ->> 'person' = :reference
            UNION ALL SELECT case_id FROM barriers WHERE reported_by = :reference
            UNION ALL SELECT b.case_id FROM barrier_changes c JOIN barriers b ON b.id = c.barrier_id
                WHERE c.person = :reference
        ) named ORDER BY case_id
    """)
    .bindparams(bindparam("reference", type_=Text))
    .columns(column("case_id", Uuid))
)
_BESIDE_THE_CASE = [
    text(f"UPDATE {statement}").bindparams(
        bindparam("cases", type_=ARRAY(Uuid)), bindparam("reference", type_=Text), bindparam("pseudonym", type_=Text)
    )
    for statement in (
        """documents SET created_by = created_by || jsonb_build_object('person', :pseudonym)
            WHERE case_id = ANY(:cases) AND created_by ->> 'person' = :reference""",
        """document_versions v SET uploaded_by = v.uploaded_by || jsonb_build_object('person', :pseudonym)
            FROM documents d WHERE d.id = v.document_id AND d.case_id = ANY(:cases)
            AND v.uploaded_by ->> 'person' = :reference""",
        """barriers SET reported_by = :pseudonym WHERE case_id = ANY(:cases) AND reported_by = :reference""",
        """barrier_changes c SET person = :pseudonym
            FROM barriers b WHERE b.id = c.barrier_id AND b.case_id = ANY(:cases) AND c.person = :reference""",
        """legal_holds SET placed_by = :pseudonym WHERE case_id = ANY(:cases) AND placed_by = :reference""",
        """legal_holds SET lifted_by = :pseudonym WHERE case_id = ANY(:cases) AND lifted_by = :reference""",
    )
]
_NAMES = text(
    "DELETE FROM party_names n USING case_parties p "
    "WHERE p.id = n.party_id AND p.case_id = ANY(:cases) AND p.person = :reference"
).bindparams(bindparam("cases", type_=ARRAY(Uuid)), bindparam("reference", type_=Text))


async def list_cases_naming(session: AsyncSession, reference: str) -> Sequence[UUID]:
    """Return the cases in which the reference may stand, by id. It reads every history, with the system's sight."""
    return (await session.scalars(_NAMING, {"reference": reference})).all()


async def erase_names(session: AsyncSession, cases: Sequence[UUID], reference: str) -> None:
    """Delete the personal names of the parties that the reference stands for in these cases."""
    await session.execute(_NAMES, {"cases": list(cases), "reference": reference})


async def rename_beside_cases(session: AsyncSession, cases: Sequence[UUID], reference: str, pseudonym: str) -> None:
    """Put the pseudonym in place of the reference in what hangs on these cases."""
    named = {"cases": list(cases), "reference": reference, "pseudonym": pseudonym}
    for statement in _BESIDE_THE_CASE:
        await session.execute(statement, named)


async def rename_in_complaints(
    session: AsyncSession, reference: str, pseudonym: str, *, holders: Sequence[str] | None
) -> None:
    """Put the pseudonym in place of the reference in complaints that these vouched for, or in all."""
    own = true() if holders is None else _complaint.holder.in_(holders)
    statement = update(PrivacyComplaint).where(_complaint.made_by == reference, own).values(made_by=pseudonym)
    await session.execute(statement, execution_options={"synchronize_session": False})


async def erase_stored_answers(session: AsyncSession, reference: str, *, anywhere: bool) -> None:
    """Empty every stored answer that names the person. Its repetition is done once still, and answered `{}`.

    `anywhere`: in a text as well, which is right of a reference that can be nothing else.
    """
    named = reference if anywhere else f'"person":"{reference}"'
    await (await get_driver(session)).execute("SELECT erase_stored_answers($1)", named)


async def list_erasures(
    session: AsyncSession, *, readers: Sequence[str], limit: int, after: UUID | None = None
) -> Sequence[AnyRow]:
    """List erasures, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*_SHOWN).where(visible_to(PersonalErasure.readers, readers))
    if after is not None:
        query = query.where(PersonalErasure.id < after)
    return (await session.execute(query.order_by(PersonalErasure.id.desc()).limit(limit + 1))).all()


async def get_erasure(session: AsyncSession, erasure_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    query = select(*_SHOWN).where(PersonalErasure.id == erasure_id, visible_to(PersonalErasure.readers, readers))
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchPersonalErasure
    return row
