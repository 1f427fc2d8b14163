"""The spin-out that an employer leads itself: from the appraisal on it goes the way of the others."""

from dataclasses import replace
from datetime import date

import pytest

from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.errors import NotYourRole
from rtp_applications.workflow.processes import EMPLOYER_LED, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.cross_stage.payloads import SpinOutRemittal, StopReason
from rtp_applications.workflow.stages.spin_out.payloads import SpinOutConfirmation, Sponsorship
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, breaks, build_snapshot, person, take

SPONSORED = Sponsorship(sponsor="p-director", authority="Cabinet minute 2026/41")
drafted = build_snapshot(Status.DRAFT, process=EMPLOYER_LED, submitted_at=None)
ground.ready("submit", Ready(drafted, (person(Role.APPLICANT_LEAD),), SPONSORED, process=EMPLOYER_LED))
proposed = build_snapshot(Status.PROPOSED, process=EMPLOYER_LED)
CONFIRMED = SpinOutConfirmation.model_validate(
    {
        "authority": "Cabinet minute 2026/41", "decidedOn": "2026-08-20", "where": "Minutes of 20 August, item 4",
        "sponsor": "p-director",
    }
)  # fmt: skip
OFFICER = person(Role.CASE_OFFICER)
ground.ready("confirm-spin-out", Ready(proposed, (OFFICER,), CONFIRMED, process=EMPLOYER_LED))
breaks("confirm-spin-out", "confirmed-by-the-employer")(ground.on_facts(employer_id=ground.COMMISSIONER))
breaks("confirm-spin-out", "deciders-are-independent")(ground.bar_last_signer)
breaks("submit", "sponsor-named")(ground.on_payload(sponsor=None))
breaks("submit", "authority-named")(ground.on_payload(authority=None))


def test_an_employer_led_case_begins_with_the_employer_s_own_word() -> None:
    put_forward = take("submit", attempt(EMPLOYER_LED, "submit")).after
    assert (put_forward.case.status, put_forward.case.submitted_at) == (Status.PROPOSED, NOW)
    assert put_forward.find(Sponsorship) == SPONSORED
    begun = take("confirm-spin-out", replace(attempt(EMPLOYER_LED, "confirm-spin-out"), snapshot=put_forward)).after
    late = CONFIRMED.model_copy(update={"entered_late": ["/decidedOn"]})
    assert (begun.case.status, begun.find(SpinOutConfirmation)) == (Status.FEASIBILITY, late)


def test_no_portal_and_no_other_body_confirms_for_the_employer() -> None:
    """Somebody whom the body that decides vouches for is not the employer's own."""
    elsewhere = f"org:{ground.COMMISSIONER}"
    decider = ground.party(Role.DECISION_MAKER, 9, holder=elsewhere)
    confirming = Ready(
        proposed.with_party(decider), (Caller(decider.person, (elsewhere,)),), CONFIRMED, process=EMPLOYER_LED
    )
    assert ground.refused_for("confirm-spin-out", confirming) == ["confirmed-by-the-employer"]
    with pytest.raises(NotYourRole):
        take("confirm-spin-out", replace(confirming, signers=(person(Role.APPLICANT_LEAD),)))


def test_what_the_employer_did_not_begin_it_stops() -> None:
    """Twenty working days from 1 September 2026 end on the 29th."""
    assert ground.get_open_deadline(proposed, "spin-out-confirmation").due_on == date(2026, 9, 29)
    stopping = replace(attempt(EMPLOYER_LED, "stop-case"), snapshot=proposed)
    foreign = ground.giving(stopping, because=StopReason.NOT_BEGUN_BY_THE_EMPLOYER)
    assert take("stop-case", foreign).after.case.status is Status.STOPPED
    begun = replace(foreign, snapshot=build_snapshot(Status.FEASIBILITY, process=EMPLOYER_LED))
    assert ground.refused_for("stop-case", begun) == ["stopped-for-its-time"]


def test_in_version_2_it_begins_at_once() -> None:
    second = PROCESSES[EMPLOYER_LED.route, 2]
    assert take("submit", attempt(second, "submit")).after.case.status is Status.FEASIBILITY
    assert Status.PROPOSED not in second.statuses


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
