"""Rules for a living case that a body's own system hands over. Pure: they save nothing.

A body puts its own cases on file, and speaks for itself alone: nobody speaks for the staff group until the body
appoints its lead, through the group's own client.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any, get_args
from uuid import UUID

from pydantic import ValidationError

from rtp_applications.deadlines.rules.days import starts_at
from rtp_applications.intake.schemas import EarlierRecord, ImportedCase
from rtp_applications.workflow import engine
from rtp_applications.workflow.definition import Action, Process
from rtp_applications.workflow.enums import ENDED, Audience, Status
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload, Signature, SignedRecord
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.problems import FieldError
from rtp_shared.validation import describe_failure

FIRST_DAY = date(2008, 1, 1)
"""No case is older than the policy that the first of these rights came from: Department of Health, 2008."""
IMPORT = "import"
"""The action by which a case comes in, as the history has it."""
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")
NOT_IN_A_TABLE = frozenset({"records"})


@cache
def list_columns() -> Mapping[str, str]:
    """Return the columns that a table may have, each with the kind of its cells: text, whole, truth or list."""
    fields = ImportedCase.model_fields.items()
    return {str(each.alias): _find_kind(each.annotation) for name, each in fields if name not in NOT_IN_A_TABLE}


def _find_kind(annotation: Any) -> str:
    kinds = {getattr(each, "__origin__", each) for each in (annotation, *get_args(annotation))}
    kinds |= {get_args(each)[0] for each in (annotation, *get_args(annotation)) if hasattr(each, "__metadata__")}
    return "list" if list in kinds else "truth" if bool in kinds else "whole" if int in kinds else "text"


def find_wrong_columns(names: Sequence[str]) -> Iterator[FieldError]:
    """Yield what is wrong with the names of a table's columns."""
    known = list_columns()
    for place, name in enumerate(names):
        if name not in known:
            yield FieldError(name[:100], f"is no column; there are {', '.join(known)}")
        elif name in names[:place]:
            yield FieldError(name, "is there twice")
    required = (str(each.alias) for each in ImportedCase.model_fields.values() if each.is_required())
    yield from (FieldError(name, "is missing among the columns") for name in required if name not in names)


def read_table_row(names: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """Return a table's row as JSON would have it: an empty cell says nothing. Raise ValueError for other cells."""
    if len(cells) != len(names):
        raise ValueError(f"has {len(cells)} cells for {len(names)} columns")
    kinds = list_columns()
    return {name: _read_cell(kinds[name], cell) for name, cell in zip(names, cells, strict=True) if cell.strip()}


def _read_cell(kind: str, cell: str) -> Any:
    """Return what a cell says; what is not of its kind stays text, and is refused as such."""
    said = cell.strip()
    if kind == "whole" and _WHOLE.fullmatch(said):
        return int(said)
    if kind == "truth" and said.lower() in (*_YES, *_NO):
        return said.lower() in _YES
    if kind == "list":
        return [part.strip() for part in said.split(";") if part.strip()]
    return cell


def compute_digest(row: ImportedCase) -> bytes:
    """Return the SHA-256 of what a row says, however it is written."""
    return hashlib.sha256(row.model_dump_json(exclude_defaults=True).encode()).digest()


def find_errors(row: ImportedCase, process: Process, today: date) -> Iterator[FieldError]:
    """Yield what is wrong with a row that can be told from the row and the process of its route."""
    if not process.actions:
        yield FieldError("/route", "takes no new cases")
        return
    living = list_living(process)
    if row.status not in living:
        yield FieldError("/status", f"one of {', '.join(sorted(living))}")
    if row.submitted_on < FIRST_DAY:
        yield FieldError("/submittedOn", f"is before {FIRST_DAY}")
    if row.status_since < row.submitted_on:
        yield FieldError("/statusSince", "is before submittedOn")
    for name, day in (("submittedOn", row.submitted_on), ("statusSince", row.status_since)):
        if day > today:
            yield FieldError(f"/{name}", "lies ahead")
    for place, record in enumerate(row.records):
        yield from _find_record_errors(record, row, process, today, f"/records/{place}")


def list_living(process: Process) -> frozenset[Status]:
    """Return the statuses in which a case may come in: all that are neither a draft's nor an end, and launched."""
    return frozenset(process.statuses - (ENDED - {Status.LAUNCHED}) - {Status.DRAFT})


def _find_record_errors(
    record: EarlierRecord, row: ImportedCase, process: Process, today: date, under: str
) -> Iterator[FieldError]:
    action = process.by_name.get(record.action)
    if action is None:
        yield FieldError(f"{under}/action", f"is no action of {process.route}, version {process.version}")
        return
    if not row.submitted_on <= record.on <= today:
        yield FieldError(f"{under}/on", "is not between submittedOn and today")
    if action.confidential or action.payload_model.AUDIENCE is not Audience.EVERYBODY:
        yield FieldError(f"{under}/action", "is for the bodies alone: put it on file once the case is here")
        return
    try:
        _read_payload(action, record)
    except ValidationError as error:
        yield from describe_failure(error, record.given, under=f"{under}/given")


def _read_payload(action: Action, record: EarlierRecord) -> Payload:
    return action.payload_model.model_validate(record.given)


def settle(
    snapshot: CaseSnapshot, row: ImportedCase, process: Process, organisation: UUID, *, by: Signature, now: datetime
) -> CaseSnapshot:
    """Return the case as it stands here. Its clocks count from the days on which it was submitted and moved, those that
    begin anew with every action from now on.
    """
    submission = next(each for each in process.actions if each.discloses)
    moved = starts_at(row.status_since)
    bodies = [organisation_identity(body) for body in snapshot.case.bodies]
    snapshot = snapshot.with_case(
        status=submission.leads_to[0],
        readers=list(dict.fromkeys([*SYSTEM, organisation_identity(organisation), *bodies, OVERSIGHT])),
        submitted_at=starts_at(row.submitted_on),
    )
    snapshot = engine.update_deadlines(
        process, Status.DRAFT, snapshot, submission.name, now, decided_on=row.submitted_on
    )
    before = snapshot.status
    snapshot = snapshot.with_case(status=row.status, launched_at=moved if row.status is Status.LAUNCHED else None)
    if row.status is not before:
        snapshot = engine.update_deadlines(process, before, snapshot, IMPORT, now, decided_on=row.status_since)
    for record in row.records:
        action = process.by_name[record.action]
        snapshot = _put_on_file(snapshot, action, record, replace(by, at=starts_at(record.on)))
        snapshot = engine.update_deadlines(process, row.status, snapshot, action.name, now, decided_on=record.on)
    return snapshot


def _put_on_file(snapshot: CaseSnapshot, action: Action, record: EarlierRecord, by: Signature) -> CaseSnapshot:
    payload = _read_payload(action, record)
    if not action.payload_model.model_fields:
        return snapshot
    content = payload.model_dump(mode="json", by_alias=True, exclude_none=True)
    return snapshot.with_record(SignedRecord(payload.KIND, payload.key, content, (by,), payload.AUDIENCE))
