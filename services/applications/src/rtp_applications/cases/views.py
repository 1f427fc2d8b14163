"""A case file as its reader sees it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from rtp_applications.cases.schemas import (
    AllowedAction,
    AwaitedAction,
    CaseView,
    DeadlineView,
    EventPreview,
    LengthView,
    Preview,
    SignatureView,
    UnmetCondition,
)
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.workflow.common.payloads import Proposal
from rtp_applications.workflow.definition import Caller, Process, Slot
from rtp_applications.workflow.engine import CaseChange, Possibility, find_open_slots, list_possibilities
from rtp_applications.workflow.enums import Audience, Role
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord


def shown_then(file: CaseSnapshot, process: Process) -> CaseView:
    """A case as it was, made of what its reader may see: nothing can be done with it."""
    view = CaseView.model_validate(file.case)
    view.deadlines = deadlines(file)
    view.awaited = [_awaited(process, each) for each in file.records.values() if each.kind == Proposal.KIND]
    return view


def shown(file: CaseSnapshot, caller: Caller, process: Process, now: datetime) -> CaseView:
    """The case as the caller may see it, with what the caller may do."""
    seen = file if sees_all(file, caller) else without_confidential(file)
    view = shown_then(seen, process)
    view.allowed_actions = [_allowed(each) for each in list_possibilities(process, seen, caller, now)]
    return view


def sees_all(file: CaseSnapshot, caller: Caller) -> bool:
    """Whether the caller stands on the bodies' side. Row-level security asks the same behind every query."""
    case = file.case
    if caller.vouching_client == f"client:{case.opened_by}":
        return False
    sides = {*(f"org:{body}" for body in case.bodies), "scope:cases:oversee", "system"}
    return not sides.isdisjoint(caller.identities)


def without_confidential(file: CaseSnapshot) -> CaseSnapshot:
    kinds = {(each.kind, each.key) for each in file.records.values() if each.audience is Audience.BODIES}
    seen = {id_: each for id_, each in file.documents.items() if each.audience is Audience.EVERYBODY}
    return replace(file.without(kinds), documents=seen) if kinds or seen != file.documents else file


def preview(outcome: CaseChange, caller: Caller) -> Preview:
    """What the action would come to."""
    after, before = outcome.after, outcome.before
    frozen = [id_ for id_, held in after.documents.items() if held.frozen and not before.documents[id_].frozen]
    return Preview(
        action=outcome.action,
        status=after.case.status,
        awaits=_roles(outcome.awaiting),
        deadlines=deadlines(after if sees_all(after, caller) else without_confidential(after)),
        events=[
            EventPreview(type=event.TYPE, data=event.model_dump(mode="json", by_alias=True, exclude_none=True))
            for event in outcome.events
        ],
        documents=[str(id_) for id_ in frozen],
    )


def deadlines(file: CaseSnapshot) -> list[DeadlineView]:
    """Those that run or are paused, the next first."""
    running = sorted((each for each in file.deadlines.values() if each.is_open), key=lambda each: each.due_at)
    return [deadline(each) for each in running]


def deadline(each: Deadline) -> DeadlineView:
    return DeadlineView.model_construct(
        id=each.id,
        clock=each.clock,
        basis=each.basis,
        source=each.source,
        length=LengthView.model_construct(number=each.length.number, unit=each.length.unit.value),
        calendar=each.calendar,
        started_on=each.started_on,
        start_event=each.start_event,
        due_on=each.due_on,
        due_at=each.due_at,
        provisional=each.provisional,
        state=each.state,
    )


def _awaited(process: Process, proposal: SignedRecord) -> AwaitedAction:
    action = process.by_name[proposal.key]
    return AwaitedAction(
        action=proposal.key,
        given=dict(proposal.content["given"]),
        signed=[SignatureView(role=each.role, person=each.person, at=each.at) for each in proposal.signed],
        awaits=_roles(find_open_slots(action, proposal.signed)),
    )


def _allowed(possibility: Possibility) -> AllowedAction:
    return AllowedAction.model_construct(
        action=possibility.action.name,
        allowed=possibility.allowed,
        refusals=[UnmetCondition.model_construct(guard=g, reason=r) for g, r in possibility.refusals],
        needs=list(possibility.needs),
        awaits=_roles(possibility.awaiting),
    )


def _roles(slots: Iterable[Slot]) -> list[list[Role]]:
    return [sorted(slot) for slot in slots]
