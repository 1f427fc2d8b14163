"""What is peculiar to a route: the employer's own spin-out, what a challenge never goes through, historic requests."""

from dataclasses import replace
from datetime import date

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.definition import Process, Step
from rtp_applications.workflow.engine import apply_action, list_possibilities, update_deadlines
from rtp_applications.workflow.enums import ENDED, Role, Status
from rtp_applications.workflow.errors import NoSuchAction
from rtp_applications.workflow.processes import (
    COMMUNITY_RIGHT_TO_CHALLENGE,
    EMPLOYER_LED,
    PROCESSES,
    RIGHT_TO_PROVIDE,
    RIGHT_TO_REQUEST,
)
from rtp_applications.workflow.stages.contract.payloads import Regime, SelectionRoute
from rtp_applications.workflow.stages.cross_stage.payloads import SpinOutRemittal
from rtp_applications.workflow.stages.spin_out.payloads import Sponsorship
from rtp_shared.contracts.vocabulary import Route
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, breaks, case_file, get_deadline, person, take

SPONSORED = Sponsorship(sponsor="p-director", authority="Cabinet minute 2026/41")
ground.ready(
    "submit",
    Ready(
        case_file(Status.DRAFT, process=EMPLOYER_LED, submitted_at=None),
        (person(Role.APPLICANT_LEAD),),
        SPONSORED,
        process=EMPLOYER_LED,
    ),
)
breaks("submit", "sponsor-named")(ground.on_payload(sponsor=None))
breaks("submit", "authority-named")(ground.on_payload(authority=None))


def test_an_employer_led_case_begins_with_the_appraisal() -> None:
    after = take("submit", attempt(EMPLOYER_LED, "submit")).after
    assert after.case.status is Status.FEASIBILITY
    assert after.case.submitted_at == NOW
    found = after.find(Sponsorship)
    assert found == SPONSORED


def test_an_employer_led_case_has_no_expression_of_interest_and_no_appeal_of_one() -> None:
    assert not {status for status in EMPLOYER_LED.statuses if status.startswith("eoi-")}
    assert EMPLOYER_LED.by_name["remit"].leads_to == (Status.FEASIBILITY, Status.PANEL_READY)
    with pytest.raises(ValueError, match="to"):
        SpinOutRemittal.model_validate({"to": "eoi-under-review", "reasons": "Because."})


def test_an_employer_led_case_goes_the_same_way_from_the_appraisal_on() -> None:
    from_the_appraisal = {
        action.name for action in RIGHT_TO_PROVIDE.actions if action.from_states & {Status.FEASIBILITY, Status.LAUNCHED}
    }
    assert from_the_appraisal <= EMPLOYER_LED.by_name.keys()


def test_a_challenge_skips_the_business_case() -> None:
    assert not {"start-feasibility", "choose-contract-route", "approve"} & COMMUNITY_RIGHT_TO_CHALLENGE.by_name.keys()
    assert Status.APPROVED not in COMMUNITY_RIGHT_TO_CHALLENGE.statuses
    court = COMMUNITY_RIGHT_TO_CHALLENGE.by_name["remit-by-court"]
    assert set(court.leads_to) == {Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW}


@pytest.mark.parametrize("process", PROCESSES.values(), ids=lambda each: str(each.route))
def test_nobody_is_led_to_where_there_is_no_way_on(process: Process) -> None:
    open_ends = {to for action in process.actions for to in action.leads_to} - ENDED
    assert all(process.list_actions(status) for status in open_ends)
    assert {to for action in process.actions for to in action.leads_to} <= process.statuses


@pytest.mark.parametrize("regime", Regime)
def test_a_challenge_leads_to_a_procurement_that_anyone_may_win(regime: Regime) -> None:
    taken = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "record-regime")
    route = SelectionRoute.COMPETITIVE if regime is Regime.PROVIDER_SELECTION else None
    payload = ground.giving(taken, regime=regime, selection_route=route)
    refused = _refusals(payload)
    anyone = regime in (Regime.OPEN, Regime.PROVIDER_SELECTION, Regime.BELOW_THRESHOLD)
    assert refused == ([] if anyone else ["regime-open-to-challenge"])


def _refusals(payload: Ready) -> list[str]:
    action = payload.process.by_name["record-regime"]
    step = Step(
        process=payload.process,
        action=action,
        snapshot=payload.snapshot,
        payload=payload.payload,
        signed=(),
        now=payload.now,
        today=payload.now.date(),
    )
    return [guard.name for guard in action.guards if guard.find_error(step)]


def test_a_historic_request_can_only_be_read() -> None:
    assert PROCESSES[Route.RIGHT_TO_REQUEST, 1] is RIGHT_TO_REQUEST
    assert "30 September 2010" in RIGHT_TO_REQUEST.description
    assert Status.LAUNCHED in RIGHT_TO_REQUEST.statuses
    assert Status.DRAFT not in RIGHT_TO_REQUEST.statuses
    snapshot = case_file(Status.LAUNCHED, process=RIGHT_TO_REQUEST)
    assert list(list_possibilities(RIGHT_TO_REQUEST, snapshot, person(Role.MUTUALS_TEAM), NOW)) == []
    with pytest.raises(NoSuchAction):
        apply_action(RIGHT_TO_REQUEST, snapshot, "withdraw", None, person(Role.APPLICANT_LEAD), NOW)
    assert not snapshot.deadlines


def test_the_gap_of_a_challenge_is_over_once_procurement_begins() -> None:
    taken = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "begin-procurement")
    rules = {"minimumMonths": 0, "maximumMonths": 18}
    employer = taken.snapshot.employer
    assert employer is not None
    fresh = case_file(Status.EOI_ACCEPTED, process=COMMUNITY_RIGHT_TO_CHALLENGE)
    bodies = {**fresh.bodies, employer.id: replace(employer, rules={"procurement-gap": rules})}
    clocked = update_deadlines(
        COMMUNITY_RIGHT_TO_CHALLENGE, None, replace(taken.snapshot, bodies=bodies), "accept-eoi", NOW
    )
    due = get_deadline(clocked, "procurement-start")
    assert due.due_on == date(2028, 3, 1)
    after = take("begin-procurement", replace(taken, snapshot=clocked)).after
    met = get_deadline(after, "procurement-start")
    assert met.state is DeadlineState.MET
