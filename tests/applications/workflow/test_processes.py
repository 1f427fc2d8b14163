"""Every process: each action taken and each guard refused where its stage says how; and none of them untried.

The test modules of the stages register how: `ready` and `breaks` of ground.py. A missing registration fails by name.
"""

import pytest

from rtp_applications.workflow.bounds import is_of_dates
from rtp_applications.workflow.definition import Action, Process
from rtp_applications.workflow.engine import apply_action, list_possibilities
from rtp_applications.workflow.enums import APPLICANTS, Role, Status
from rtp_applications.workflow.errors import NoSuchAction
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, PROCESSES, RIGHT_TO_PROVIDE
from rtp_shared.contracts.applications import AssistanceRecorded, DeadlineMoved, FinanceFactsChanged, GoLiveDateSet
from rtp_shared.contracts.vocabulary import Route
from tests.applications.workflow.ground import BREAKS, NOW, READY, attempt, build_snapshot, person, refused_for, take
from tests.applications.workflow.versions import EVERY_VERSION

ALL = [(process, action) for process in EVERY_VERSION.values() for action in process.actions]
GUARDS = sorted({(action.name, guard.name) for _, action in ALL for guard in action.guards if not is_of_dates(guard)})
"""All but those of dates, which test_bounds.py tries."""


@pytest.mark.parametrize("name", dict.fromkeys(action.name for _, action in ALL))
def test_an_action_is_taken_and_tells_what_it_did(name: str) -> None:
    """In every process that has it, towards every status to which it leads there."""
    targets = [(p, a, to) for p, a in ALL if a.name == name for to in a.leads_to or (None,)]
    for process, action, to in targets:
        ready = attempt(process, name, to)
        change = take(name, ready)
        assert change.awaiting == ()
        assert change.after.status is (to or ready.snapshot.status)
        besides = DeadlineMoved | GoLiveDateSet | FinanceFactsChanged | AssistanceRecorded
        events = [type(event) for event in change.events if not isinstance(event, besides)]
        assert events.count(action.event) == 1 if action.event else events == []
        assert change.after.case.version == ready.snapshot.case.version + len(ready.signers)


@pytest.mark.parametrize(("name", "guard"), GUARDS)
def test_a_guard_refuses_by_name_and_alone(name: str, guard: str) -> None:
    """In every process whose action has it: settings and payloads differ from route to route."""
    breaks = BREAKS.get((name, guard))
    if breaks is None:
        pytest.fail(f"{guard} of {name}: register what breaks it with ground.breaks(...)", pytrace=False)
    processes = [p for p, a in ALL if a.name == name and guard in {each.name for each in a.guards}]
    for process in processes:
        assert refused_for(name, breaks(attempt(process, name))) == [guard], (process.route, process.version)


def test_guards_explain_themselves() -> None:
    guards = {guard for _, action in ALL for guard in action.guards}
    assert [each.name for each in guards if not each.description.endswith(".") or each.description == each.name] == []


BY_TIME_OR_BY_THEMSELVES = APPLICANTS | {Role.SYSTEM}
REFUSING = [
    pytest.param(action, id=f"{process.route}-{process.version}-{action.name}")
    for process, action in ALL
    if {Status.REFUSED, Status.NOT_ELIGIBLE} & set(action.leads_to)
    and not all(slot <= BY_TIME_OR_BY_THEMSELVES for slot in action.signatories)
]


@pytest.mark.parametrize("action", REFUSING)
def test_a_refusal_needs_two_people(action: Action) -> None:
    """Except if time ran out, or the applicants brought it about themselves."""
    assert len(action.signatories) >= 2


BY_DECISION_RULES = {
    "not-key-is-reasoned", "key-decision-announced", "agenda-published", "private-meeting-announced",
}  # fmt: skip
BY_SERVICE = {"intention-is-for-the-service", "intention-dated-within-bounds"}
NOTIFIED = {"notified-on-within-bounds"}
OWN_GUARDS = {
    COMMUNITY_RIGHT_TO_CHALLENGE.route: {
        "submit": ({"authority-is-relevant", "content-is-complete", "service-is-not-excluded"}, set()),
        "correct-interest": ({"corrected-content-is-complete"}, set()),
        "request-information": ({"statutory-items-only"}, set()),
        "notify-decision-date": ({"decision-within-maximum-period"}, set()),
        "accept-eoi": ({*BY_DECISION_RULES, "well-being-considered"}, set()),
        "find-not-eligible": (BY_SERVICE | NOTIFIED, {"ground-is-supported"}),
        "refuse-eoi": (BY_SERVICE | NOTIFIED, {"ground-is-supported"}),
        "offer-modification": (
            BY_DECISION_RULES | BY_SERVICE | {"well-being-considered"},
            {"ground-is-supported"},
        ),
        "withdraw": (set(), {"majority-recorded"}),
        "record-regime": ({"regime-open-to-challenge", "route-open-to-challenge"}, set()),
        "award": ({"exercise-was-advertised"}, set()),
        "remit-by-court": (set(), {"stage-was-reached"}),
    },
    EMPLOYER_LED.route: {"submit": ({"sponsor-named", "authority-named"}, {"enough-employees"})},
}
"""By route and action: the guards that it has besides those of the Right to Provide, and those that it has not."""


@pytest.mark.parametrize("process", [COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED], ids=lambda each: str(each.route))
def test_a_route_differs_in_the_guards_that_are_its_own(process: Process) -> None:
    differing = {}
    for action in process.actions:
        common = RIGHT_TO_PROVIDE.by_name.get(action.name)
        usual = {each.name for each in common.guards} if common else set()
        own = {each.name for each in action.guards}
        if common and own != usual:
            differing[action.name] = (own - usual, usual - own)
    assert differing == OWN_GUARDS[process.route]


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
        for _, action in ALL
        if row in action.rows
        for status in action.from_states
        for to in action.leads_to or (None,)
    }
    assert carried_out, f"no action carries out row {row}"
    if row == 16:  # by way of its sub-states
        assert any(to is S.AWARDED for _, to in carried_out)
    else:
        assert TABLE[row] <= carried_out, f"row {row} lacks {TABLE[row] - carried_out}"


def test_nothing_is_registered_that_does_not_exist() -> None:
    """A slip of the pen in a registration would leave a guard untried without a word."""
    there = {(process.route, process.version, action.name) for process, action in ALL}
    assert READY.keys() <= there
    assert set(BREAKS) <= set(GUARDS)


def test_a_challenge_skips_the_business_case() -> None:
    assert not {"start-feasibility", "choose-contract-route", "approve"} & COMMUNITY_RIGHT_TO_CHALLENGE.by_name.keys()
    assert Status.APPROVED not in COMMUNITY_RIGHT_TO_CHALLENGE.statuses
    court = COMMUNITY_RIGHT_TO_CHALLENGE.by_name["remit-by-court"]
    assert set(court.leads_to) == {Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW}


def test_a_historic_request_can_only_be_read() -> None:
    process = PROCESSES[Route.RIGHT_TO_REQUEST, 1]
    assert "30 September 2010" in process.description
    assert Status.LAUNCHED in process.statuses
    assert Status.DRAFT not in process.statuses
    snapshot = build_snapshot(Status.LAUNCHED, process=process)
    assert list(list_possibilities(process, snapshot, person(Role.MUTUALS_TEAM), NOW)) == []
    with pytest.raises(NoSuchAction):
        apply_action(process, snapshot, "withdraw", None, person(Role.APPLICANT_LEAD), NOW)
    assert not snapshot.deadlines
