"""Who read personal data: HTTP in, HTTP out."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from rtp_applications.access_log.models import ReadKind
from rtp_applications.access_log.queries import ReadFilters, list_reads
from rtp_applications.access_log.schemas import PersonalDataReadView
from rtp_applications.auth import SubjectReader
from rtp_shared.contracts.subject_data import OVERSEE
from rtp_shared.db import AnyRow
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Instant
from rtp_shared.web import create_router

personal_data_reads = create_router(prefix="/v1/personal-data-reads", tags=["Personal data"])

PERSON, CLIENT = r"^[A-Za-z0-9._~-]{1,100}$", "^[a-z0-9][a-z0-9-]{2,62}$"


@personal_data_reads.get("")
async def list_personal_data_reads(
    principal: SubjectReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    person: Annotated[str | None, Query(pattern=PERSON, description="Only of this person's data")] = None,
    case_id: Annotated[UUID | None, Query(alias="caseId", description="Only of this case")] = None,
    kind: Annotated[ReadKind | None, Query(description="Only of this kind")] = None,
    client_id: Annotated[
        str | None, Query(alias="clientId", pattern=CLIENT, description="Only what this client read")
    ] = None,
    since: Annotated[Instant | None, Query(alias="readSince", description="Only from this time on")] = None,
    until: Annotated[Instant | None, Query(alias="readBefore", description="Only before this time")] = None,
) -> Page[PersonalDataReadView]:
    """List who read the data of the people for whom you vouch, newest first; with `personal-data:oversee`, of all.

    Each showing of names of a case, of a confidential document, and of all that is kept of a person is here, before it
    is sent. Of a draft nobody learns who sees it but whoever answers for the data. It is kept for 24 months, and goes
    with its case.
    """
    key = decode_cursor(after, UUID)
    filters = ReadFilters(person, case_id, kind, client_id, since, until)
    rows = await list_reads(session, filters, readers=principal.identities, limit=limit, after=key[0] if key else None)
    page, last = cut(rows, limit)
    return Page(items=[_build_view(row, principal) for row in page], next=last and encode_cursor(last.id))


def _build_view(row: AnyRow, principal: Principal) -> PersonalDataReadView:
    told = OVERSEE in principal.scopes or row.organisation == principal.organisation
    shown = {name: getattr(row, name) for name in PersonalDataReadView.model_fields if name != "on_behalf_of"}
    return PersonalDataReadView(**shown, on_behalf_of=row.person if told else None)
