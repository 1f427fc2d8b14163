"""The Provider Selection Regime up to the choice: the notice of the Most Suitable Provider Process, its 14 days, the
key criteria, and the basic selection criteria with exclusions.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.enums import Audience, Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.award.payloads import NoticeKind
from rtp_applications.workflow.stages.contract.payloads import RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.selection import payloads
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
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, TODAY, determination, notice, terms
from tests.applications.workflow.stages.decided_cases import at
from tests.applications.workflow.stages.selection_cases import (
    EARLIER,
    FORTNIGHT,
    choice,
    criteria,
    process_notice,
    under,
)

MOST_SUITABLE = SelectionRoute.MOST_SUITABLE
EVERY_PROCESS = (SelectionRoute.DIRECT_C, MOST_SUITABLE, SelectionRoute.COMPETITIVE)
assessed = under(MOST_SUITABLE, process_notice(FORTNIGHT), criteria(EARLIER.date()), now=EARLIER)
ready("publish-selection-notice", Ready(under(MOST_SUITABLE), COMMISSIONING, process_notice()))
ready("determine-key-criteria", Ready(under(MOST_SUITABLE), COMMISSIONING, criteria()))
ready("choose-provider", Ready(assessed, COMMISSIONING, choice(identifiedOn=TODAY)))


@breaks("publish-selection-notice", "most-suitable-provider-followed")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=put(attempt.snapshot, contracts.selection(SelectionRoute.COMPETITIVE)))


@breaks("publish-selection-notice", "regime-is-open")
def _(attempt: Ready) -> Ready:
    """Only the existing provider can: Direct Award Process A must be followed."""
    facts = {"cpv": ["85111000-0"], "instrument": "contract", "forHealthService": True, "existingProvider": True}
    found = contracts.procurement(**facts, onlyExistingCapable=True)
    return replace(attempt, snapshot=put(attempt.snapshot, found))


@breaks("determine-key-criteria", "key-criteria-apply")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=put(attempt.snapshot, contracts.selection(SelectionRoute.DIRECT_B)))


@breaks("choose-provider", "key-criteria-apply")
def _(attempt: Ready) -> Ready:
    other = put(attempt.snapshot, contracts.selection(SelectionRoute.DIRECT_B))
    return ground.giving(replace(attempt, snapshot=other), identified_on=None)


breaks("determine-key-criteria", "every-key-criterion-weighed")(lambda attempt: replace(
    attempt, payload=criteria(weighed=("value", "social-value"))
))  # fmt: skip
breaks("choose-provider", "key-criteria-determined")(ground.on_snapshot(without, payloads.KeyCriteria))
breaks("choose-provider", "process-notice-submitted")(ground.on_snapshot(without, payloads.ProcessNotice))
breaks("choose-provider", "every-key-criterion-taken-into-account")(
    on_payload(accounts=[payloads.CriterionAccount(criterion=payloads.KeyCriterion.VALUE, account="Cheapest.")])
)
breaks("choose-provider", "identification-is-dated")(on_payload(identified_on=None))
breaks("choose-provider", "basic-selection-criteria-met")(on_payload(meets_basic_selection_criteria=False))
breaks("choose-provider", "provider-is-not-excluded")(on_payload(exclusion=payloads.Exclusion.EXCLUDED))
breaks("choose-provider", "deciders-are-independent")(ground.bar_last_signer)


@breaks("publish-tender", "key-criteria-determined")
def _(attempt: Ready) -> Ready:
    """Offers are invited, and nobody knows by what they will be assessed."""
    inviting = notice(NoticeKind.SELECTION_CONTRACT)
    return replace(attempt, snapshot=under(SelectionRoute.COMPETITIVE), payload=inviting)


JUDGED = payloads.ExclusionJudgement.model_validate({"exclusion": "neither", "judgedOn": TODAY})
DIRECT_B = SelectionRoute.DIRECT_B
ready("judge-exclusion", Ready(under(DIRECT_B), COMMISSIONING, JUDGED))
breaks("judge-exclusion", "awarded-directly")(ground.on_snapshot(put, contracts.selection(MOST_SUITABLE)))
breaks("judge-exclusion", "provider-is-not-excluded")(on_payload(exclusion=payloads.Exclusion.EXCLUDED))
breaks("judge-exclusion", "deciders-are-independent")(ground.bar_last_signer)
breaks("award", "exclusion-judged")(lambda attempt: replace(attempt, snapshot=under(DIRECT_B)))
breaks("begin-standstill", "provider-chosen")(ground.on_snapshot(without, payloads.ProviderChoice))


@breaks("award", "provider-chosen")
def _(attempt: Ready) -> Ready:
    """By a process that needs no tender, after its standstill; the choice is not on file."""
    begun = take("begin-standstill", attempt_at_standstill(SelectionRoute.DIRECT_C)).after
    over = ground.get_deadline(begun, "provider-selection-standstill")
    return replace(
        attempt, snapshot=without(begun, payloads.ProviderChoice), now=over.due_at,
        payload=contracts.AWARD.model_copy(update={"entered_into_on": over.due_on + timedelta(days=1)}),
    )  # fmt: skip


EXISTING = contracts.procurement(
    cpv=["85111000-0"], instrument="contract", forHealthService=True, existingProvider=True, providerHoldsContract=True
)


def attempt_at_standstill(route: SelectionRoute) -> Ready:
    status = Status.TENDER_LIVE if route is SelectionRoute.COMPETITIVE else Status.CONTRACT_ROUTE
    held: list[Payload] = [EXISTING] if route is SelectionRoute.DIRECT_C else []
    held += [notice(NoticeKind.SELECTION_CONTRACT)] if route is SelectionRoute.COMPETITIVE else []
    snapshot = under(route, *held, criteria(), choice(), status=status)
    return Ready(snapshot, COMMISSIONING, notice(NoticeKind.SELECTION_INTENTION))


@pytest.mark.parametrize(
    ("submitted", "first"),
    [
        (date(2026, 9, 1), date(2026, 9, 15)),
        (date(2026, 12, 18), date(2027, 1, 1)),  # calendar days: Christmas counts, and so does New Year's Day
        (date(2028, 2, 15), date(2028, 2, 29)),
        (date(2028, 2, 16), date(2028, 3, 1)),
        (date(2027, 3, 20), date(2027, 4, 3)),  # over the change of the clocks on 28 March
        (date(2026, 10, 20), date(2026, 11, 3)),  # over that of 25 October
    ],
)
def test_identification_is_complete_on_the_fourteenth_day_after_the_notice(submitted: date, first: date) -> None:
    """SI 2023/1348 reg 10(5): not before the day which is 14 days after that on which the notice was submitted."""
    begun = take(
        "publish-selection-notice",
        Ready(under(MOST_SUITABLE, now=at(submitted)), COMMISSIONING, process_notice(submitted), now=at(submitted)),
    ).after
    window = ground.get_deadline(begun, "most-suitable-provider-notice")
    assert (window.due_on, window.state) == (first - timedelta(days=1), DeadlineState.RUNNING)
    weighed = put(begun, criteria(submitted))
    early, timely = (
        Ready(weighed, COMMISSIONING, choice(first, identifiedOn=day), now=at(first))
        for day in (first - timedelta(days=1), first)
    )
    with pytest.raises(GuardsNotMet) as refusal:
        take("choose-provider", early)
    assert [(each.field, "14 days after" in each.reason) for each in refusal.value.errors] == [("/identifiedOn", True)]
    assert [each["guard"] for each in refusal.value.extra["guards"]] == ["identified-on-within-bounds"]
    assert take("choose-provider", timely).after.find(payloads.ProviderChoice)


def test_a_new_notice_counts_anew() -> None:
    begun = take("publish-selection-notice", attempt(RIGHT_TO_PROVIDE, "publish-selection-notice")).after
    later = TODAY + timedelta(days=3)
    again = take("publish-selection-notice", Ready(begun, COMMISSIONING, process_notice(later), now=at(later))).after
    running = [each for each in again.deadlines.values() if each.is_open and "suitable" in each.clock]
    assert [each.due_on for each in running] == [later + timedelta(days=13)]


@pytest.mark.parametrize("route", SelectionRoute)
def test_the_choice_is_on_file_where_the_process_goes_by_the_key_criteria(route: SelectionRoute) -> None:
    """Regs 9(2), 10(6) and 11(7); Direct Award Processes A and B have neither criteria nor a notice of intention."""
    held = attempt_at_standstill(route)
    assert ("provider-chosen" in refused_for("begin-standstill", held)) is False
    found = refused_for("begin-standstill", replace(held, snapshot=without(held.snapshot, payloads.ProviderChoice)))
    assert ("provider-chosen" in found) is (route in EVERY_PROCESS)


@pytest.mark.parametrize("route", SelectionRoute)
def test_of_the_competitive_process_the_criteria_come_before_the_invitation(route: SelectionRoute) -> None:
    """Reg 11(2), (3): step 1 is before step 2."""
    held = under(SelectionRoute.COMPETITIVE)
    inviting = Ready(held, COMMISSIONING, notice(NoticeKind.SELECTION_CONTRACT))
    assert refused_for("publish-tender", inviting) == ["key-criteria-determined"]
    assert refused_for("publish-tender", replace(inviting, snapshot=put(held, criteria()))) == []
    found = refused_for("determine-key-criteria", Ready(under(route), COMMISSIONING, criteria()))
    assert ("key-criteria-apply" in found) is (route not in EVERY_PROCESS)


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"exclusion": "excludable"}, []),  # reg 20(2): may be excluded, and need not
        ({"exclusion": "excluded"}, ["provider-is-not-excluded"]),
        ({"exclusion": "excluded", "overridingReasons": "Nobody else can give dialysis there."}, []),  # reg 20(1A)
        ({"meetsBasicSelectionCriteria": False}, ["basic-selection-criteria-met"]),  # reg 19(1)
        ({"identifiedOn": TODAY}, ["identification-is-dated"]),
    ],
)
def test_who_may_not_be_awarded_a_contract_is_not_chosen(more: dict[str, Any], refused: list[str]) -> None:
    held = under(SelectionRoute.COMPETITIVE, criteria(), status=Status.TENDER_LIVE)
    assert refused_for("choose-provider", Ready(held, COMMISSIONING, choice(**more))) == refused


@pytest.mark.parametrize("route", [SelectionRoute.DIRECT_A, DIRECT_B])
def test_exclusion_is_judged_before_a_direct_award_too(route: SelectionRoute) -> None:
    """Reg 20(1) excepts no process; reg 19(2)(a) excepts A and B from the basic selection criteria alone."""
    held = under(route, *([EXISTING] if route is SelectionRoute.DIRECT_A else []))
    awarding = Ready(held, COMMISSIONING, contracts.AWARD)
    assert refused_for("award", awarding) == ["exclusion-judged"]
    judged = take("judge-exclusion", Ready(held, COMMISSIONING, JUDGED)).after
    assert refused_for("award", replace(awarding, snapshot=judged)) == []
    excluded = JUDGED.model_copy(update={"exclusion": payloads.Exclusion.EXCLUDED})
    assert refused_for("judge-exclusion", Ready(held, COMMISSIONING, excluded)) == ["provider-is-not-excluded"]
    for_patients = excluded.model_copy(update={"overriding_reasons": "Nobody else can give dialysis there."})
    assert refused_for("judge-exclusion", Ready(held, COMMISSIONING, for_patients)) == []


@pytest.mark.parametrize("number", [0, 4, 6])
def test_each_of_the_five_criteria_is_weighed_once(number: int) -> None:
    weighed = (*payloads.KeyCriterion, payloads.KeyCriterion.VALUE)[:number]
    given = attempt(RIGHT_TO_PROVIDE, "determine-key-criteria")
    said = given.payload.model_copy(  # type: ignore[union-attr]
        update={"criteria": [payloads.WeighedCriterion(criterion=each, importance="equal") for each in weighed]}
    )
    assert refused_for("determine-key-criteria", replace(given, payload=said)) == ["every-key-criterion-weighed"]


def test_applicants_do_not_read_how_they_were_assessed() -> None:
    after = take("choose-provider", attempt(RIGHT_TO_PROVIDE, "choose-provider")).after
    assert after.records[payloads.ProviderChoice.KIND, ""].audience is Audience.BODIES


@pytest.mark.parametrize("version", [1, 2])
def test_cases_of_former_versions_have_none_of_these_steps(version: int) -> None:
    former = PROCESSES[RIGHT_TO_PROVIDE.route, version]
    assert former.by_name.keys().isdisjoint({"publish-selection-notice", "determine-key-criteria", "choose-provider"})
    assert former.find_clock("most-suitable-provider-notice") is None
    begun = refused_for("begin-standstill", replace(
        attempt(former, "begin-standstill"),
        snapshot=put(without(attempt(former, "begin-standstill").snapshot, payloads.ProviderChoice),
                     contracts.selection(SelectionRoute.COMPETITIVE)),
    ))  # fmt: skip
    assert begun == []


def test_another_regime_needs_no_choice() -> None:
    light = determination(contracts.LIGHT.regime, lightTouch=True)
    held = contracts.on(Status.TENDER_LIVE, light, terms(), contracts.TENDER)
    assert held.find(RegimeDetermination) is not None
    assert refused_for("begin-standstill", Ready(held, COMMISSIONING, contracts.AWARD_NOTICE)) == []
