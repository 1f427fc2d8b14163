"""Cases into the database: only what changed is written."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy import DateTime, Table, Update, Uuid, bindparam, delete, insert, text, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, Insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import Case, CaseDeadline, CaseParty, CaseRecord
from rtp_applications.cases.store import COLUMNS
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.workflow.snapshot import CaseSnapshot, Party, SignedRecord

_cases = cast("Table", Case.__table__)
_parties = cast("Table", CaseParty.__table__)
_records = cast("Table", CaseRecord.__table__)
_deadlines = cast("Table", CaseDeadline.__table__)
Key = TypeVar("Key")
Value = TypeVar("Value")


async def write_new(session: AsyncSession, snapshot: CaseSnapshot) -> None:
    values = {name: getattr(snapshot.case, name) for name in COLUMNS}
    await session.execute(insert(_cases), [values])
    await _write_rows(
        session, snapshot, parties=snapshot.parties, records=snapshot.records, deadlines=snapshot.deadlines
    )


async def write_changes(session: AsyncSession, before: CaseSnapshot, after: CaseSnapshot) -> None:
    """Write what differs between the two, and nothing else."""
    changed = {name: value for name in COLUMNS if (value := getattr(after.case, name)) != getattr(before.case, name)}
    if changed:
        values = {f"new_{name}": value for name, value in changed.items()}
        await session.execute(_build_update(tuple(changed)), {"case_id": after.case.id, **values})
    if gone := [list(key) for key in before.records if key not in after.records]:
        named = tuple_(_records.c.kind, _records.c.key).in_([tuple(key) for key in gone])
        await session.execute(delete(_records).where(_records.c.case_id == after.case.id, named))
    if left := [party for party in before.parties if party not in after.parties]:
        await session.execute(delete(_parties).where(_parties.c.id.in_(left)))
    await _write_rows(
        session,
        after,
        parties=_select_changed(before.parties, after.parties),
        records=_select_changed(before.records, after.records),
        deadlines=_select_changed(before.deadlines, after.deadlines),
    )
    changed_documents = _select_changed(before.documents, after.documents)
    if frozen := [id_ for id_, each in changed_documents.items() if each.frozen and not before.documents[id_].frozen]:
        await session.execute(_FREEZE, {"ids": frozen, "now": after.case.changed_at})


# Whatever else happens to a document is written by its own commands.
_FREEZE = text("""
    WITH frozen AS (
        UPDATE documents SET frozen_version = version, revision = revision + 1, changed_at = :now
        WHERE id = ANY(:ids) RETURNING id, version
    )
    UPDATE document_versions v SET frozen_at = :now FROM frozen
    WHERE v.document_id = frozen.id AND v.version = frozen.version
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("now", type_=DateTime(timezone=True)))


@lru_cache(maxsize=256)
def _build_update(names: tuple[str, ...]) -> Update:
    """Build the statement that changes these columns, once: that costs as much as running it."""
    new = {name: bindparam(f"new_{name}", type_=_cases.c[name].type) for name in names}
    return update(_cases).where(_cases.c.id == bindparam("case_id")).values(new)


def _select_changed(before: Mapping[Key, Value], after: Mapping[Key, Value]) -> Mapping[Key, Value]:
    return {key: row for key, row in after.items() if before.get(key) != row}


async def _write_rows(
    session: AsyncSession,
    snapshot: CaseSnapshot,
    *,
    parties: Mapping[UUID, Party],
    records: Mapping[tuple[str, str], SignedRecord],
    deadlines: Mapping[UUID, Deadline],
) -> None:
    case_id = snapshot.case.id
    if parties:
        await session.execute(_UPSERT_PARTY, [_dump_party(case_id, each) for each in parties.values()])
    if records:
        await session.execute(_UPSERT_RECORD, [_dump_record(case_id, each) for each in records.values()])
    if deadlines:
        await session.execute(_UPSERT_DEADLINE, [_dump_deadline(case_id, each) for each in deadlines.values()])


def _build_upsert(table: Table, *, keys: Sequence[str], columns: Sequence[str]) -> Insert:
    statement = upsert(table).values({name: bindparam(name) for name in (*keys, *columns)})
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: statement.excluded[name] for name in columns if name != "case_id"}
    )


_UPSERT_PARTY = _build_upsert(
    _parties,
    keys=("id",),
    columns=("case_id", "role", "person", "holder", "valid_from", "valid_to", "mandate"),
)
_UPSERT_RECORD = _build_upsert(_records, keys=("case_id", "kind", "key"), columns=("content", "signed", "audience"))
_UPSERT_DEADLINE = _build_upsert(
    _deadlines, keys=("id",), columns=("case_id", "clock", "state", "due_on", "due_at", "look_at", "content")
)


def _dump_party(case_id: UUID, party: Party) -> dict[str, object]:
    return {"case_id": case_id, **{each.name: getattr(party, each.name) for each in fields(Party)}}


def _dump_record(case_id: UUID, record: SignedRecord) -> dict[str, object]:
    return {"case_id": case_id, "kind": record.kind, "key": record.key, **record.to_json()}


def _dump_deadline(case_id: UUID, deadline: Deadline) -> dict[str, object]:
    return {
        "id": deadline.id,
        "case_id": case_id,
        "clock": deadline.clock,
        "state": deadline.state.value,
        "due_on": deadline.due_on,
        "due_at": deadline.due_at,
        "look_at": deadline.next_look_at,
        "content": deadline.to_json(),
    }
