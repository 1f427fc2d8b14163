"""The spin-out that an employer leads itself: from the appraisal on it goes the way of the others."""

import pytest

from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import EMPLOYER_LED, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.cross_stage.payloads import SpinOutRemittal
from rtp_applications.workflow.stages.spin_out.payloads import Sponsorship
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, breaks, build_snapshot, person, take

SPONSORED = Sponsorship(sponsor="p-director", authority="Cabinet minute 2026/41")
drafted = build_snapshot(Status.DRAFT, process=EMPLOYER_LED, submitted_at=None)
ground.ready("submit", Ready(drafted, (person(Role.APPLICANT_LEAD),), SPONSORED, process=EMPLOYER_LED))
breaks("submit", "sponsor-named")(ground.on_payload(sponsor=None))
breaks("submit", "authority-named")(ground.on_payload(authority=None))


def test_an_employer_led_case_begins_with_the_appraisal() -> None:
    after = take("submit", attempt(EMPLOYER_LED, "submit")).after
    assert after.case.status is Status.FEASIBILITY
    assert after.case.submitted_at == NOW
    assert after.find(Sponsorship) == SPONSORED


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
