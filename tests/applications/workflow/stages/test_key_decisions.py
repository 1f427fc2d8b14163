"""Which decision is a key decision: SI 2012/2089 reg 8(1), SI 2017/68 art 11(1)(a)."""

from dataclasses import replace
from typing import Any

import pytest

from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.decision.payloads import Approval
from rtp_applications.workflow.stages.panel.payloads import KeyDecisionAnnouncement
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, giving, take

CABINET = {"form": "leader-and-cabinet", "decidedBy": "executive"}
COMBINED = {"form": "combined-authority", "decidedBy": "whole-body"}
COMMITTEE = {"form": "committee-system", "decidedBy": "committee"}
NOT_KEY = {"is_key_decision": False}
WHY = {**NOT_KEY, "not_key_because": "Two staff in one ward, and no cost."}
BY_SCRUTINY = {**WHY, "not_key_reference": "Overview and scrutiny, minute 9"}
KEY, REASON = ["key-decision-announced"], ["not-key-is-reasoned"]
SECOND = PROCESSES[RIGHT_TO_PROVIDE.route, 2]


def unannounced(action: str, constitution: dict[str, str], **said: Any) -> Ready:
    ready = attempt(RIGHT_TO_PROVIDE, action)
    bare = ground.without(ground.with_rule(ready.snapshot, "constitution", constitution), KeyDecisionAnnouncement)
    return giving(replace(ready, snapshot=bare), **said)


@pytest.mark.parametrize("action", ["approve", "approve-with-conditions"])
@pytest.mark.parametrize(
    ("constitution", "said", "refused"),
    [
        (CABINET, {}, KEY),  # the careful answer
        (CABINET, {"is_key_decision": True}, KEY),
        (CABINET, NOT_KEY, REASON),
        (CABINET, WHY, []),  # reg 8(1): regs 9 to 11 do not bind
        (COMBINED, {}, KEY),
        (COMBINED, WHY, REASON),  # art 11(1)(a): in the view of the overview and scrutiny committee
        (COMBINED, BY_SCRUTINY, []),
        (COMMITTEE, {}, []),  # no executive, no key decision
        (COMMITTEE, NOT_KEY, []),
    ],
)
def test_notice_is_given_of_a_key_decision_alone(
    action: str, constitution: dict[str, str], said: dict[str, Any], refused: list[str]
) -> None:
    assert ground.refused_for(action, unannounced(action, constitution, **said)) == refused


@pytest.mark.parametrize("action", ["defer", "refuse-business-case"])
@pytest.mark.parametrize("constitution", [CABINET, COMBINED])
@pytest.mark.parametrize(("said", "refused"), [({}, []), (NOT_KEY, []), ({"is_key_decision": True}, KEY)])
def test_what_changes_nothing_waits_for_no_notice(
    action: str, constitution: dict[str, str], said: dict[str, Any], refused: list[str]
) -> None:
    """Neither spends nor saves, and nothing changes in two or more wards, unless the body says otherwise."""
    assert ground.refused_for(action, unannounced(action, constitution, **said)) == refused


def test_the_reason_stands_on_the_record_and_the_refusal_names_the_law() -> None:
    after = take("approve", unannounced("approve", COMBINED, **BY_SCRUTINY)).after
    kept = after.find(Approval)
    assert kept
    assert (kept.is_key_decision, kept.not_key_because) == (False, WHY["not_key_because"])
    with pytest.raises(GuardsNotMet, match=r"SI 2017/68 art 11\(1\)\(a\)"):
        take("approve", unannounced("approve", COMBINED, **WHY))
    with pytest.raises(GuardsNotMet, match=r"SI 2012/2089 reg 8\(1\)"):
        take("approve", unannounced("approve", CABINET, **NOT_KEY))


@pytest.mark.parametrize("action", ["accept-eoi", "offer-modification"])
def test_a_challenge_is_answered_by_the_same_rule(action: str) -> None:
    ready = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, action)
    bare = replace(ready, snapshot=ground.without(ready.snapshot, KeyDecisionAnnouncement))
    assert ground.refused_for(action, bare) == KEY
    assert ground.refused_for(action, giving(bare, **WHY)) == []


def test_in_version_2_every_decision_of_a_council_is_one() -> None:
    for action in ("approve", "defer"):
        ready = attempt(SECOND, action)
        assert "is_key_decision" not in SECOND.by_name[action].payload_model.model_fields
        bare = replace(ready, snapshot=ground.without(ready.snapshot, KeyDecisionAnnouncement))
        assert ground.refused_for(action, bare) == KEY
