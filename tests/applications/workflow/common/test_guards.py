"""Guards that more than one stage uses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rtp_applications.workflow.common.payloads import ConflictOfInterest, Refusal
from rtp_applications.workflow.enums import Ground, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import Intention
from rtp_shared.contracts.vocabulary import Sector
from tests.applications.workflow import ground
from tests.applications.workflow.ground import EMPLOYER, Ready, attempt, build_snapshot, get_payload, giving, put, take
from tests.applications.workflow.stages.interest_cases import DECIDER, TODAY

SECOND_VERSION = PROCESSES[COMMUNITY_RIGHT_TO_CHALLENGE.route, 2]
"""It goes by the kind of service, where the newest asks for the service itself."""
ELSEWHERE, YESTERDAY = EMPLOYER, TODAY - timedelta(days=1)
INTENTION = Intention(ELSEWHERE, EMPLOYER, YESTERDAY, Sector.ADULT_SOCIAL_CARE, Status.BUSINESS_CASE)


def rivals(*intentions: Intention) -> Ready:
    refused = attempt(SECOND_VERSION, "refuse-eoi")
    rival = giving(refused, ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED)
    return replace(rival, snapshot=replace(rival.snapshot, intentions=intentions))


@pytest.mark.parametrize(
    "change",
    [
        {"case_id": build_snapshot(Status.DRAFT).case.id},
        {"sector": Sector.LIBRARIES},
        {"sector": None},
        {"status": Status.WITHDRAWN},
        {"status": Status.LAPSED},
        {"published_on": TODAY},
    ],
    ids=["its own", "another service", "no service", "withdrawn", "lapsed", "published when it was submitted"],
)
def test_what_does_not_support_the_refusal_of_a_rival_challenge(change: dict[str, Any]) -> None:
    assert ground.refused_for("refuse-eoi", rivals(replace(INTENTION, **change))) == ["ground-is-supported"]


def test_a_refusal_for_a_mutual_s_sake_holds_when_its_intention_was_published() -> None:
    earlier = replace(INTENTION, published_on=YESTERDAY - timedelta(days=7))
    after = take("refuse-eoi", rivals(INTENTION, earlier)).after
    assert after.case.status is Status.REFUSED
    assert get_payload(after, Refusal).intention_published_on == earlier.published_on


def test_another_refusal_holds_no_intention_whatever_is_given() -> None:
    refused = attempt(SECOND_VERSION, "refuse-eoi")
    claimed = giving(
        replace(refused, snapshot=replace(refused.snapshot, intentions=(INTENTION,))), intention_published_on=TODAY
    )
    assert get_payload(take("refuse-eoi", claimed).after, Refusal).intention_published_on is None


@pytest.mark.parametrize("changed", [{"ended": True}, {"bars_from_deciding": False}], ids=["ended", "no bar"])
def test_an_interest_that_ended_or_bars_not_is_no_hindrance(changed: dict[str, bool]) -> None:
    interested = ConflictOfInterest(person=DECIDER.person, nature="Once a colleague").model_copy(update=changed)
    accepted = attempt(RIGHT_TO_PROVIDE, "accept-eoi")
    assert take("accept-eoi", replace(accepted, snapshot=put(accepted.snapshot, interested))).after.case.status is (
        Status.EOI_ACCEPTED
    )
