"""The gateway's own part of what is kept of a person."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.erasure.models import PersonKind
from rtp_gateway.subject_data import queries
from rtp_shared.contracts.subject_data import OVERSEE, ServiceQuestion, SubjectRecord
from rtp_shared.db import AnyRow, system_scope
from rtp_shared.identities import Principal

SERVICE, OF_CLIENTS = "gateway", "client."
COLUMNS = {
    "events": "event_id type case_id body recorded_at",
    "erasures": "person_id asked_by asked_client asked_at confirmed_by confirmed_client confirmed_at",
    "clients": "client_id name organisation scopes created_at",
    "client_changes": "person client_id change changed_by changed_at",
    "subscriptions": "client_id sink description",
    "calls": "client_id method path status at",
    "deliveries": "client_id",
    "attempts": "answer client_id",
}
"""Columns that hold something of a person, as `tests/architecture/test_personal_columns.py` knows them."""
_KEPT = {
    "event": "its data 400 days, unless the operator has set another time, or until the person is erased: /v1/erasures",
    "erasure": "for good: who asked for it and who confirmed it",
    "client": "for good",
    "client-change": "for good",
    "subscription": "for good",
    "call": "30 days, unless the operator has set another time",
}


async def collect_own(session: AsyncSession, question: ServiceQuestion, *, actor: Principal) -> list[SubjectRecord]:
    """Return what the gateway keeps, as far as the caller may see it, or answers for the data."""
    readers, everybody, reference = actor.identities, OVERSEE in actor.scopes, question.reference
    people = [(PersonKind.PARTY, each) for each in question.party_ids]
    people += [(PersonKind.ADVISER, each) for each in question.adviser_ids]
    client_id = _read_client(reference, actor, everybody=everybody)
    async with system_scope(session, "a person is looked for in all events, and shown in those that the caller sees"):
        events = await queries.list_naming_events(session, people, readers=readers, everybody=everybody)
        erasures = await queries.list_erasures_by(session, reference, readers=readers, everybody=everybody)
        changes = await queries.list_client_changes_by(session, reference, readers=readers, everybody=everybody)
        of_client = await queries.list_of_client(session, client_id) if client_id else []
    return [
        *(_build_event(row, everybody=everybody) for row in events),
        *(_build("erasure", row) for row in erasures),
        *(_build("client-change", row) for row in changes),
        *(_build(kind, row) for kind, row in of_client),
    ]


def _read_client(reference: str, actor: Principal, *, everybody: bool) -> str | None:
    """Return the client that the reference is of, where it acts for itself and the caller is it or answers for all."""
    client_id = reference.removeprefix(OF_CLIENTS)
    return client_id if client_id != reference and (everybody or client_id == actor.client_id) else None


def _build_event(row: AnyRow, *, everybody: bool) -> SubjectRecord:
    """Return the event; who else was sent it is told whoever answers for the data alone."""
    sent_to = [f"sent to the organisation {each}" for each in row.sent_to] if everybody else []
    recipients = ["whoever may see the case, by feed or subscription", *sent_to]
    content = {"type": row.type, "recordedAt": row.recorded_at}
    return _record("event", row.id, content, recipients, case_id=row.case_id, source="the service that published it")


def _build(kind: str, row: AnyRow) -> SubjectRecord:
    content = {name: value for name, value in row._asdict().items() if name != "id"}
    return _record(kind, row.id, content, ["the client itself", "whoever answers for the data"])


def _record(
    kind: str,
    id_: str,
    content: dict[str, Any],
    recipients: Sequence[str],
    *,
    case_id: UUID | None = None,
    source: str = "the client",
) -> SubjectRecord:
    return SubjectRecord(
        service=SERVICE,
        kind=kind,
        id=id_,
        case_id=case_id,
        content=content,
        source=source,
        recipients=list(recipients),
        kept=_KEPT[kind],
    )
