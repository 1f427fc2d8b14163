"""Putting together what applications keeps of one person, without anybody else in it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.erasures.forgetting import Forgotten
from rtp_applications.subject_data import queries
from rtp_applications.subject_data.masking import Masking, find_parts_about
from rtp_applications.subject_data.sources import NamedPlace
from rtp_shared.contracts.subject_data import OVERSEE, SubjectData, SubjectRecord, Withheld
from rtp_shared.db import AnyRow, enter_system_scope, system_scope
from rtp_shared.identities import Principal

SERVICE = "applications"
_OF_OTHERS = (
    "the person is named there only in what others wrote of the case: Data Protection Act 2018 Schedule 2 paragraph 16"
)


async def collect(session: AsyncSession, reference: str, *, actor: Principal) -> tuple[SubjectData, Sequence[AnyRow]]:
    """Return all that is kept of the person, as far as the caller vouches for them or answers for the data; and its
    rows, with the case of each and who vouched for the person there.
    """
    everybody = OVERSEE in actor.scopes
    if everybody:
        await enter_system_scope(session, "whoever answers for the data hands out all that is kept of a person")
    names = await queries.list_names_of(session, reference, readers=actor.identities, everybody=everybody)
    words = [*names, *([reference] if Forgotten(reference, "").is_distinctive else [])]
    kept = await queries.list_kept(session, reference, words, readers=actor.identities, everybody=everybody)
    cases = list({row.case_id for _, row in kept if row.case_id})
    async with system_scope(session, "everybody else is left out, also those whom the caller may not know of"):
        others, others_names = await queries.list_others(session, cases, reference)
    masking = Masking(reference, others, [each for each in others_names if each not in names])
    records = [each for source, row in kept if (each := _build_record(source, row, reference, masking))]
    data = SubjectData(records=records, withheld=_count_withheld(kept, records), party_ids=_list_parties(kept))
    return data, [row for _, row in kept]


def _build_record(source: NamedPlace, row: AnyRow, reference: str, masking: Masking) -> SubjectRecord | None:
    """Return the record, or None where only a part of it that is nobody's own names the person."""
    content = dict(row.content)
    if "about" in content:
        content["about"] = find_parts_about(content["about"], reference)
        if not content["about"]:
            return None
    return SubjectRecord(
        service=SERVICE,
        kind=source.kind,
        id=masking.show_key(row.id),
        case_id=row.case_id,
        content={name: masking.show(each, name) for name, each in content.items()},
        source=f"{source.source}: {row.holder}" if source.source.startswith("the client") else source.source,
        recipients=list(source.recipients),
        kept=source.kept.replace("{caseId}", str(row.case_id)),
    )


def _count_withheld(kept: Sequence[tuple[NamedPlace, AnyRow]], records: Sequence[SubjectRecord]) -> list[Withheld]:
    left_out = len(kept) - len(records)
    if not left_out:
        return []
    return [Withheld(service=SERVICE, kind="mention in what others wrote", count=left_out, reason=_OF_OTHERS)]


def _list_parties(kept: Sequence[tuple[NamedPlace, AnyRow]]) -> list[UUID]:
    return [UUID(row.id) for source, row in kept if source.kind == "part in a case"]
