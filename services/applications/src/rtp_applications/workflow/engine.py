"""The engine of every route: it decides whether an action may be taken, and makes the case after it. It saves nothing.

Order of refusal: no such action, not from this status, not your role, nothing given, conditions not met. Whoever may
not sign learns nothing about conditions, nor whether others have signed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from rtp_applications.deadlines.rules import running
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.bounds import mark_late
from rtp_applications.workflow.common.days import fill_decision_day, name_record, read_decision_day
from rtp_applications.workflow.common.events import (
    make_deadlines_corrected,
    make_deadlines_moved,
    make_documents_frozen,
    make_go_live_date_set,
)
from rtp_applications.workflow.common.finance_events import make_assistance_recorded, make_finance_facts_changed
from rtp_applications.workflow.common.payloads import Proposal
from rtp_applications.workflow.definition import Action, Caller, Process, Slot, Step
from rtp_applications.workflow.enums import APPLICANTS, Audience, Role, Status
from rtp_applications.workflow.errors import GuardsNotMet, NoSuchAction, NotFromHere, NothingGiven, NotYourRole
from rtp_applications.workflow.leading import explain_lead
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload, Signature, SignedRecord
from rtp_shared.contracts.applications import CaseMoved
from rtp_shared.contracts.base import EventData
from rtp_shared.problems import FieldError
from rtp_shared.schemas import STORED


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """A change of a case: the case before and after, the signature and the events. It is saved, or only shown."""

    before: CaseSnapshot
    after: CaseSnapshot
    action: str
    signature: Signature
    events: tuple[EventData, ...] = ()
    reason: str | None = None
    discloses: bool = False
    awaiting: tuple[Slot, ...] = ()
    """Slots that nobody has signed for yet; if there are any, nothing happened but the signing."""
    audience: Audience = Audience.EVERYBODY
    """Those who may read of it in the audit, if nothing that the audit follows has changed."""


@dataclass(frozen=True, slots=True)
class Possibility:
    """An action that starts here, with every reason for which the caller could not take it now."""

    action: Action
    allowed: bool
    refusals: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    """Guards of the payload, which can only be checked with it."""
    awaiting: tuple[Slot, ...]


def find_roles(snapshot: CaseSnapshot, caller: Caller, now: datetime) -> dict[Role, str]:
    """Return the roles in which the caller may act in this case today, each with who vouches for the person.

    The client that opened the case acts for the staff group alone, even where it belongs to one of the bodies.
    """
    today, of_the_group = civil_date(now), caller.vouching_client == f"client:{snapshot.case.opened_by}"
    vouching = (caller.vouching_client,) if of_the_group else caller.identities
    held = {
        party.role: party.holder
        for party in snapshot.parties.values()
        if party.person == caller.person and party.holder in vouching and party.holds(today)
    }
    return held if of_the_group else {**dict.fromkeys(caller.global_roles, caller.vouching_client), **held}


def apply_action(
    process: Process, snapshot: CaseSnapshot, name: str, payload: Payload | None, caller: Caller, now: datetime
) -> CaseChange:
    """Return the case as the action changes it; raise the refusal that says why it cannot be taken."""
    action = process.by_name.get(name)
    if action is None:
        raise NoSuchAction(f"{name} is no action of {process.route}, version {process.version}")
    if snapshot.status not in action.from_states:
        starts = _list_statuses(action.from_states)
        because = f": {action.nowhere_else}" if action.nowhere_else else ""
        raise NotFromHere(f"{snapshot.case.number} is {snapshot.status}; {name} starts from {starts}{because}")
    held = find_roles(snapshot, caller, now)
    _require_role(action, held, explain_lead(snapshot, caller, now))
    payload, signed_before = _settle_payload(action, snapshot, payload)
    signature, awaiting = _sign(action, signed_before, caller, held, now)
    signed = (*signed_before, signature)
    step = _make_step(process, action, snapshot, payload, signed, now)
    found = ((guard.name, guard.description, guard.find_error(step)) for guard in action.guards)
    if unmet := [(name, condition, error) for name, condition, error in found if error is not None]:
        raise GuardsNotMet(unmet)
    if awaiting:
        return _add_signature(step, awaiting)
    return _complete(step)


def list_possibilities(
    process: Process,
    snapshot: CaseSnapshot,
    caller: Caller,
    now: datetime,
    *,
    may_know: Callable[[Action], bool] = lambda _: False,
) -> Iterator[Possibility]:
    """Yield the actions that start here, each with every reason why this caller could not take it now.

    Whoever lacks the role is told the other reasons too, if `may_know` says so of the action: in the same words
    whatever is pending.
    """
    held, lead = find_roles(snapshot, caller, now), explain_lead(snapshot, caller, now)
    for action in process.list_actions(snapshot.status):
        refusals: list[tuple[str, str]] = []
        awaiting: tuple[Slot, ...] = ()
        try:
            _require_role(action, held, lead)
            _, signed_before = _settle_payload(action, snapshot, None, required=False)
            signature, awaiting = _sign(action, signed_before, caller, held, now)
        except NotYourRole as refusal:
            refusals.append(("role", refusal.detail))
            if may_know(action):
                asks = Signature(Role.CLIENT, caller.person, caller.vouching_client, now)
                refusals.extend(_list_refusals(_make_step(process, action, snapshot, None, (asks,), now)))
        else:
            signed = (*signed_before, signature)
            step = _make_step(process, action, snapshot, None, signed, now)
            refusals.extend(_list_refusals(step))
        needs = tuple(guard.name for guard in action.guards if guard.reads_payload)
        yield Possibility(action, not refusals, tuple(refusals), needs, awaiting)


def _make_step(
    process: Process,
    action: Action,
    snapshot: CaseSnapshot,
    payload: Payload | None,
    signed: tuple[Signature, ...],
    now: datetime,
) -> Step:
    today = civil_date(now)
    return Step(process=process, action=action, snapshot=snapshot, payload=payload, signed=signed, now=now, today=today)


def _list_refusals(step: Step) -> Iterator[tuple[str, str]]:
    """Yield the guards that refuse the step whatever its payload, each with its reason."""
    for guard in step.action.guards:
        if not guard.reads_payload and (error := guard.find_error(step)) is not None:
            yield guard.name, error.reason


def _require_role(action: Action, held: Mapping[Role, str], lead: str) -> None:
    """Refuse whoever could not sign even if nobody had signed: in the same words whatever is pending."""
    if not any(slot & held.keys() for slot in action.signatories):
        of_group = any(slot & APPLICANTS for slot in action.signatories)
        detail = _describe_role(action.name, action.signatories)
        raise NotYourRole(f"{detail}; {lead}" if lead and of_group else detail)


def _settle_payload(
    action: Action, snapshot: CaseSnapshot, payload: Payload | None, *, required: bool = True
) -> tuple[Payload | None, tuple[Signature, ...]]:
    """Return the payload and the signatures under it: what others proposed, if nothing else is given."""
    pending = snapshot.find_record(Proposal, action.name) if len(action.signatories) > 1 else None
    if pending is not None:
        proposed = action.payload_model.model_validate(pending.content["given"], context=STORED)
        if payload is None or payload == proposed:
            return proposed, pending.signed
    if payload is None and required:
        fields = action.payload_model.model_fields.values()
        if missing := [field.alias for field in fields if field.is_required()]:
            raise NothingGiven(errors=[FieldError(f"/{alias}", "is required") for alias in missing])
        payload = action.payload_model.model_validate({})
    return payload, ()


def _sign(
    action: Action, signed: Sequence[Signature], caller: Caller, held: Mapping[Role, str], now: datetime
) -> tuple[Signature, tuple[Slot, ...]]:
    """Return the caller's signature, and the slots that are still empty after it."""
    slots = find_open_slots(action, signed)
    if any(each.person == caller.person for each in signed):
        raise NotYourRole(f"you signed {action.name} already; {_name_slots(slots)} must sign too")
    for slot in slots:
        for role in sorted(slot & held.keys()):
            signature = Signature(role, caller.person, held[role], now)
            return signature, find_open_slots(action, [*signed, signature])
    raise NotYourRole(_describe_role(action.name, slots))


def find_open_slots(action: Action, signed: Sequence[Signature]) -> tuple[Slot, ...]:
    """Return the slots of an action that no signature fills yet."""
    slots = list(action.signatories)
    for each in signed:
        filled = next((slot for slot in slots if each.role in slot), None)
        if filled is not None:
            slots.remove(filled)
    return tuple(slots)


def _add_signature(step: Step, awaiting: tuple[Slot, ...]) -> CaseChange:
    """Return the case with the signature, which waits for those of others."""
    action, signature = step.action, step.signed[-1]
    content = {"action": action.name, "given": step.payload.model_dump(mode="json", by_alias=True, exclude_unset=True)}
    audience = Audience.BODIES if action.confidential else Audience.EVERYBODY
    proposal = SignedRecord(Proposal.KIND, action.name, content, step.signed, audience)
    after = _touch(step.snapshot.with_record(proposal), step.now)
    return CaseChange(
        before=step.snapshot,
        after=after,
        action=action.name,
        signature=signature,
        reason=_find_reason(step),
        awaiting=awaiting,
    )


def _complete(step: Step) -> CaseChange:
    """Return the case as the action changes it, now that all have signed."""
    action, snapshot, status = step.action, step.snapshot, _find_target(step)
    after = snapshot.without_records([Proposal.KIND] if status is not snapshot.status else [])
    after = replace(after, records={k: v for k, v in after.records.items() if k != (Proposal.KIND, action.name)})
    after = after.without_records([kind.KIND for kind in action.clears])
    if action.payload_model.model_fields:
        after = after.with_record(_make_record(step))
    after = after.with_case(status=status)
    for effect in action.effects:
        after = effect(step, after)
    decided_on = read_decision_day(step)
    after = update_deadlines(step.process, snapshot.status, after, action.name, step.now, decided_on=decided_on)
    after = _touch(after, step.now)
    return CaseChange(
        before=snapshot,
        after=after,
        action=action.name,
        signature=step.signed[-1],
        events=(
            *_make_events(step, after),
            *make_deadlines_moved(snapshot, after, step.now),
            *make_deadlines_corrected(step.process, snapshot, after, step.now, decided_on=read_decision_day(step)),
            *make_documents_frozen(snapshot, after),
            *make_go_live_date_set(snapshot, after, step.now),
            *make_finance_facts_changed(snapshot, after, step.now),
            *make_assistance_recorded(snapshot, after, step.now),
        ),
        reason=_find_reason(step),
        discloses=action.discloses,
    )


def update_deadlines(
    process: Process,
    before: Status | None,
    after: CaseSnapshot,
    action: str,
    now: datetime,
    *,
    decided_on: date | None = None,
) -> CaseSnapshot:
    """Return the case with its deadlines as they are once the action has been taken from the status `before`."""
    return running.update_deadlines(process.clocks, before, after, action, now, decided_on=decided_on)


def _find_target(step: Step) -> Status:
    choices = step.action.leads_to
    if len(choices) > 1:
        return Status(step.payload.to)
    return choices[0] if choices else step.snapshot.status


def _make_record(step: Step) -> SignedRecord:
    payload = fill_decision_day(step, mark_late(step))
    content = payload.model_dump(mode="json", by_alias=True, exclude_none=True)
    return SignedRecord(payload.KIND, name_record(step, payload), content, step.signed, payload.AUDIENCE)


def _make_events(step: Step, after: CaseSnapshot) -> tuple[EventData, ...]:
    if step.action.event_factory is not None:
        return (step.action.event_factory(step, after),)
    if step.action.event is None or not issubclass(step.action.event, CaseMoved):
        return ()
    case = after.case
    return (
        step.action.event(
            case_id=case.id,
            number=case.number,
            route=case.route,
            action=step.action.name,
            status_before=step.snapshot.status,
            status=case.status,
            role=step.signed[-1].role,
            at=step.now,
        ),
    )


def _touch(snapshot: CaseSnapshot, now: datetime) -> CaseSnapshot:
    return snapshot.with_case(version=snapshot.case.version + 1, changed_at=now)


def _find_reason(step: Step) -> str | None:
    return getattr(step.payload, "reason", None) or getattr(step.payload, "reasons", None)


def _list_statuses(statuses: frozenset[Status]) -> str:
    return ", ".join(status for status in Status if status in statuses)


def _describe_role(name: str, slots: Sequence[Slot]) -> str:
    return f"{name} is for {_name_slots(slots)}; the case's parties say who holds which role"


def _name_slots(slots: Sequence[Slot]) -> str:
    return " and ".join(" or ".join(sorted(slot)) for slot in slots)
