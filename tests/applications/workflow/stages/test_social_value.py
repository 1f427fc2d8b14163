"""Social value: considered, with whether to consult, before a procurement starts to which the Act of 2012 applies."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.award.payloads import NoticeKind
from rtp_applications.workflow.stages.contract.payloads import Regime, SelectionRoute
from rtp_applications.workflow.stages.review.payloads import Acceptance
from rtp_applications.workflow.stages.social_value.guards import find_duty
from rtp_applications.workflow.stages.social_value.payloads import SocialValueConsideration, SocialValuePart
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    Ready,
    attempt,
    breaks,
    on_payload,
    put,
    ready,
    refused_for,
    take,
    without,
)
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, CONSIDERED, TODAY, TOMORROW, on, terms
from tests.applications.workflow.stages.decided_cases import at
from tests.applications.workflow.stages.selection_cases import choice, criteria
from tests.applications.workflow.stages.test_selection import attempt_at_standstill

ready("consider-social-value", Ready(on(Status.APPROVED), COMMISSIONING, CONSIDERED))
breaks("consider-social-value", "social-value-is-considered-whole")(on_payload(consultation=None))
not_considered = ground.on_snapshot(without, SocialValueConsideration)
breaks("consider-social-value", "urgent-need-is-said")(
    on_payload(consultation=None, impractical=[SocialValuePart.CONSULTATION])
)
breaks("publish-tender", "social-value-considered-before-the-tender")(not_considered)
breaks("publish-selection-notice", "social-value-considered-before-the-notice")(not_considered)


@breaks("begin-standstill", "social-value-considered-before-a-direct-award")
def _(attempt: Ready) -> Ready:
    held = attempt_at_standstill(SelectionRoute.DIRECT_C)
    return replace(held, snapshot=without(held.snapshot, SocialValueConsideration), process=attempt.process)


@breaks("award", "social-value-considered-before-a-direct-award")
def _(attempt: Ready) -> Ready:
    begun = take("begin-standstill", attempt_at_standstill(SelectionRoute.DIRECT_C)).after
    over = ground.get_deadline(begun, "provider-selection-standstill")
    entered = contracts.AWARD.model_copy(update={"entered_into_on": over.due_on + timedelta(days=1)})
    return replace(
        attempt, snapshot=without(begun, SocialValueConsideration), now=over.due_at, payload=entered
    )  # fmt: skip


BELOW, OPEN = contracts.determination(Regime.BELOW_THRESHOLD), contracts.OPEN
COMPETED = contracts.selection(SelectionRoute.COMPETITIVE)
LIBRARY = {"cpv": ["92511000-6"], "instrument": "contract", "extensionsPence": 0}
HOSPITAL = {"cpv": ["85111000-0"], "instrument": "contract", "forHealthService": True, "extensionsPence": 0}


@pytest.mark.parametrize(
    ("found", "pence", "facts", "duty"),
    [
        (OPEN, 360_000_000, {}, True),  # the regime on file says that the Act of 2023 applies
        (OPEN, 360_000_000, LIBRARY, True),
        (OPEN, 360_000_000, {**LIBRARY, "instrument": "concession"}, False),  # s.1(16)(a): no concession
        (contracts.determination(Regime.RESERVED), 360_000_000, LIBRARY, True),
        (contracts.determination(Regime.GRANT), 360_000_000, {}, False),
        (contracts.determination(Regime.IN_HOUSE, staysUnderPublicControl=True), 360_000_000, {}, False),
        (BELOW, 20_772_000, LIBRARY, True),  # s.1(16)(b), (17)(b): light touch, at row 12
        (BELOW, 20_771_999, LIBRARY, False),  # and a penny below it
        (BELOW, 20_771_999, {}, None),  # what extensions are worth is not known
        (COMPETED, 20_772_000, HOSPITAL, True),  # health care is light touch, and not exempted
        (COMPETED, 20_771_999, HOSPITAL, False),
        (None, 360_000_000, LIBRARY, None),
    ],
)
def test_the_act_applies_to_a_case_as_the_text_says(
    found: Payload | None, pence: int, facts: dict[str, Any], *, duty: bool | None
) -> None:
    held = [*([found] if found else []), terms(36, 0 if facts else 24, pence), contracts.procurement(**facts)]
    assert find_duty(on(Status.CONTRACT_ROUTE, *held)) is duty


@pytest.mark.parametrize(
    ("considered_on", "more", "refused"),
    [
        (TODAY, {}, []),
        (TODAY - timedelta(days=30), {}, []),
        (TOMORROW, {}, ["social-value-considered-before-the-tender"]),
        (
            TODAY,
            {"commencedOn": (TODAY - timedelta(days=1)).isoformat()},
            ["social-value-considered-before-the-tender"],
        ),
        (TODAY, {"commencedOn": TODAY.isoformat()}, []),
    ],
)
def test_it_is_considered_before_the_procurement_starts(considered_on: Any, more: Any, refused: list[str]) -> None:
    """s.1(1), (2): the first of a notice, an advertisement and a contact."""
    considered = CONSIDERED.model_copy(update={"considered_on": considered_on})
    held = on(Status.CONTRACT_ROUTE, contracts.LIGHT, terms(), considered, contracts.procurement(**more))
    assert refused_for("publish-tender", Ready(held, COMMISSIONING, contracts.TENDER, now=at(TOMORROW))) == refused


def test_the_refusal_names_the_provision() -> None:
    held = on(Status.CONTRACT_ROUTE, contracts.LIGHT, terms())
    with pytest.raises(GuardsNotMet) as refusal:
        take("publish-tender", Ready(held, COMMISSIONING, contracts.TENDER))
    [said] = refusal.value.errors
    assert "Public Services (Social Value) Act 2012 s.1(3), (7)" in said.reason


EVERYTHING = ["well-being", "in-the-procurement", "consultation"]


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"consultation": None, "impractical": ["consultation"]}, []),
        ({"impractical": ["consultation"]}, ["social-value-is-considered-whole"]),  # it was considered
        ({"consultation": None}, ["social-value-is-considered-whole"]),  # an urgent need lifts what it is said to
        ({"consultation": None, "impractical": ["consultation"], "undueDelay": None}, ["urgent-need-is-said"]),
        (
            {"consultation": None, "impractical": ["consultation"], "undueDelay": True},
            ["urgent-need-is-said"],
        ),  # s.1(9)
        ({"consultation": None, "impractical": ["consultation"], "urgentNeed": None}, ["urgent-need-is-said"]),
    ],
)
def test_an_urgent_need_lifts_what_was_not_practical_and_no_more(more: dict[str, Any], refused: list[str]) -> None:
    """s.1(8), (9)."""
    said = {**CONSIDERED.model_dump(by_alias=True, exclude_none=True), "urgentNeed": "It failed.", "undueDelay": False}
    considered = SocialValueConsideration.model_validate({**said, **more})
    considering = replace(attempt(RIGHT_TO_PROVIDE, "consider-social-value"), payload=considered)
    assert refused_for("consider-social-value", considering) == refused


def test_what_was_practical_is_considered_before_the_start_all_the_same() -> None:
    """s.1(8): the time of the rest stays that of s.1(1)."""
    partly = CONSIDERED.model_copy(
        update={
            "consultation": None,
            "impractical": [SocialValuePart.CONSULTATION],
            "urgent_need": "It failed.",
            "undue_delay": False,
            "considered_on": TOMORROW,
        }
    )
    held = on(Status.CONTRACT_ROUTE, contracts.LIGHT, terms(), partly)
    late = Ready(held, COMMISSIONING, contracts.TENDER, now=at(TOMORROW))
    assert refused_for("publish-tender", late) == ["social-value-considered-before-the-tender"]


@pytest.mark.parametrize(
    ("considered_on", "facts", "refused"),
    [
        (TODAY, {}, []),
        (TOMORROW, {}, ["social-value-considered-before-a-direct-award"]),
        (TOMORROW, {"commencedOn": TOMORROW.isoformat()}, []),  # it was answered of something else
        (TOMORROW, {"commencedOn": TODAY.isoformat()}, ["social-value-considered-before-a-direct-award"]),
    ],
)
def test_answering_an_expression_of_interest_starts_a_procurement(
    considered_on: Any, facts: dict[str, Any], refused: list[str]
) -> None:
    """s.1(2)(d): contacting a person in order to respond to an unsolicited expression of interest in the contract."""
    considered = CONSIDERED.model_copy(update={"considered_on": considered_on})
    below = BELOW.model_copy(update={"determined_on": TOMORROW})
    held = on(Status.CONTRACT_ROUTE, below, terms(36, 0, 20_772_000), considered, Acceptance(reasons="It is sound."))
    held = put(held, contracts.procurement(**LIBRARY, **facts))
    entering = contracts.AWARD.model_copy(update={"entered_into_on": TOMORROW})
    awarding = Ready(held, COMMISSIONING, entering, now=at(TOMORROW))
    assert refused_for("award", awarding) == refused


def test_an_urgent_need_may_stand_in_its_place() -> None:
    """s.1(8): the requirements may be disregarded to the extent that it is not practical to comply."""
    urgent = SocialValueConsideration.model_validate(
        {"urgentNeed": "The provider failed.", "consideredOn": TODAY, "impractical": EVERYTHING, "undueDelay": False}
    )
    taken = take("consider-social-value", replace(attempt(RIGHT_TO_PROVIDE, "consider-social-value"), payload=urgent))
    assert taken.after.find(SocialValueConsideration) == urgent
    held = on(Status.CONTRACT_ROUTE, contracts.LIGHT, terms(), urgent)
    assert refused_for("publish-tender", Ready(held, COMMISSIONING, contracts.TENDER)) == []


def test_health_care_is_not_left_out() -> None:
    """s.1(16)(b): the Provider Selection Regime takes a contract out of the Act of 2023, and not out of this duty."""
    inviting = contracts.notice(NoticeKind.SELECTION_CONTRACT)
    held = on(Status.CONTRACT_ROUTE, COMPETED, terms(36, 0), contracts.procurement(**HOSPITAL), criteria(), choice())
    refused = refused_for("publish-tender", Ready(held, COMMISSIONING, inviting))
    assert refused == ["social-value-considered-before-the-tender"]


@pytest.mark.parametrize("version", [1, 2])
def test_cases_of_former_versions_are_not_asked(version: int) -> None:
    former = PROCESSES[RIGHT_TO_PROVIDE.route, version]
    assert "consider-social-value" not in former.by_name
    named = {each.name for action in former.actions for each in action.guards}
    assert not {each for each in named if each.startswith("social-value")}
