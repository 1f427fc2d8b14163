"""Every action and every guard of every process, taken and refused; and that none of them goes untried.

The test modules of the stages register how: `ready` and `breaks` of ground.py. What is not registered fails by name.
"""

from dataclasses import replace
from typing import Any

import pytest

from rtp_applications.workflow.definition import Action, Caller, Guard, Process
from rtp_applications.workflow.engine import CaseChange, apply_action
from rtp_applications.workflow.enums import APPLICANTS, MAY_NOT_DECIDE, Role, Status
from rtp_applications.workflow.errors import GuardsNotMet, NoSuchAction, NotFromHere, NotYourRole
from rtp_applications.workflow.processes import PROCESSES
from rtp_applications.workflow.snapshot import CaseSnapshot
from tests.applications.workflow.ground import (
    BREAKS,
    HOLDERS,
    READY,
    STANDING,
    Ready,
    attempt,
    case_file,
    party,
    person,
    refused_for,
    take,
    with_facts,
)
from tests.applications.workflow.registered import import_stages

import_stages()


def _id(part: Any) -> str:
    if isinstance(part, Process):
        return f"{part.route}-{part.version}"
    return str(getattr(part, "name", part))


ACTIONS = [(process, action) for process in PROCESSES.values() for action in process.actions]
every_action = pytest.mark.parametrize(("process", "action"), ACTIONS, ids=_id)
every_guard = pytest.mark.parametrize(
    ("process", "action", "guard"),
    [(process, action, guard) for process, action in ACTIONS for guard in action.guards],
    ids=_id,
)
every_target = pytest.mark.parametrize(
    ("process", "action", "to"),
    [(process, action, to) for process, action in ACTIONS for to in action.leads_to or (None,)],
    ids=_id,
)
SHARED = [(process, action) for process, action in ACTIONS if len(action.signatories) > 1]
every_shared_action = pytest.mark.parametrize(("process", "action"), SHARED, ids=_id)


def _attempt(process: Process, action: Action, to: Status | None = None) -> Ready:
    try:
        return attempt(process, action.name, to)
    except LookupError as missing:
        pytest.fail(str(missing), pytrace=False)


@every_target
def test_an_action_is_taken_and_tells_what_it_did(process: Process, action: Action, to: Status | None) -> None:
    ready = _attempt(process, action, to)
    outcome = take(action.name, ready)
    assert outcome.awaiting == ()
    assert outcome.after.case.status is (to or ready.snapshot.case.status)
    told = [type(event) for event in outcome.events]
    assert told.count(action.event) == 1 if action.event else told == []
    assert outcome.after.case.version == ready.snapshot.case.version + len(ready.signers)


@every_guard
def test_a_guard_refuses_by_name_and_alone(process: Process, action: Action, guard: Guard) -> None:
    change = BREAKS.get((action.name, guard.name))
    if change is None:
        pytest.fail(f"{guard.name} of {action.name}: register what breaks it with ground.breaks(...)", pytrace=False)
    assert refused_for(action.name, change(_attempt(process, action))) == [guard.name]


@every_guard
def test_a_guard_explains_itself(process: Process, action: Action, guard: Guard) -> None:
    assert guard.description.endswith("."), guard.name
    assert guard.description != guard.name


@every_action
def test_an_action_starts_from_its_statuses_only(process: Process, action: Action) -> None:
    ready = _attempt(process, action)
    for status in set(Status) - action.from_states:
        with pytest.raises(NotFromHere, match=str(status)):
            take(action.name, with_facts(ready, status=status))


@every_action
def test_an_action_is_for_its_roles_only(process: Process, action: Action) -> None:
    ready = _attempt(process, action)
    allowed = frozenset[Role]().union(*action.signatories)
    for role in sorted(set(Role) - allowed):
        stranger = replace(person(role, 77), global_roles=frozenset({role}) & STANDING)
        snapshot = ready.snapshot if role in STANDING else ready.snapshot.with_party(party(role, 77))
        with pytest.raises(NotYourRole):
            apply_action(process, snapshot, action.name, ready.payload, stranger, ready.now)


@every_action
def test_an_action_is_not_for_who_has_no_part_in_the_case(process: Process, action: Action) -> None:
    ready = _attempt(process, action)
    for caller in (
        Caller("nobody", ("client:elsewhere",)),
        replace(ready.signers[0], identities=("client:elsewhere",)),
    ):
        outsider = replace(caller, global_roles=frozenset())
        with pytest.raises(NotYourRole):
            apply_action(process, ready.snapshot, action.name, ready.payload, outsider, ready.now)


@every_action
def test_every_role_that_may_sign_is_accepted_as_the_first(process: Process, action: Action) -> None:
    """Conditions may still refuse it, such as those of independence."""
    ready = _attempt(process, action)
    for role in sorted(frozenset[Role]().union(*action.signatories)):
        snapshot = ready.snapshot if role in STANDING else ready.snapshot.with_party(party(role, 77))
        try:
            outcome = apply_action(process, snapshot, action.name, ready.payload, person(role, 77), ready.now)
        except GuardsNotMet:
            continue
        assert outcome.signature.role is role


@every_shared_action
def test_one_signature_of_several_only_waits_for_the_others(process: Process, action: Action) -> None:
    ready = _attempt(process, action)
    first = take(action.name, replace(ready, signers=ready.signers[:1]))
    assert len(first.awaiting) == len(action.signatories) - 1
    assert first.events == ()
    assert first.after.case.status is ready.snapshot.case.status
    assert first.after.case.version == ready.snapshot.case.version + 1
    assert first.after.deadlines == ready.snapshot.deadlines


@every_shared_action
def test_nobody_signs_twice_whatever_roles_they_hold(process: Process, action: Action) -> None:
    ready = _attempt(process, action)
    one = ready.signers[0]
    pending = take(action.name, replace(ready, signers=(one,))).after
    for role in frozenset[Role]().union(*action.signatories):
        pending = pending.with_party(party(role, person=one.person, holder=one.vouching_client))
    for payload in (None, ready.payload):
        with pytest.raises(NotYourRole, match="signed"):
            apply_action(process, pending, action.name, payload, one, ready.now)


@every_shared_action
def test_what_others_signed_is_not_signed_with_something_else_given(process: Process, action: Action) -> None:
    """The second may sign what was proposed, or propose something else anew; never change what the first signed."""
    ready = _attempt(process, action)
    if "reasons" not in action.payload_model.model_fields or ready.payload is None:
        pytest.skip("nothing is given with it that could differ")
    pending = take(action.name, replace(ready, signers=ready.signers[:1])).after
    other = ready.payload.model_copy(update={"reasons": "Other reasons."})
    for caller in ready.signers[1:2]:
        outcome = _or_none(process, pending, action, other, caller, ready)
        assert outcome is None or outcome.awaiting != ()


def _or_none(
    process: Process, snapshot: CaseSnapshot, action: Action, payload: Any, caller: Caller, ready: Ready
) -> CaseChange | None:
    try:
        return apply_action(process, snapshot, action.name, payload, caller, ready.now)
    except (GuardsNotMet, NotYourRole):
        return None


DECIDING = [(process, action) for process, action in ACTIONS if frozenset({Role.DECISION_MAKER}) in action.signatories]


@pytest.mark.parametrize("role", sorted(MAY_NOT_DECIDE))
@pytest.mark.parametrize(("process", "action"), DECIDING, ids=_id)
def test_nobody_decides_who_applied_advised_or_would_fund(process: Process, action: Action, role: Role) -> None:
    ready = _attempt(process, action)
    decider = person(Role.DECISION_MAKER)
    assert any(each.person == decider.person for each in ready.signers), f"{action.name} has no decider"
    two_hats = ready.snapshot.with_party(party(role, person=decider.person, holder=HOLDERS[role]))
    refused = refused_for(action.name, replace(ready, snapshot=two_hats))
    assert any("independent" in guard for guard in refused), f"a decider who is {role} is refused for {refused}"


BY_TIME_OR_BY_THEMSELVES = APPLICANTS | {Role.SYSTEM}


@every_action
def test_a_refusal_needs_two_people(process: Process, action: Action) -> None:
    """Except where time ran out, or the applicants brought it about themselves."""
    if not {Status.REFUSED, Status.NOT_ELIGIBLE} & set(action.leads_to):
        return
    if not all(slot <= BY_TIME_OR_BY_THEMSELVES for slot in action.signatories):
        assert len(action.signatories) >= 2


@pytest.mark.parametrize("process", PROCESSES.values(), ids=_id)
def test_an_action_that_does_not_exist_is_refused(process: Process) -> None:
    with pytest.raises(NoSuchAction):
        apply_action(
            process,
            case_file(Status.DRAFT),
            "approve-at-once",
            None,
            person(Role.SYSTEM),
            case_file(Status.DRAFT).case.opened_at,
        )


S = Status
TABLE: dict[int, set[tuple[Status, Status | None]]] = {
    1: {(S.DRAFT, S.EOI_SUBMITTED)},
    2: {(S.EOI_SUBMITTED, S.EOI_SCREENING)},
    3: {(S.EOI_SCREENING, S.INFORMATION_REQUESTED)},
    4: {(S.EOI_SCREENING, S.NOT_ELIGIBLE)},
    5: {(S.EOI_SCREENING, S.EOI_UNDER_REVIEW)},
    6: {(S.EOI_UNDER_REVIEW, S.MODIFICATION_OFFERED)},
    7: {(S.MODIFICATION_OFFERED, S.EOI_ACCEPTED), (S.MODIFICATION_OFFERED, S.REFUSED)},
    8: {(S.EOI_UNDER_REVIEW, S.EOI_ACCEPTED), (S.EOI_UNDER_REVIEW, S.REFUSED)},
    9: {(S.EOI_ACCEPTED, S.FEASIBILITY)},
    10: {(S.FEASIBILITY, S.BUSINESS_CASE)},
    11: {(S.BUSINESS_CASE, S.CASE_SUBMITTED)},
    12: {(S.CASE_SUBMITTED, S.ASSURANCE), (S.ASSURANCE, S.PANEL_READY)},
    13: {(S.PANEL_READY, to) for to in (S.APPROVED, S.APPROVED_CONDITIONAL, S.DEFERRED, S.REFUSED)},
    14: {(S.APPROVED, S.CALLED_IN)},
    15: {(S.APPROVED, S.CONTRACT_ROUTE)},
    16: {(S.CONTRACT_ROUTE, S.AWARDED)},
    17: {(S.AWARDED, S.TRANSITION)},
    18: {(S.TRANSITION, S.READINESS_REVIEW)},
    19: {(S.READINESS_REVIEW, S.LAUNCHED)},
    20: {(S.REFUSED, None), (S.REFUSED, S.EOI_UNDER_REVIEW), (S.REFUSED, S.PANEL_READY)},
    21: {(status, S.WITHDRAWN) for status in (S.DRAFT, S.ASSURANCE, S.READINESS_REVIEW)},
    22: {(status, S.LAPSED) for status in (S.DRAFT, S.ASSURANCE, S.READINESS_REVIEW)},
    23: {(status, S.SUPERSEDED) for status in (S.DRAFT, S.ASSURANCE, S.READINESS_REVIEW)},
    24: {(S.INFORMATION_REQUESTED, S.EOI_SCREENING)},
    25: {(S.EOI_ACCEPTED, S.CONTRACT_ROUTE)},
    26: {(S.FEASIBILITY, S.WITHDRAWN), (S.FEASIBILITY, S.REFUSED)},
    27: {(S.DEFERRED, S.PANEL_READY), (S.APPROVED_CONDITIONAL, S.APPROVED), (S.APPROVED_CONDITIONAL, S.REFUSED)},
    28: {(S.CALLED_IN, S.APPROVED), (S.CALLED_IN, S.DEFERRED)},
    29: {(S.CONTRACT_ROUTE, S.TENDER_LOST)},
    30: {(S.READINESS_REVIEW, S.TRANSITION)},
    31: {(S.EOI_ACCEPTED, S.QUASHED), (S.EOI_ACCEPTED, S.EOI_UNDER_REVIEW)},
}
"""The process as designed, written down apart from the definitions: what each row must at least make possible."""


@pytest.mark.parametrize("row", TABLE)
def test_every_row_of_the_process_is_carried_out(row: int) -> None:
    carried_out = {
        (status, to)
        for _, action in ACTIONS
        if row in action.rows
        for status in action.from_states
        for to in action.leads_to or (None,)
    }
    assert carried_out, f"no action carries out row {row}"
    if row == 16:  # by way of its sub-states
        assert any(to is S.AWARDED for _, to in carried_out)
        return
    assert TABLE[row] <= carried_out, f"row {row} lacks {TABLE[row] - carried_out}"


def test_nothing_is_registered_that_does_not_exist() -> None:
    """A slip of the pen in a registration would leave a guard untried without a word."""
    actions = {action.name for _, action in ACTIONS}
    guards = {(action.name, guard.name) for _, action in ACTIONS for guard in action.guards}
    assert {name for _, name in READY} <= actions
    assert set(BREAKS) <= guards
