"""Event factories that more than one stage uses: events that say more than that the case moved."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from rtp_applications.deadlines.rules.deadline import Deadline, DeadlineState
from rtp_applications.workflow.definition import Process, Step
from rtp_applications.workflow.enums import DocumentKind
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.contracts.applications import (
    CaseWithdrawn,
    DeadlineCorrected,
    DeadlineMoved,
    DocumentFrozen,
    GoLiveDateSet,
)

GO_LIVE_DATE = ("go-live-date", "")
"""Under which the day of going live is on file, whichever action put it there."""


def make_case_withdrawn(step: Step, after: CaseSnapshot) -> CaseWithdrawn:
    return CaseWithdrawn(
        case_id=after.case.id,
        number=after.case.number,
        withdrawn_from=step.snapshot.case.status,
        withdrawn_at=step.now,
    )


def make_go_live_date_set(before: CaseSnapshot, after: CaseSnapshot, now: datetime) -> Iterator[GoLiveDateSet]:
    """Make an event where another day of going live is on file than before, or one for the first time."""
    was, stands = (snapshot.records.get(GO_LIVE_DATE) for snapshot in (before, after))
    if stands is not None and (was is None or was.content["on"] != stands.content["on"]):
        on = date.fromisoformat(stands.content["on"])
        yield GoLiveDateSet(case_id=after.case.id, number=after.case.number, go_live_on=on, at=now)


def make_documents_frozen(before: CaseSnapshot, after: CaseSnapshot) -> tuple[DocumentFrozen, ...]:
    """Make one event for each document that stays from here on as it is."""
    newly = [each for id_, each in after.counted_documents.items() if each.frozen and not before.documents[id_].frozen]
    return tuple(
        DocumentFrozen(
            case_id=after.case.id,
            number=after.case.number,
            document_id=each.id,
            kind=each.kind if each.kind_told else DocumentKind.OTHER.value,
            document_version=each.version,
            sha256=each.sha256,
            at=after.case.changed_at,
        )
        for each in newly
    )


def describe_deadline(snapshot: CaseSnapshot, deadline: Deadline) -> dict[str, Any]:
    """Return what every event about a deadline says of it."""
    return {
        "case_id": snapshot.case.id,
        "number": snapshot.case.number,
        "clock": deadline.clock,
        "basis": deadline.basis,
        "due_on": deadline.due_on,
        "due_at": deadline.due_at,
    }


def make_deadlines_moved(before: CaseSnapshot, after: CaseSnapshot, now: datetime) -> Iterator[DeadlineMoved]:
    """Make one event for each deadline that runs on, and is due on another day than before."""
    for id_, was in before.deadlines.items():
        moved = after.deadlines[id_]
        if moved.is_open and moved.due_on != was.due_on:
            yield DeadlineMoved(**describe_deadline(after, moved), was_due_on=was.due_on, at=now)


def make_deadlines_corrected(
    process: Process, before: CaseSnapshot, after: CaseSnapshot, at: datetime, *, decided_on: date | None = None
) -> Iterator[DeadlineCorrected]:
    """Make one event for each deadline that was missed and, as is shown now, had been met in time, or was not due.
    `decided_on` is the day of a decision that shows it.
    """
    for id_, was in before.deadlines.items():
        now = after.deadlines[id_]
        if was.state is not DeadlineState.MISSED or now.state is was.state:
            continue
        clock = process.find_clock(now.clock)
        done_on = clock.met_as_of(after) if clock and clock.met_as_of else decided_on
        told = None if now.state is DeadlineState.CANCELLED else done_on or now.due_on
        yield DeadlineCorrected(**describe_deadline(after, now), done_on=told, at=at)
