"""What advice-matching keeps of one person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.subject_data.sources import SOURCES, SupportPlace
from rtp_shared.contracts.subject_data import OVERSEE, ServiceQuestion, SubjectData, SubjectRecord
from rtp_shared.db import AnyRow, enter_system_scope
from rtp_shared.identities import Principal

SERVICE = "advice-matching"
_BINDS = (
    bindparam("reference", type_=Text),
    bindparam("advisers", type_=ARRAY(Uuid)),
    bindparam("organisation", type_=Uuid),
    bindparam("readers", type_=ARRAY(Text)),
    bindparam("everybody", type_=Boolean),
    bindparam("now", type_=DateTime(timezone=True)),
)


async def collect(session: AsyncSession, question: ServiceQuestion, *, actor: Principal, now: datetime) -> SubjectData:
    """Return all that is kept of the person, as far as the caller vouches for them or answers for the data."""
    everybody = OVERSEE in actor.scopes
    if everybody:
        await enter_system_scope(session, "whoever answers for the data hands out all that is kept of a person")
    asked: Mapping[str, Any] = {
        "reference": question.reference,
        "advisers": question.adviser_ids,
        "organisation": actor.organisation,
        "readers": list(actor.identities),
        "everybody": everybody,
        "now": now,
    }
    records = []
    for source in SOURCES:
        named = {name: value for name, value in asked.items() if f":{name}" in source.sql}
        statement = text(source.sql).bindparams(*(each for each in _BINDS if each.key in named))
        records += [_build_record(source, row) for row in await session.execute(statement, named)]
    return SubjectData(records=records, withheld=[])


def _build_record(source: SupportPlace, row: AnyRow) -> SubjectRecord:
    return SubjectRecord(
        service=SERVICE,
        kind=source.kind,
        id=row.id,
        case_id=None,
        content=row.content,
        source=row.source,
        recipients=list(source.recipients),
        kept=source.kept,
    )
