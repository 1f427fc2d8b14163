"""The worker's part of imports: puts the rows of files on file, in batches. Any number may work side by side.

A batch is one transaction, with how far the import got: killed at any step, it goes on behind the last batch, and no
row is dealt with twice. Nothing that is logged names a case.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from rtp_applications.cases.context import CommandContext
from rtp_applications.intake import commands
from rtp_applications.intake.living import compute_digest, read_table_row
from rtp_applications.intake.models import CaseImport, FileFormat
from rtp_applications.intake.schemas import ImportedCase
from rtp_applications.intake.splitting import FileRow, read_cells
from rtp_applications.workflow.definition import Caller
from rtp_shared.db import describe_error, is_unavailable
from rtp_shared.identities import organisation_identity
from rtp_shared.loops import run_every
from rtp_shared.problems import FieldError, Refusal
from rtp_shared.service import Runtime
from rtp_shared.validation import describe_failure

log = logging.getLogger(__name__)

LOOKED_EVERY_SECONDS = 2.0
BATCH = 50


async def import_forever(runtime: Runtime) -> None:
    """Put on file what waits, again and again until cancelled."""

    async def look() -> None:
        async with runtime.database.transaction() as session:
            await commands.let_abandoned_go(session, runtime.clock())
        while await import_batch(runtime):
            pass

    def warn(error: Exception) -> None:
        log.warning("files of cases could not be looked at, trying again", extra={"error": describe_error(error)})

    await run_every(LOOKED_EVERY_SECONDS, look, on_error=warn)


async def import_batch(runtime: Runtime) -> bool:
    """Deal with the next rows of a file that waits; return whether there was one."""
    now = runtime.clock()
    async with runtime.database.transaction() as session:
        job = await commands.lock_next_import(session)
        if job is None:
            return False
        identities = (f"client:{job.client}", organisation_identity(job.organisation))
        caller = Caller(job.person, identities, frozenset())
        context = CommandContext(session, caller, now, runtime.outbox, runtime.resources)
        await _Batch(context, job).run()
        return True


class UnreadableRow(Exception):
    """A row that says no case, with what is wrong with it."""

    def __init__(self, errors: Sequence[FieldError], reference: str | None = None) -> None:
        super().__init__()
        self.errors = errors
        self.reference = reference


def read_row(row: FileRow, format_: FileFormat, columns: Sequence[str]) -> ImportedCase:
    """Return the case that a row says; raise UnreadableRow if it says none."""
    if row.fault:
        raise UnreadableRow([FieldError("", row.fault)])
    said: Any = None
    try:
        said = read_table_row(columns, read_cells(row.content)) if format_ is FileFormat.CSV else _read_line(row)
        return ImportedCase.model_validate(said)
    except ValidationError as error:
        reference = said.get("reference") if isinstance(said, dict) else None
        shown = reference if isinstance(reference, str) and len(reference) <= 100 else None
        raise UnreadableRow(describe_failure(error, said), shown) from None
    except (ValueError, RecursionError) as error:
        reason = "is no JSON" if isinstance(error, (json.JSONDecodeError, RecursionError)) else str(error)
        raise UnreadableRow([FieldError("", reason)]) from None


def _read_line(row: FileRow) -> Any:
    said = json.loads(row.content, parse_constant=_refuse_constant)
    if not isinstance(said, dict):
        raise ValueError("is no JSON object")  # noqa: TRY004 - of what was sent, not of ours
    return said


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def make_storable(text: str) -> str:
    """Return the text with a sign in place of each character that cannot be stored: it may quote what is wrong."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


@dataclass
class _Batch:
    """The rows of one transaction, and what becomes of them."""

    context: CommandContext
    job: CaseImport
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[dict[str, object]] = field(default_factory=list)

    async def run(self) -> None:
        session, job = self.context.session, self.job
        rows = await commands.take_rows(session, job.id, limit=BATCH)
        read = list(self._read(rows))
        known = dict(await commands.find_known(session, job.organisation, [case.reference for _, case in read]))
        for number, case in read:
            if case.reference in known:
                self._compare(number, case, known[case.reference])
            elif await self._import(number, case):
                known[case.reference] = compute_digest(case)
        await commands.record_problems(session, job.id, self.problems)
        await commands.count_batch(session, job, self.counts, now=self.context.now)

    def _read(self, rows: Sequence[FileRow]) -> Iterator[tuple[int, ImportedCase]]:
        for row in rows:
            try:
                yield row.number, read_row(row, self.job.format, self.job.columns)
            except UnreadableRow as unreadable:
                self._refuse(row.number, unreadable.reference, unreadable.errors)

    async def _import(self, number: int, case: ImportedCase) -> bool:
        """Put the case on file, or note why it cannot be; a row that is refused takes no other with it."""
        session = self.context.session
        try:
            async with session.begin_nested():
                await commands.import_case(self.context, self.job, number, case, dry_run=self.job.dry_run)
        except Refusal as refusal:
            self._refuse(number, case.reference, refusal.errors or [FieldError("", refusal.detail)])
            return False
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning("a row could not be put on file", extra={"error": describe_error(error)})
            self._refuse(number, case.reference, [FieldError("", "could not be put on file")])
            return False
        self.counts["made"] += 1
        return True

    def _compare(self, number: int, case: ImportedCase, digest: bytes) -> None:
        if digest == compute_digest(case):
            self.counts["known"] += 1
            return
        reason = "is the reference of a case that is here, of which other things were said: it is changed here now"
        self._refuse(number, case.reference, [FieldError("/reference", reason)])

    def _refuse(self, number: int, reference: str | None, errors: Sequence[FieldError]) -> None:
        self.counts["refused"] += 1
        for position, error in enumerate(errors[:20], 1):
            name = error.field.removeprefix("/") if self.job.format is FileFormat.CSV else error.field
            self.problems.append(
                {
                    "row_number": number,
                    "position": position,
                    "reference": reference and make_storable(reference),
                    "field": make_storable(name[:200]),
                    "reason": make_storable(error.reason[:500]),
                }
            )
