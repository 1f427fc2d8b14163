"""What is done with files of living cases: received by the web in rows, and put on file by the worker in batches."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases import store
from rtp_applications.cases.change import create_case
from rtp_applications.cases.commands import fill_in
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.numbers import make_number
from rtp_applications.deadlines.rules.days import civil_date, starts_at
from rtp_applications.history.sealing import seal_entries
from rtp_applications.intake import living
from rtp_applications.intake.models import (
    CaseImport,
    CaseImportProblem,
    CaseImportRow,
    CaseReference,
    FileFormat,
    ImportState,
)
from rtp_applications.intake.schemas import ImportedCase
from rtp_applications.intake.splitting import FileRow
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.identities import NOBODY
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Signature
from rtp_shared.contracts.applications import CaseImported
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError, Invalid

_rows, _problems, _references = (
    cast("Table", each.__table__) for each in (CaseImportRow, CaseImportProblem, CaseReference)
)
ABANDONED_AFTER = timedelta(days=1)
"""A file that has not come whole by then never will."""


async def begin_import(
    session: AsyncSession,
    principal: Principal,
    person: str,
    format_: FileFormat,
    *,
    columns: Sequence[str],
    dry_run: bool,
    now: datetime,
) -> UUID:
    """Begin to receive a file; return the id of its import."""
    id_: UUID = (await session.execute(select(func.uuidv7()))).scalar_one()
    values = {
        "id": id_,
        "client": principal.client_id,
        "organisation": principal.organisation,
        "person": person,
        "format": format_,
        "columns": list(columns),
        "dry_run": dry_run,
        "state": ImportState.RECEIVING,
        "begun_at": now,
        **dict.fromkeys(("rows", "done", "made", "known", "refused"), 0),
    }
    await session.execute(insert(CaseImport.__table__).values(values))  # type: ignore[arg-type]  # a table it is
    return id_


async def add_rows(session: AsyncSession, import_id: UUID, rows: Sequence[FileRow]) -> None:
    """Keep rows until the worker gets to them."""
    kept = [{"import_id": import_id, "number": row.number, "content": row.content, "fault": row.fault} for row in rows]
    await session.execute(insert(_rows), kept)


async def complete_file(session: AsyncSession, import_id: UUID, *, rows: int) -> None:
    """Hand a file that has come whole to the worker."""
    whole = update(CaseImport).where(CaseImport.id == import_id).values(state=ImportState.WAITING, rows=rows)
    await session.execute(whole)


async def let_abandoned_go(session: AsyncSession, now: datetime) -> None:
    """Forget files that did not come whole."""
    old = select(CaseImport.id).where(
        CaseImport.state == ImportState.RECEIVING, CaseImport.begun_at < now - ABANDONED_AFTER
    )
    ids = list(await session.scalars(old))
    await session.execute(delete(CaseImportRow).where(CaseImportRow.import_id.in_(ids)))
    await session.execute(delete(CaseImport).where(CaseImport.id.in_(ids)))


async def lock_next_import(session: AsyncSession) -> CaseImport | None:
    """Lock the oldest import that waits and that nobody else works on, until the transaction ends."""
    waiting = select(CaseImport).where(CaseImport.state == ImportState.WAITING).order_by(CaseImport.id).limit(1)
    found: CaseImport | None = await session.scalar(waiting.with_for_update(skip_locked=True))
    if found is not None:
        # Another file of the same organisation may name the same cases.
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"case-imports {found.organisation}", 0))
        await session.execute(select(lock))
    return found


async def take_rows(session: AsyncSession, import_id: UUID, *, limit: int) -> Sequence[FileRow]:
    """Take the next rows of an import, which are gone from then on."""
    following = select(_rows.c.number).where(_rows.c.import_id == import_id).order_by(_rows.c.number).limit(limit)
    taken = (
        delete(_rows)
        .where(_rows.c.import_id == import_id, _rows.c.number.in_(following))
        .returning(_rows.c.number, _rows.c.content, _rows.c.fault)
    )
    rows = (await session.execute(taken)).all()
    return sorted(FileRow(row.number, row.content, row.fault) for row in rows)


async def find_known(session: AsyncSession, organisation: UUID, references: Sequence[str]) -> Mapping[str, bytes]:
    """Return the digests of what was said of these references before."""
    known = select(_references.c.reference, _references.c.digest).where(
        _references.c.organisation == organisation, _references.c.reference.in_(references)
    )
    return {row.reference: row.digest for row in await session.execute(known)}


async def record_problems(session: AsyncSession, import_id: UUID, problems: Sequence[Mapping[str, object]]) -> None:
    if problems:
        await session.execute(insert(_problems), [{"import_id": import_id, **each} for each in problems])


async def import_case(
    context: CommandContext, job: CaseImport, number: int, row: ImportedCase, *, dry_run: bool
) -> None:
    """Put a living case on file as its row has it, with what its body calls it. With `dry_run` nothing is saved."""
    process = context.equipment.processes.find_newest(row.route)
    if errors := list(living.find_errors(row, process, civil_date(context.now))):
        raise Invalid(errors=errors)
    by = Signature(Role.CLIENT, context.caller.person, context.caller.vouching_client, context.now)
    snapshot = await _read_case(context, row, process)
    if snapshot.case.employer_id != job.organisation:
        raise Invalid(errors=[FieldError("/employer", "is not your own body: each body brings in its own cases")])
    snapshot = living.settle(snapshot, row, process, job.organisation, by=by, now=context.now)
    if dry_run:
        return
    case = snapshot.case
    event = CaseImported(
        case_id=case.id, number=case.number, route=case.route, status=case.status, origin="file", at=context.now
    )
    seal = partial(seal_entries, None, action=living.IMPORT, by=by, at=context.now, discloses=True)
    await create_case(context, snapshot, event, seal)
    said = {"organisation": job.organisation, "reference": row.reference, "digest": living.compute_digest(row)}
    await context.session.execute(
        insert(_references).values({**said, "case_id": case.id, "import_id": job.id, "row_number": number})
    )


async def _read_case(context: CommandContext, row: ImportedCase, process: Process) -> CaseSnapshot:
    """Return the case with what the row says of it and the bodies that it names, and nobody to speak for its group."""
    id_, calendars = await store.read_beginnings(context.session, context.now)
    opened = starts_at(row.submitted_on)
    case = Facts(
        id=id_,
        number=await _choose_number(context.session),
        route=process.route,
        process_version=process.version,
        status=row.status,
        version=1,
        sequence=0,
        opened_by=NOBODY,
        readers=[],
        opened_at=opened,
        changed_at=context.now,
        submitted_at=opened,
    )
    snapshot = CaseSnapshot(case=case, calendars=calendars, read_on=civil_date(context.now))
    own = set(ImportedCase.model_fields) - {"reference", "status", "submitted_on", "status_since", "route", "records"}
    return await fill_in(context, snapshot, row.model_dump(include=own, exclude_unset=True))


async def _choose_number(session: AsyncSession) -> str:
    number = make_number()
    while await store.is_number_taken(session, number):
        number = make_number()
    return number


async def count_batch(session: AsyncSession, job: CaseImport, counts: Mapping[str, int], *, now: datetime) -> None:
    """Count what became of a batch; the import is finished with its last row."""
    values: dict[str, object] = {name: getattr(job, name) + count for name, count in counts.items()}
    values["done"] = job.done + sum(counts.values())
    if not counts or values["done"] == job.rows:
        values |= {"state": ImportState.FINISHED, "finished_at": now}
    counted = update(CaseImport).where(CaseImport.id == job.id).values(values)
    await session.execute(counted.execution_options(synchronize_session=False))
