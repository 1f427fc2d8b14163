"""Case files out of the database and back: one statement to read one, and only what changed is written."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    Date,
    DateTime,
    Table,
    Text,
    Uuid,
    bindparam,
    column,
    delete,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import Case, CaseDeadline, CaseParty, CaseRecord
from rtp_applications.deadlines.rules.days import Calendars, civil_date
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.workflow.enums import Audience, Role, Status
from rtp_applications.workflow.snapshot import (
    BodyFacts,
    CaseSnapshot,
    Facts,
    HeldDocument,
    Intention,
    Party,
    Signature,
    SignedRecord,
)
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.db import AnyRow, visible_to

_cases = cast("Table", Case.__table__)
_parties = cast("Table", CaseParty.__table__)
_records = cast("Table", CaseRecord.__table__)
_deadlines = cast("Table", CaseDeadline.__table__)
COLUMNS = tuple(each.name for each in fields(Facts))

# What hangs on a case, as JSON, so that a whole case file is one statement.
_CHILDREN = {
    "parties": """
        (SELECT coalesce(jsonb_agg(jsonb_build_array(p.id, p.role, p.person, p.holder, p.valid_from, p.valid_to,
                                                     p.mandate)), '[]')
         FROM case_parties p WHERE p.case_id = cases.id)""",
    "records": """
        (SELECT coalesce(jsonb_agg(jsonb_build_array(r.kind, r.key, r.content, r.signed, r.audience)), '[]')
         FROM case_records r WHERE r.case_id = cases.id)""",
    "deadlines": """
        (SELECT coalesce(jsonb_agg(d.content), '[]') FROM case_deadlines d WHERE d.case_id = cases.id)""",
    "documents": """
        (SELECT coalesce(jsonb_agg(jsonb_build_array(e.id, e.kind, e.version, coalesce(v.scan, ''),
                                                     coalesce(v.sha256, ''), coalesce(e.frozen_version = e.version,
                                                     false), e.audience)), '[]')
         FROM documents e LEFT JOIN document_versions v ON v.document_id = e.id AND v.version = e.version
         WHERE e.case_id = cases.id AND e.withdrawn_at IS NULL)""",
    "bodies": """
        (SELECT coalesce(jsonb_agg(jsonb_build_array(b.id, b.kind, b.ended_on, b.successor_id, (
            SELECT jsonb_object_agg(u.rule, u.value) FROM body_rules u
            WHERE u.body_id = b.id AND u.value IS NOT NULL
              AND u.valid_from <= :today AND (u.valid_to IS NULL OR :today <= u.valid_to)))), '[]')
         FROM bodies b
         WHERE b.id IN (cases.employer_id, cases.commissioner_id, cases.decision_body_id, cases.duty_holder_id))""",
    "intentions": """
        (SELECT coalesce(jsonb_agg(jsonb_build_array(i.id, i.employer_id, r.content ->> 'publishedOn',
                                                     i.sector, i.status)), '[]')
         FROM cases i JOIN case_records r ON r.case_id = i.id
         WHERE r.kind = 'published-intention' AND i.employer_id = cases.employer_id AND i.id <> cases.id)""",
    "holidays": """
        (SELECT coalesce(string_agg(h.division || ' ' || h.day, ','), '') FROM bank_holidays h
         WHERE h.day > :today - 400)""",
}
_FILE = (
    text(
        f"""
        SELECT {", ".join(f"cases.{name}" for name in COLUMNS)},
               {", ".join(f"{sql} AS {name}" for name, sql in _CHILDREN.items())}
        FROM cases WHERE cases.id = :case_id AND cases.readers && :readers
        """  # noqa: S608 - of our own words
    )
    .bindparams(
        bindparam("case_id", type_=Uuid), bindparam("readers", type_=ARRAY(Text)), bindparam("today", type_=Date)
    )
    .columns(
        *(column(name, _cases.c[name].type) for name in COLUMNS),
        *(column(name, Text if name == "holidays" else JSONB) for name in _CHILDREN),
    )
)
_LOCK = (
    select(_cases.c.id, _cases.c.version)
    .where(_cases.c.id == bindparam("case_id"), visible_to(_cases.c.readers, bindparam("readers")))
    .with_for_update()
)


async def lock(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> int | None:
    """The version of the case, which nobody else changes until the transaction ends; None where it is not seen."""
    row = (await session.execute(_LOCK, {"case_id": case_id, "readers": list(readers)})).first()
    return row.version if row else None


async def status_of(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> Status | None:
    """The status of the case; None where these readers do not see it."""
    found: Status | None = await session.scalar(
        select(_cases.c.status).where(_cases.c.id == case_id, visible_to(_cases.c.readers, list(readers)))
    )
    return found


async def read_file(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str], now: datetime
) -> CaseSnapshot | None:
    """The case file as these readers may see it."""
    given = {"case_id": case_id, "readers": list(readers), "today": civil_date(now)}
    row = (await session.execute(_FILE, given)).first()
    return _file(row) if row else None


_BEGINNINGS = (
    text(f"SELECT uuidv7() AS id, {_CHILDREN['holidays']} AS holidays")
    .bindparams(bindparam("today", type_=Date))
    .columns(column("id", Uuid), column("holidays", Text))
)


async def beginnings(session: AsyncSession, now: datetime) -> tuple[UUID, Calendars]:
    """The id of a case that is being opened, and the calendars of the parts of the UK."""
    row = (await session.execute(_BEGINNINGS, {"today": civil_date(now)})).one()
    return row.id, _calendars(row.holidays)


@lru_cache(maxsize=64)
def _calendars(holidays: str) -> Calendars:
    """The calendars of these bank holidays: the same text is the same calendars, case after case."""
    rows = (each.split(" ") for each in holidays.split(",") if each)
    return Calendars.of((division, date.fromisoformat(day)) for division, day in rows)


def _file(row: AnyRow) -> CaseSnapshot:
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    return CaseSnapshot(
        case=Facts(**{name: found[name] for name in COLUMNS}),
        parties={party.id: party for party in map(_party, found["parties"])},
        records={(kept.kind, kept.key): kept for kept in map(_record, found["records"])},
        deadlines={each.id: each for each in map(Deadline.from_json, found["deadlines"])},
        documents={each.id: each for each in map(_document, found["documents"])},
        bodies={each.id: each for each in map(_body, found["bodies"])},
        intentions=[_intention(each) for each in found["intentions"]],
        calendars=_calendars(found["holidays"]),
    )


def _party(row: Sequence[Any]) -> Party:
    id_, role, person, holder, since, until, mandate = row
    return Party(UUID(id_), Role(role), person, holder, date.fromisoformat(since), _day(until), mandate)


def _record(row: Sequence[Any]) -> SignedRecord:
    kind, key, content, signed, audience = row
    return SignedRecord(kind, key, content, tuple(Signature.from_json(each) for each in signed), Audience(audience))


def _document(row: Sequence[Any]) -> HeldDocument:
    id_, kind, version, scan, sha256, frozen, audience = row
    return HeldDocument(UUID(id_), kind, version, scan, sha256, frozen, Audience(audience))


def _body(row: Sequence[Any]) -> BodyFacts:
    id_, kind, ended_on, successor, rules = row
    return BodyFacts(UUID(id_), kind, _day(ended_on), successor and UUID(successor), rules or {})


def _intention(row: Sequence[Any]) -> Intention:
    case_id, body_id, published_on, sector, status = row
    published = date.fromisoformat(published_on)
    return Intention(UUID(case_id), UUID(body_id), published, Sector(sector) if sector else None, Status(status))


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


async def write_new(session: AsyncSession, file: CaseSnapshot) -> None:
    values = {name: getattr(file.case, name) for name in COLUMNS}
    await session.execute(insert(_cases), [values])
    await _write_rows(session, file, parties=file.parties, records=file.records, deadlines=file.deadlines)


async def write_changes(session: AsyncSession, before: CaseSnapshot, after: CaseSnapshot) -> None:
    """Write what differs between the two, and nothing else."""
    changed = {name: value for name in COLUMNS if (value := getattr(after.case, name)) != getattr(before.case, name)}
    if changed:
        values = {f"new_{name}": value for name, value in changed.items()}
        await session.execute(_update(tuple(changed)), {"case_id": after.case.id, **values})
    if gone := [list(key) for key in before.records if key not in after.records]:
        named = tuple_(_records.c.kind, _records.c.key).in_([tuple(key) for key in gone])
        await session.execute(delete(_records).where(_records.c.case_id == after.case.id, named))
    if left := [party for party in before.parties if party not in after.parties]:
        await session.execute(delete(_parties).where(_parties.c.id.in_(left)))
    await _write_rows(
        session,
        after,
        parties=_new(before.parties, after.parties),
        records=_new(before.records, after.records),
        deadlines=_new(before.deadlines, after.deadlines),
    )
    changed_documents = _new(before.documents, after.documents)
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
def _update(names: tuple[str, ...]) -> Any:
    """The statement that changes these columns: building one costs as much as running it."""
    new = {name: bindparam(f"new_{name}", type_=_cases.c[name].type) for name in names}
    return update(_cases).where(_cases.c.id == bindparam("case_id")).values(new)


def _new(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return {key: row for key, row in after.items() if before.get(key) != row}


async def _write_rows(
    session: AsyncSession,
    file: CaseSnapshot,
    *,
    parties: Mapping[UUID, Party],
    records: Mapping[tuple[str, str], SignedRecord],
    deadlines: Mapping[UUID, Deadline],
) -> None:
    case_id = file.case.id
    if parties:
        await session.execute(_UPSERT_PARTY, [_party_row(case_id, each) for each in parties.values()])
    if records:
        await session.execute(_UPSERT_RECORD, [_record_row(case_id, each) for each in records.values()])
    if deadlines:
        await session.execute(_UPSERT_DEADLINE, [_deadline_row(case_id, each) for each in deadlines.values()])


def _upsert(table: Table, *, keys: Sequence[str], columns: Sequence[str]) -> Any:
    statement = upsert(table).values({name: bindparam(name) for name in (*keys, *columns)})
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: statement.excluded[name] for name in columns if name != "case_id"}
    )


_UPSERT_PARTY = _upsert(
    _parties,
    keys=("id",),
    columns=("case_id", "role", "person", "holder", "valid_from", "valid_to", "mandate"),
)
_UPSERT_RECORD = _upsert(_records, keys=("case_id", "kind", "key"), columns=("content", "signed", "audience"))
_UPSERT_DEADLINE = _upsert(
    _deadlines, keys=("id",), columns=("case_id", "clock", "state", "due_on", "due_at", "look_at", "content")
)


def _party_row(case_id: UUID, party: Party) -> dict[str, Any]:
    return {
        "id": party.id,
        "case_id": case_id,
        "role": party.role,
        "person": party.person,
        "holder": party.holder,
        "valid_from": party.valid_from,
        "valid_to": party.valid_to,
        "mandate": party.mandate,
    }


def _record_row(case_id: UUID, record: SignedRecord) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "kind": record.kind,
        "key": record.key,
        "content": dict(record.content),
        "signed": [each.to_json() for each in record.signed],
        "audience": record.audience,
    }


def _deadline_row(case_id: UUID, deadline: Deadline) -> dict[str, Any]:
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
