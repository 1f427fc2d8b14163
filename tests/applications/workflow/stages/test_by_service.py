"""A challenge is refused for a staff mutual's sake by a published intention for the same service alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rtp_applications.sides import hide_confidential
from rtp_applications.workflow.enums import Ground, Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES
from rtp_applications.workflow.snapshot import Intention
from rtp_applications.workflow.stages.review.by_service import ChallengeModification, ChallengeRefusal
from rtp_shared.contracts.vocabulary import Route, Sector
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    COMMISSIONER,
    EMPLOYER,
    Ready,
    build_snapshot,
    get_payload,
    giving,
    ready,
    take,
)
from tests.applications.workflow.stages.interest_cases import (
    CHALLENGE_OFFERED,
    OFFICER,
    REFUSED,
    SECOND_OFFICER,
    TODAY,
)

CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
SECOND_VERSION = PROCESSES[Route.COMMUNITY_RIGHT_TO_CHALLENGE, 2]
CASE = UUID(int=501)
INTENDED = TODAY - timedelta(days=20)
ALIKE = Intention(
    CASE, EMPLOYER, INTENDED, Sector.ADULT_SOCIAL_CARE, Status.BUSINESS_CASE, "day  SERVICE", applicants=2
)
OTHER = replace(ALIKE, service_name="Night service")
ELSEWHERE = {
    "intentionWhere": "https://example.gov.uk/cabinet/12",
    "intentionDated": str(INTENDED),
    "intentionDocument": "Cabinet, minute 12",
    "sameServiceBecause": "Both are the day service at Example Street",
}
SAID = REFUSED.model_dump(mode="json", by_alias=True, exclude_none=True)


def refusal(**said: Any) -> ChallengeRefusal:
    return ChallengeRefusal.model_validate({**SAID, **said})


def at(status: Status) -> Any:
    return build_snapshot(status, process=CHALLENGE)


ready("find-not-eligible", Ready(at(Status.EOI_SCREENING), (OFFICER, SECOND_OFFICER), refusal(), process=CHALLENGE))


def refusing(intention: Intention | None, **said: Any) -> Ready:
    usual = ground.attempt(CHALLENGE, "find-not-eligible")
    given = refusal(ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED, **said)
    intentions = (intention,) if intention else ()
    return replace(usual, snapshot=replace(usual.snapshot, intentions=intentions), payload=given)


@pytest.mark.parametrize(
    ("intention", "said", "holds"),
    [
        (ALIKE, {}, True),
        (OTHER, {}, False),
        (OTHER, {"intentionCase": str(CASE)}, False),
        (OTHER, {"intentionCase": str(CASE), "sameServiceBecause": "Renamed in May"}, True),
        (replace(ALIKE, status=Status.WITHDRAWN), {}, False),
        (replace(ALIKE, published_on=TODAY), {}, False),
        (replace(ALIKE, applicants=1), {}, False),
        (replace(ALIKE, applicants=None), {}, False),
        (None, ELSEWHERE, True),
        (None, {**ELSEWHERE, "intentionDocument": None}, False),
        (None, {**ELSEWHERE, "sameServiceBecause": None}, False),
        (None, {}, False),
    ],
)
def test_the_intention_is_for_the_same_service(intention: Intention | None, said: dict[str, Any], holds: bool) -> None:
    """SI 2012/1647 Sch para 8: the provision of the relevant service, not of one of its kind."""
    attempt = refusing(intention, **{name: value for name, value in said.items() if value})
    if not holds:
        assert ground.refused_for("find-not-eligible", attempt) == ["intention-is-for-the-service"]
        return
    refused = get_payload(take("find-not-eligible", attempt).after, ChallengeRefusal)
    assert refused.intention_published_on == INTENDED


def test_version_2_goes_by_the_kind_of_service_as_it_did() -> None:
    usual = ground.attempt(SECOND_VERSION, "refuse-eoi")
    rival = giving(usual, ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED)
    after = take("refuse-eoi", replace(rival, snapshot=replace(rival.snapshot, intentions=(OTHER,)))).after
    assert after.case.status is Status.REFUSED


def test_an_offer_rests_on_the_same() -> None:
    usual = ground.attempt(CHALLENGE, "offer-modification")
    said = {**CHALLENGE_OFFERED.model_dump(mode="json", by_alias=True, exclude_none=True), **ELSEWHERE}
    said["ground"] = Ground.STAFF_MUTUAL_INTENTION_PUBLISHED
    given = replace(usual, payload=ChallengeModification.model_validate(said))
    assert take("offer-modification", given).after.case.status is Status.MODIFICATION_OFFERED


@pytest.mark.parametrize("action", ["find-not-eligible", "refuse-eoi", "offer-modification"])
@pytest.mark.parametrize("commissioner", [None, COMMISSIONER])
def test_who_challenges_learns_of_no_rival_s_case(action: str, commissioner: UUID | None) -> None:
    """Nor does another body of the challenge, which need not see the rival's case: only who published the intention."""
    usual = ground.attempt(CHALLENGE, action)
    case = replace(usual.snapshot, intentions=(OTHER,)).with_case(commissioner_id=commissioner)
    rival = giving(
        replace(usual, snapshot=case),
        ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED, intention_case=CASE, same_service_because="Renamed in May",
    )  # fmt: skip
    after = take(action, rival).after
    shown = hide_confidential(after)
    assert str(CASE) not in repr(shown.records)
    assert "Renamed in May" in repr(shown.records)
    assert (str(CASE) in repr(after.records)) is (commissioner is None)


def test_a_refusal_for_want_of_an_intention_names_no_case() -> None:
    with pytest.raises(GuardsNotMet) as refused:
        take("find-not-eligible", refusing(OTHER, intentionCase=str(CASE)))
    assert str(CASE) not in repr(refused.value.extra) + refused.value.detail
