"""The engine of every route: whether an action may be taken, and the case file after it. Pure: it saves nothing.

Order of refusal: no such action, not from this status, not your role, conditions not met. Whoever may not act learns
nothing about conditions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rtp_applications.clocks.days import civil_date
from rtp_applications.workflow import tells, timing
from rtp_applications.workflow.casefile import CaseFile, Record, Recorded, Signature
from rtp_applications.workflow.definition import Action, Caller, Process, Slot, Step
from rtp_applications.workflow.errors import GuardsNotMet, NoSuchAction, NotFromHere, NothingGiven, NotYourRole
from rtp_applications.workflow.records import Proposal
from rtp_applications.workflow.words import Audience, Role, Status
from rtp_shared.contracts import EventData
from rtp_shared.contracts.applications import CaseMoved
from rtp_shared.problems import FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an action comes to. Saved as it stands, or only shown."""

    before: CaseFile
    after: CaseFile
    action: str
    signature: Signature
    events: tuple[EventData, ...] = ()
    reason: str | None = None
    discloses: bool = False
    awaiting: tuple[Slot, ...] = ()
    """Whose signatures are still wanting; then nothing happened yet but the signing."""
    audience: Audience = Audience.EVERYBODY
    """Whom the audit tells of it, where nothing that it follows has changed."""


@dataclass(frozen=True, slots=True)
class Possibility:
    """Whether the caller could take an action now, and if not, every reason."""

    action: Action
    allowed: bool
    refusals: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    """Conditions of what is to be given, which can only be checked with it."""
    awaiting: tuple[Slot, ...]


def roles_of(file: CaseFile, caller: Caller, now: datetime) -> dict[Role, str]:
    """The roles in which the caller may act in this case today, and who vouches for the person in each.

    The client that opened the case acts for the staff group alone, even where it belongs to one of the bodies.
    """
    today, of_the_group = civil_date(now), caller.holder == f"client:{file.case.opened_by}"
    vouching = (caller.holder,) if of_the_group else caller.readers
    held = {
        party.role: party.holder
        for party in file.parties.values()
        if party.person == caller.person and party.holder in vouching and party.holds(today)
    }
    return held if of_the_group else {**dict.fromkeys(caller.standing, caller.holder), **held}


def take(process: Process, file: CaseFile, name: str, given: Record | None, caller: Caller, now: datetime) -> Outcome:
    """The case file after the action, or a refusal that says why not."""
    action = process.by_name.get(name)
    if action is None:
        raise NoSuchAction(f"{name} is no action of {process.route}, version {process.version}")
    if file.case.status not in action.starts:
        raise NotFromHere(f"{file.case.number} is {file.case.status}; {name} starts from {_listed(action.starts)}")
    given, signed_before = _given(action, file, given)
    signature, awaiting = _sign(action, signed_before, caller, roles_of(file, caller, now), now)
    signed = (*signed_before, signature)
    step = Step(process=process, action=action, file=file, given=given, signed=signed, now=now, today=civil_date(now))
    if unmet := [(guard.name, wanting) for guard in action.guards if (wanting := guard.unmet(step)) is not None]:
        raise GuardsNotMet(unmet)
    if awaiting:
        return _signed(step, awaiting)
    return _done(step)


def possibilities(process: Process, file: CaseFile, caller: Caller, now: datetime) -> Iterator[Possibility]:
    """What could be done from here, and for each action every reason why this caller could not do it now."""
    held, today = roles_of(file, caller, now), civil_date(now)
    for action in process.possible(file.case.status):
        _, signed_before = _given(action, file, None, wanted=False)
        refusals: list[tuple[str, str]] = []
        awaiting: tuple[Slot, ...] = ()
        try:
            signature, awaiting = _sign(action, signed_before, caller, held, now)
        except NotYourRole as refusal:
            refusals.append(("role", refusal.detail))
        else:
            signed = (*signed_before, signature)
            step = Step(process=process, action=action, file=file, given=None, signed=signed, now=now, today=today)
            refusals.extend(
                (guard.name, wanting.reason)
                for guard in action.guards
                if not guard.reads_given and (wanting := guard.unmet(step)) is not None
            )
        needs = tuple(guard.name for guard in action.guards if guard.reads_given)
        yield Possibility(action, not refusals, tuple(refusals), needs, awaiting)


def _given(
    action: Action, file: CaseFile, given: Record | None, *, wanted: bool = True
) -> tuple[Any, tuple[Signature, ...]]:
    """What is given with the action and who signed it before: what others proposed, if nothing else is given."""
    pending = file.recorded(Proposal, action.name) if len(action.who) > 1 else None
    if pending is not None:
        proposed = action.takes.model_validate(pending.content["given"])
        if given is None or given == proposed:
            return proposed, pending.signed
    if given is None and wanted:
        required = [field.alias for field in action.takes.model_fields.values() if field.is_required()]
        if required:
            raise NothingGiven(errors=[FieldError(f"/{alias}", "is required") for alias in required])
        given = action.takes.model_validate({})
    return given, ()


def _sign(
    action: Action, signed: Sequence[Signature], caller: Caller, held: Mapping[Role, str], now: datetime
) -> tuple[Signature, tuple[Slot, ...]]:
    """The caller's signature, and the slots that are still empty after it."""
    if any(each.person == caller.person for each in signed):
        raise NotYourRole(f"you signed {action.name} already; {_who(open_slots(action, signed))} must sign too")
    for slot in open_slots(action, signed):
        for role in sorted(slot & held.keys()):
            signature = Signature(role, caller.person, held[role], now)
            return signature, open_slots(action, [*signed, signature])
    raise NotYourRole(
        f"{action.name} is for {_who(open_slots(action, signed))}; the case's parties say who holds which role"
    )


def open_slots(action: Action, signed: Sequence[Signature]) -> tuple[Slot, ...]:
    """The slots of an action that no signature fills yet."""
    slots = list(action.who)
    for each in signed:
        filled = next((slot for slot in slots if each.role in slot), None)
        if filled is not None:
            slots.remove(filled)
    return tuple(slots)


def _signed(step: Step, awaiting: tuple[Slot, ...]) -> Outcome:
    """Signed, and waiting for others."""
    action, signature = step.action, step.signed[-1]
    content = {"action": action.name, "given": step.given.model_dump(mode="json", by_alias=True, exclude_unset=True)}
    audience = Audience.BODIES if action.confidential else Audience.EVERYBODY
    proposal = Recorded(Proposal.KIND, action.name, content, step.signed, audience)
    after = _touched(step.file.with_record(proposal), step.now)
    return Outcome(
        before=step.file, after=after, action=action.name, signature=signature, reason=_reason(step), awaiting=awaiting
    )


def _done(step: Step) -> Outcome:
    """All have signed: the case moves."""
    action, file, status = step.action, step.file, _target(step)
    after = file.without_records([Proposal.KIND] if status is not file.case.status else [])
    after = replace(after, records={k: v for k, v in after.records.items() if k != (Proposal.KIND, action.name)})
    after = after.without_records([kind.KIND for kind in action.clears])
    if action.takes.model_fields:
        after = after.with_record(_recorded(step))
    after = after.with_case(status=status)
    for effect in action.effects:
        after = effect(step, after)
    after = timing.moved(step.process, file.case.status, after, action.name, step.now)
    after = _touched(after, step.now)
    return Outcome(
        before=file,
        after=after,
        action=action.name,
        signature=step.signed[-1],
        events=(*_events(step, after), *tells.frozen(file, after)),
        reason=_reason(step),
        discloses=action.discloses,
    )


def _target(step: Step) -> Status:
    choices = step.action.leads_to
    if len(choices) > 1:
        return Status(step.given.to)
    return choices[0] if choices else step.file.case.status


def _recorded(step: Step) -> Recorded:
    given: Record = step.given
    content = given.model_dump(mode="json", by_alias=True, exclude_none=True)
    return Recorded(given.KIND, given.key, content, step.signed, given.AUDIENCE)


def _events(step: Step, after: CaseFile) -> tuple[EventData, ...]:
    if step.action.tells is not None:
        return (step.action.tells(step, after),)
    if step.action.event is None or not issubclass(step.action.event, CaseMoved):
        return ()
    case = after.case
    return (
        step.action.event(
            case_id=case.id,
            number=case.number,
            route=case.route,
            action=step.action.name,
            status_before=step.file.case.status,
            status=case.status,
            role=step.signed[-1].role,
            at=step.now,
        ),
    )


def _touched(file: CaseFile, now: datetime) -> CaseFile:
    return file.with_case(version=file.case.version + 1, changed_at=now)


def _reason(step: Step) -> str | None:
    return getattr(step.given, "reason", None) or getattr(step.given, "reasons", None)


def _listed(statuses: frozenset[Status]) -> str:
    return ", ".join(status for status in Status if status in statuses)


def _who(slots: Sequence[Slot]) -> str:
    return " and ".join(" or ".join(sorted(slot)) for slot in slots)
