"""What advice-matching keeps of one person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.subject_data.sources import SOURCES
from rtp_shared.contracts.subject_data import OVERSEE, ServiceQuestion, SubjectData, SubjectRecord
from rtp_shared.db import enter_system_scope
from rtp_shared.identities import Principal

SERVICE = "advice-matching"
_BINDS = {
    "reference": Text(),
    "advisers": ARRAY(Uuid()),
    "organisation": Uuid(),
    "readers": ARRAY(Text()),
    "everybody": Boolean(),
    "now": DateTime(timezone=True),
}


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
    for each in SOURCES:
        named = [name for name in _BINDS if f":{name}" in each.sql]
        statement = text(each.sql).bindparams(*(bindparam(name, type_=_BINDS[name]) for name in named))
        for row in await session.execute(statement, {name: asked[name] for name in named}):
            records.append(
                SubjectRecord(
                    service=SERVICE,
                    kind=each.kind,
                    id=row.id,
                    case_id=None,
                    content=row.content,
                    source=row.source,
                    recipients=list(each.recipients),
                    kept=each.kept,
                )
            )
    return SubjectData(records=records, withheld=[])
