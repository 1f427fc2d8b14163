"""The engine, with every action of every process: statuses, roles, signatures, and nothing else than was proposed."""

from dataclasses import replace

import pytest

from rtp_applications.workflow.definition import Action, Caller, Process
from rtp_applications.workflow.engine import apply_action
from rtp_applications.workflow.enums import MAY_NOT_DECIDE, Role, Status
from rtp_applications.workflow.errors import GuardsNotMet, NoSuchAction, NotFromHere, NotYourRole
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    HOLDERS,
    STANDING,
    attempt,
    build_snapshot,
    party,
    person,
    refused_for,
    take,
)
from tests.applications.workflow.versions import EVERY_VERSION

ALL = [(process, action) for process in EVERY_VERSION.values() for action in process.actions]
ACTIONS = {action.name: (process, action) for process, action in reversed(ALL)}
"""Each action once, in the first process that has it."""
SHARED = {name: pair for name, pair in ACTIONS.items() if len(pair[1].signatories) > 1}
OF_THE_SIGNER = {
    "urgency-is-agreed", "confirmed-by-the-employer", "roles-kept-apart", "executive-does-not-scrutinise",
    "deciders-are-independent", "decision-maker-is-independent", "reviewer-independent", "vote-is-own",
    "verified-by-a-body", "entry-is-own", "bar-lifted-by-an-officer", "successor-has-the-case",
}  # fmt: skip
"""Guards that look at who signs: besides the role, they alone may refuse another person in it."""

each_process = pytest.mark.parametrize(
    "process", EVERY_VERSION.values(), ids=lambda each: f"{each.route}-{each.version}"
)
each_action = pytest.mark.parametrize("name", ACTIONS)
each_shared_action = pytest.mark.parametrize("name", SHARED)


def list_roles(action: Action) -> frozenset[Role]:
    return frozenset[Role]().union(*action.signatories)


@each_process
def test_an_action_that_does_not_exist_is_refused(process: Process) -> None:
    draft = build_snapshot(Status.DRAFT)
    with pytest.raises(NoSuchAction):
        apply_action(process, draft, "approve-at-once", None, person(Role.SYSTEM), draft.case.opened_at)


@pytest.mark.parametrize(
    "process",
    [each for each in EVERY_VERSION.values() if each.actions],
    ids=lambda each: f"{each.route}-{each.version}",
)
def test_an_action_starts_from_its_statuses_only(process: Process) -> None:
    for action in process.actions:
        ready = attempt(process, action.name)
        for status in set(Status) - action.from_states:
            with pytest.raises(NotFromHere, match=str(status)):
                take(action.name, ground.with_facts(ready, status=status))


@each_action
def test_an_action_is_for_its_roles_only(name: str) -> None:
    process, action = ACTIONS[name]
    ready = attempt(process, name)
    for role in sorted(set(Role) - list_roles(action)):
        stranger = replace(person(role, 77), global_roles=frozenset({role}) & STANDING)
        case = ready.snapshot if role in STANDING else ready.snapshot.with_party(party(role, 77))
        with pytest.raises(NotYourRole):
            apply_action(process, case, name, ready.payload, stranger, ready.now)
    for caller in (
        Caller("nobody", ("client:elsewhere",)),
        replace(ready.signers[0], identities=("client:elsewhere",)),
    ):
        outsider = replace(caller, global_roles=frozenset())
        with pytest.raises(NotYourRole):
            apply_action(process, ready.snapshot, name, ready.payload, outsider, ready.now)


@each_action
def test_every_role_that_may_sign_is_accepted_as_the_first(name: str) -> None:
    process, action = ACTIONS[name]
    ready = attempt(process, name)
    for role in sorted(list_roles(action)):
        case = ready.snapshot if role in STANDING else ready.snapshot.with_party(party(role, 77))
        try:
            change = apply_action(process, case, name, ready.payload, person(role, 77), ready.now)
        except GuardsNotMet as refusal:
            refused = {each["guard"] for each in refusal.extra["guards"]}
            assert refused <= OF_THE_SIGNER, f"{role} is refused for {refused}"
        else:
            assert change.signature.role is role


@each_shared_action
def test_one_signature_of_several_only_waits_for_the_others(name: str) -> None:
    process, action = SHARED[name]
    ready = attempt(process, name)
    first = take(name, replace(ready, signers=ready.signers[:1]))
    assert len(first.awaiting) == len(action.signatories) - 1
    assert first.events == ()
    assert first.after.status is ready.snapshot.status
    assert first.after.case.version == ready.snapshot.case.version + 1
    assert first.after.deadlines == ready.snapshot.deadlines


@each_shared_action
def test_nobody_signs_twice_whatever_roles_they_hold(name: str) -> None:
    process, action = SHARED[name]
    ready = attempt(process, name)
    one = ready.signers[0]
    pending = take(name, replace(ready, signers=(one,))).after
    for role in list_roles(action):
        pending = pending.with_party(party(role, person=one.person, holder=one.vouching_client))
    for payload in (None, ready.payload):
        with pytest.raises(NotYourRole, match="signed"):
            apply_action(process, pending, name, payload, one, ready.now)


WITH_REASONS = [name for name, (process, action) in SHARED.items() if "reasons" in action.payload_model.model_fields]


@pytest.mark.parametrize("name", WITH_REASONS)
def test_what_others_signed_is_not_signed_with_another_payload(name: str) -> None:
    """The second may sign what was proposed, or propose something else anew; never change what the first signed."""
    process, _ = SHARED[name]
    ready = attempt(process, name)
    assert ready.payload is not None
    pending = take(name, replace(ready, signers=ready.signers[:1])).after
    other = ready.payload.model_copy(update={"reasons": "Other reasons."})
    change = apply_action(process, pending, name, other, ready.signers[1], ready.now)
    assert change.awaiting != ()


DECIDING = [name for name, (_, action) in ACTIONS.items() if frozenset({Role.DECISION_MAKER}) in action.signatories]


@pytest.mark.parametrize("name", DECIDING)
def test_nobody_decides_who_applied_advised_or_would_fund(name: str) -> None:
    process, _ = ACTIONS[name]
    ready, decider = attempt(process, name), person(Role.DECISION_MAKER)
    assert any(each.person == decider.person for each in ready.signers), f"{name} has no decider"
    for role in sorted(MAY_NOT_DECIDE):
        two_hats = ready.snapshot.with_party(party(role, person=decider.person, holder=HOLDERS[role]))
        refused = refused_for(name, replace(ready, snapshot=two_hats))
        assert any("independent" in guard for guard in refused), f"a decider who is {role} is refused for {refused}"
