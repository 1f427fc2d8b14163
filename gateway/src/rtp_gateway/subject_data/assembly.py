"""Putting together what all services keep of one person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.inbound.proxy.forward import Upstreams
from rtp_gateway.routing import NAMES
from rtp_gateway.subject_data.errors import NothingKeptOfThem
from rtp_gateway.subject_data.own import collect_own
from rtp_gateway.subject_data.parts import Header, fetch_part
from rtp_shared.contracts.subject_data import (
    OVERSEE,
    ServiceQuestion,
    SubjectDataExport,
    SubjectQuestion,
)
from rtp_shared.identities import Principal

FIRST = "applications"
"""It knows the ids by which the others name the person."""
PURPOSES = (
    "To carry the staff's request to take over their service, from the idea to launch: a public task (UK GDPR Article "
    "6(1)(e)); and to prove what was decided by whom."
)
RIGHTS = [
    "To have what is wrong put right: by the client that vouches for the person",
    "To be erased, to restrict the use, and to object: /v1/personal-erasures, /v1/support-erasures, /v1/erasures",
    "To complain to the body: /v1/data-protection-complaints; and to the Information Commissioner: ico.org.uk",
    "There is no automated decision: matching proposes, and people decide (Article 22)",
]


async def assemble_export(
    session: AsyncSession,
    upstreams: Upstreams,
    question: SubjectQuestion,
    *,
    actor: Principal,
    headers: Sequence[Header],
    now: datetime,
) -> SubjectDataExport:
    """Ask every service and the gateway's own tables; raise NothingKeptOfThem where none keeps anything."""
    asked = ServiceQuestion(reference=question.reference, adviserIds=question.adviser_ids)
    first = await fetch_part(upstreams, FIRST, asked, headers=headers)
    asked = asked.model_copy(update={"party_ids": first.party_ids})
    parts = [first]
    parts += [await fetch_part(upstreams, name, asked, headers=headers) for name in NAMES if name != FIRST]
    records = [each for part in parts for each in part.records]
    records += await collect_own(session, asked, actor=actor)
    withheld = [each for part in parts for each in part.withheld]
    if not records and not withheld:
        raise NothingKeptOfThem
    return SubjectDataExport(
        reference=question.reference,
        made_at=now,
        complete=OVERSEE in actor.scopes,
        purposes=PURPOSES,
        rights=RIGHTS,
        records=records,
        withheld=withheld,
    )
