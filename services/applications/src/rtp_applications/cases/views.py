"""A case as its reader sees it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from rtp_applications.cases.rules import BODY_FIELDS
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
from rtp_applications.sides import hide_confidential, is_group_client, is_on_bodies_side, show_to
from rtp_applications.workflow.common.payloads import Proposal
from rtp_applications.workflow.definition import Action, Caller, Process, Slot
from rtp_applications.workflow.engine import CaseChange, Possibility, find_open_slots, list_possibilities
from rtp_applications.workflow.enums import APPLICANTS, Role
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord


def build_past_view(snapshot: CaseSnapshot, process: Process, names: Mapping[UUID, str]) -> CaseView:
    """Return a case made of what its reader may see, with the names of its bodies: nothing can be done with it."""
    view = CaseView.model_validate(snapshot.case)
    for part in BODY_FIELDS:
        setattr(view, f"{part}_name", names.get(getattr(view, f"{part}_id")))
    view.deadlines = build_deadline_views(snapshot)
    view.awaited = [_build_awaited(process, each) for each in snapshot.records.values() if each.kind == Proposal.KIND]
    return view


def build_view(snapshot: CaseSnapshot, caller: Caller, process: Process, now: datetime) -> CaseView:
    """Return the case as the caller may see it, with what the caller may do."""
    of_bodies, of_group = is_on_bodies_side(snapshot.case, caller), is_group_client(snapshot.case, caller)

    def may_know(action: Action) -> bool:
        """Return whether the conditions of the action are about what the caller sees, role or no role."""
        return of_bodies or (of_group and any(slot & APPLICANTS for slot in action.signatories))

    seen = show_to(caller, snapshot)
    view = build_past_view(seen, process, {each.id: each.name for each in seen.bodies.values()})
    possible = list_possibilities(process, seen, caller, now, may_know=may_know)
    view.later_case_ids = [each.id for each in seen.related if each.is_later]
    view.allowed_actions = [_build_allowed(each) for each in possible]
    return view


def build_preview(change: CaseChange, caller: Caller) -> Preview:
    """Return what the action would come to."""
    after, before = change.after, change.before
    frozen = [id_ for id_, held in after.documents.items() if held.frozen and not before.documents[id_].frozen]
    return Preview(
        action=change.action,
        status=after.case.status,
        awaits=_list_roles(change.awaiting),
        deadlines=build_deadline_views(after if is_on_bodies_side(after.case, caller) else hide_confidential(after)),
        events=[
            EventPreview(type=event.TYPE, data=event.model_dump(mode="json", by_alias=True, exclude_none=True))
            for event in change.events
        ],
        documents=[str(id_) for id_ in frozen],
    )


def build_deadline_views(snapshot: CaseSnapshot) -> list[DeadlineView]:
    """Return the deadlines that run or are paused, the next due first."""
    running = sorted((each for each in snapshot.deadlines.values() if each.is_open), key=lambda each: each.due_at)
    return [build_deadline_view(each) for each in running]


def build_deadline_view(each: Deadline) -> DeadlineView:
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


def _build_awaited(process: Process, proposal: SignedRecord) -> AwaitedAction:
    action = process.by_name[proposal.key]
    return AwaitedAction(
        action=proposal.key,
        given=dict(proposal.content["given"]),
        signed=[SignatureView(role=each.role, person=each.person, at=each.at) for each in proposal.signed],
        awaits=_list_roles(find_open_slots(action, proposal.signed)),
    )


def _build_allowed(possibility: Possibility) -> AllowedAction:
    return AllowedAction.model_construct(
        action=possibility.action.name,
        allowed=possibility.allowed,
        refusals=[UnmetCondition.model_construct(guard=g, reason=r) for g, r in possibility.refusals],
        needs=list(possibility.needs),
        awaits=_list_roles(possibility.awaiting),
    )


def _list_roles(slots: Iterable[Slot]) -> list[list[Role]]:
    return [sorted(slot) for slot in slots]
