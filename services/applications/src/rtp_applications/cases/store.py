"""Cases out of the database: locked, and read whole in one statement. `saving` writes them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias, cast
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Date,
    Table,
    Text,
    TextualSelect,
    Uuid,
    bindparam,
    column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import Case
from rtp_applications.cases.sight import KNOWN, OWN_VERSION, READERS, is_known_to
from rtp_applications.deadlines.rules.days import Calendars, civil_date
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.json_types import JsonMapping
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.cooling import PastAward, ReservationLaw
from rtp_applications.workflow.body_facts import BodyFacts, OwnRule
from rtp_applications.workflow.enums import Audience, Role, Status
from rtp_applications.workflow.snapshot import (
    CaseSnapshot,
    Facts,
    HeldDocument,
    Intention,
    Party,
    RelatedCase,
    Signature,
    SignedRecord,
)
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.db import AnyRow

_cases = cast("Table", Case.__table__)
COLUMNS = tuple(each.name for each in fields(Facts))
JsonRow: TypeAlias = JsonMapping

# What hangs on a case, as JSON with names, so that a whole case is one statement.
_CHILDREN = {
    "parties": """
        (SELECT coalesce(json_agg(json_build_object(
            'id', p.id, 'role', p.role, 'person', p.person, 'holder', p.holder, 'valid_from', p.valid_from,
            'valid_to', p.valid_to, 'mandate', p.mandate)), '[]')
         FROM case_parties p WHERE p.case_id = cases.id)""",
    "records": """
        (SELECT coalesce(json_agg(json_build_object(
            'kind', r.kind, 'key', r.key, 'content', r.content, 'signed', r.signed, 'audience', r.audience)), '[]')
         FROM case_records r WHERE r.case_id = cases.id)""",
    "deadlines": """
        (SELECT coalesce(json_agg(d.content), '[]') FROM case_deadlines d WHERE d.case_id = cases.id)""",
    "documents": """
        (SELECT coalesce(json_agg(json_build_object(
            'id', e.id, 'kind', e.kind, 'version', e.version, 'scan', coalesce(v.scan, ''),
            'sha256', coalesce(v.sha256, ''), 'frozen', coalesce(e.frozen_version = e.version, false),
            'audience', e.audience, 'kind_told', e.kind_told)), '[]')
         FROM documents e LEFT JOIN document_versions v ON v.document_id = e.id AND v.version = e.version
         WHERE e.case_id = cases.id AND e.withdrawn_at IS NULL)""",
    "bodies": """
        (SELECT coalesce(json_agg(json_build_object(
            'id', b.id, 'name', b.name, 'kind', b.kind, 'nation', b.nation, 'ended_on', b.ended_on,
            'successors', CASE WHEN b.successor_id IS NULL THEN to_json(b.shared_among)
                ELSE json_build_array(b.successor_id) END, 'rules', (
            SELECT json_agg(json_build_object('rule', u.rule, 'value', u.value, 'source', u.source,
                'valid_from', u.valid_from, 'valid_to', u.valid_to, 'published_on', u.published_on,
                'sector', u.sector)) FROM body_rules u
            WHERE u.body_id = b.id AND u.value IS NOT NULL AND u.valid_from <= :today
              AND (u.valid_to IS NULL OR u.valid_to >=
                  least(:today, (cases.submitted_at AT TIME ZONE 'Europe/London')::date))))), '[]')
         FROM bodies b
         WHERE b.id IN (cases.employer_id, cases.commissioner_id, cases.decision_body_id, cases.duty_holder_id)
            OR b.id = ANY (cases.further_employer_ids)
            OR b.id IN (SELECT (r.content ->> 'body')::uuid FROM case_records r
                        WHERE r.case_id = cases.id AND r.kind = 'body-replaced'))""",
    "intentions": """
        (SELECT coalesce(json_agg(json_build_object(
            'case_id', i.id, 'body_id', i.employer_id, 'published_on', r.content ->> 'publishedOn',
            'sector', i.sector, 'status', i.status, 'service_name', i.service_name,
            'applicants', i.applicant_count)), '[]')
         FROM cases i JOIN case_records r ON r.case_id = i.id
         WHERE r.kind = 'published-intention' AND i.employer_id = cases.employer_id AND i.id <> cases.id)""",
    "related": """
        (SELECT coalesce(json_agg(json_build_object(
            'id', l.id, 'is_later', l.id IS DISTINCT FROM cases.previous_case_id, 'opened_by', l.opened_by,
            'submitted', l.submitted_at IS NOT NULL, 'readers', l.readers, 'body_readers', l.body_readers)
            ORDER BY l.id), '[]')
         FROM cases l WHERE l.id = cases.previous_case_id OR l.previous_case_id = cases.id)""",
    "awards": """
        (SELECT coalesce(json_agg(json_build_object(
            'authority', a.authority_id, 'provider', a.provider, 'codes', a.cpv, 'reserved_under', a.reserved_under,
            'awarded_on', a.awarded_on, 'entered_into_on', a.entered_into_on, 'source', a.source)), '[]')
         FROM contract_awards a JOIN case_records r ON r.case_id = cases.id AND r.kind = 'legal-entity'
         WHERE a.authority_id = coalesce(cases.commissioner_id, cases.employer_id)
           AND a.provider = (r.content ->> 'scheme') || '-' || (r.content ->> 'identifier')
           AND a.reserved_under IS NOT NULL AND a.withdrawn_at IS NULL
           AND a.authority_known_by IS DISTINCT FROM 'name' AND a.case_id IS DISTINCT FROM cases.id)""",
    "holidays": """
        (SELECT coalesce(string_agg(h.division || ' ' || h.day, ','), '') FROM bank_holidays h
         WHERE h.day > :today - 400)""",
}


def _select_files(wanted: str, given: BindParameter[Any]) -> TextualSelect:
    statement = f"""
        SELECT {", ".join(f"cases.{name}" for name in COLUMNS)},
               {", ".join(f"{sql} AS {name}" for name, sql in _CHILDREN.items())}
        FROM cases WHERE {wanted} AND {KNOWN}
        """  # noqa: S608 - of our own words
    return (
        text(statement)
        .bindparams(given, READERS, bindparam("today", type_=Date))
        .columns(
            *(column(name, _cases.c[name].type) for name in COLUMNS),
            *(column(name, Text if name == "holidays" else JSON) for name in _CHILDREN),
        )
    )


_FILE = _select_files("cases.id = :case_id", bindparam("case_id", type_=Uuid))
_FILES = _select_files("cases.id = ANY (:case_ids)", bindparam("case_ids", type_=ARRAY(Uuid)))
_LOCK = (
    select(OWN_VERSION.label("version"))
    .where(_cases.c.id == bindparam("case_id"), is_known_to(READERS))
    .with_for_update()
)
_LOCK_IF_FREE = (
    select(_cases.c.id).where(_cases.c.id == bindparam("case_id", type_=Uuid)).with_for_update(skip_locked=True)
)


async def lock(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> int | None:
    """Lock the case until the transaction ends; return its version as these readers count it, or None where they do not
    see it.
    """
    row = (await session.execute(_LOCK, {"case_id": case_id, "readers": list(readers)})).first()
    return row.version if row else None


async def lock_if_free(session: AsyncSession, case_id: UUID) -> bool:
    """Lock the case until the transaction ends; return whether nobody else holds it."""
    return (await session.execute(_LOCK_IF_FREE, {"case_id": case_id})).first() is not None


async def is_number_taken(session: AsyncSession, number: str) -> bool:
    """Return whether a case has the number that others than its group know of: drafts do not count."""
    disclosed = select(_cases.c.id).where(_cases.c.number == number, _cases.c.submitted_at.is_not(None))
    return await session.scalar(disclosed) is not None


async def find_status(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> Status | None:
    """Return the status of the case, or None where these readers do not see it."""
    found: Status | None = await session.scalar(
        select(_cases.c.status).where(_cases.c.id == case_id, is_known_to(readers))
    )
    return found


async def find_ended(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str]
) -> tuple[Status, RelatedCase] | None:
    """Return the status of the case and who may know of it, or None where these readers do not see it."""
    columns = (_cases.c.status, _cases.c.opened_by, _cases.c.submitted_at, _cases.c.readers, _cases.c.body_readers)
    row = (await session.execute(select(*columns).where(_cases.c.id == case_id, is_known_to(readers)))).first()
    if row is None:
        return None
    return row.status, RelatedCase(
        id=case_id,
        is_later=False,
        opened_by=row.opened_by,
        submitted=row.submitted_at is not None,
        readers=row.readers,
        body_readers=row.body_readers,
    )


async def read_snapshot(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str], now: datetime
) -> CaseSnapshot | None:
    """Return the whole case as these readers may see it."""
    today = civil_date(now)
    row = (await session.execute(_FILE, {"case_id": case_id, "readers": list(readers), "today": today})).first()
    return _read_row(row, today) if row else None


async def read_snapshots(
    session: AsyncSession, case_ids: Sequence[UUID], *, readers: Sequence[str], now: datetime
) -> dict[UUID, CaseSnapshot]:
    """Return by id those of these cases that the readers see, whole, in one statement."""
    today = civil_date(now)
    rows = await session.execute(_FILES, {"case_ids": list(case_ids), "readers": list(readers), "today": today})
    return {row.id: _read_row(row, today) for row in rows}


_BEGINNINGS = (
    text(f"SELECT uuidv7() AS id, {_CHILDREN['holidays']} AS holidays")
    .bindparams(bindparam("today", type_=Date))
    .columns(column("id", Uuid), column("holidays", Text))
)


async def read_beginnings(session: AsyncSession, now: datetime) -> tuple[UUID, Calendars]:
    """Return the id of a case that is being opened, and the calendars of the parts of the UK."""
    row = (await session.execute(_BEGINNINGS, {"today": civil_date(now)})).one()
    return row.id, _build_calendars(row.holidays)


@lru_cache(maxsize=64)
def _build_calendars(holidays: str) -> Calendars:
    """Return the calendars of these bank holidays: the same text is the same calendars, case after case."""
    rows = (each.split(" ") for each in holidays.split(",") if each)
    return Calendars.of((division, date.fromisoformat(day)) for division, day in rows)


def _read_row(row: AnyRow, today: date) -> CaseSnapshot:
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    return CaseSnapshot(
        case=Facts(**{name: found[name] for name in COLUMNS}),
        parties={party.id: party for party in map(_read_party, found["parties"])},
        records={(each.kind, each.key): each for each in map(_read_record, found["records"])},
        deadlines={each.id: each for each in map(Deadline.from_json, found["deadlines"])},
        documents={each.id: each for each in map(_read_document, found["documents"])},
        bodies={each.id: each for each in map(_read_body, found["bodies"])},
        intentions=[_read_intention(each) for each in found["intentions"]],
        related=[RelatedCase(**{**each, "id": UUID(each["id"])}) for each in found["related"]],
        awards=[_read_award(each) for each in found["awards"]],
        calendars=_build_calendars(found["holidays"]),
        read_on=today,
    )


def _read_award(row: JsonRow) -> PastAward:
    """Return it as the cooling-off counts it: s.33 from the contract, reg 77 from the award."""
    law = ReservationLaw(row["reserved_under"])
    counted = "awarded_on" if law is ReservationLaw.REGULATION_77 else "entered_into_on"
    codes = tuple(map(CpvCode, row["codes"]))
    entered_into_on = date.fromisoformat(row[counted])
    return PastAward(row["authority"], row["provider"], codes, law, entered_into_on, row["source"])


def _read_party(row: JsonRow) -> Party:
    since, until = date.fromisoformat(row["valid_from"]), _read_day(row["valid_to"])
    return Party(UUID(row["id"]), Role(row["role"]), row["person"], row["holder"], since, until, row["mandate"])


def _read_record(row: JsonRow) -> SignedRecord:
    signed = tuple(Signature.from_json(each) for each in row["signed"])
    return SignedRecord(row["kind"], row["key"], row["content"], signed, Audience(row["audience"]))


def _read_document(row: JsonRow) -> HeldDocument:
    return HeldDocument(**{**row, "id": UUID(row["id"]), "audience": Audience(row["audience"])})


def _read_body(row: JsonRow) -> BodyFacts:
    return BodyFacts(
        UUID(row["id"]),
        row["name"],
        row["kind"],
        _read_day(row["ended_on"]),
        tuple(map(UUID, row["successors"])),
        tuple(map(OwnRule.from_json, row["rules"] or ())),
        row["nation"],
    )


def _read_intention(row: JsonRow) -> Intention:
    return Intention(
        case_id=UUID(row["case_id"]),
        body_id=UUID(row["body_id"]),
        published_on=date.fromisoformat(row["published_on"]),
        sector=Sector(row["sector"]) if row["sector"] else None,
        status=Status(row["status"]),
        service_name=row["service_name"],
        applicants=row["applicants"],
    )


def _read_day(text_: str | None) -> date | None:
    return date.fromisoformat(text_) if text_ else None
