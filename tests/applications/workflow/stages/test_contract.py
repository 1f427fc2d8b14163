"""Which regime fits a service, how long a contract may last, and when a procurement may begin."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rtp_applications.deadlines.rules.days import add_months
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.rules.running import start_deadline
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.cooling import PastAward, ReservationLaw
from rtp_applications.workflow.engine import update_deadlines
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.contract import payloads
from rtp_applications.workflow.stages.review.payloads import Acceptance
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, breaks, on_payload, put, ready, refused_for, with_rule
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, LIGHT, TODAY, determination, on, terms
from tests.applications.workflow.stages.decided_cases import APPROVAL, RECORD, at

accepted = put(
    put(
        with_rule(
            ground.build_snapshot(Status.EOI_ACCEPTED, process=COMMUNITY_RIGHT_TO_CHALLENGE),
            "procurement-gap",
            {"minimumMonths": 0, "maximumMonths": 60},
        ),
        Acceptance(reasons="It is sound."),
    ),
    RECORD,
)
ready("record-regime", Ready(on(Status.APPROVED), COMMISSIONING, LIGHT))
ready("record-contract-terms", Ready(on(Status.APPROVED), COMMISSIONING, terms()))
ready("record-procurement-facts", Ready(on(Status.APPROVED), COMMISSIONING, contracts.procurement(cpv=["92511000"])))
ready("choose-contract-route", Ready(on(Status.APPROVED, LIGHT, terms(), RECORD), COMMISSIONING))
ready(
    "begin-procurement",
    Ready(
        accepted,
        COMMISSIONING,
        payloads.ProcurementStart.model_validate({"applicantsToldOn": TODAY, "wellBeing": "Local jobs count."}),
        process=COMMUNITY_RIGHT_TO_CHALLENGE,
    ),
)
breaks("record-regime", "selection-route-named")(on_payload(selection_route=payloads.SelectionRoute.MOST_SUITABLE))
breaks("record-regime", "determined-already")(on_payload(determined_on=contracts.TOMORROW))
breaks("record-regime", "regime-open-to-challenge")(on_payload(regime=payloads.Regime.GRANT))
breaks("record-regime", "route-open-to-challenge")(
    on_payload(
        regime=payloads.Regime.PROVIDER_SELECTION,
        selection_route=payloads.SelectionRoute.DIRECT_A,
        relevant_health_care_service=True,
    )
)


@breaks("award", "exercise-was-advertised")
def _(attempt: Ready) -> Ready:
    """Below threshold, at the amount of s.87(4)(b), and nothing was advertised."""
    below = determination(payloads.Regime.BELOW_THRESHOLD)
    held = on(Status.CONTRACT_ROUTE, below, terms(12, 0, 3_000_000), contracts.CONSIDERED)
    return replace(attempt, snapshot=held)


breaks("record-contract-terms", "gross-not-below-net")(on_payload(gross_pence=1))
breaks(["choose-contract-route", "publish-tender", "begin-standstill", "award"], "regime-determined")(
    ground.on_snapshot(ground.without, payloads.RegimeDetermination)
)


@breaks("choose-contract-route", "regime-fits-service")
@breaks("publish-tender", "regime-fits-service")
@breaks("award", "regime-fits-service")
def _(attempt: Ready) -> Ready:
    health = LIGHT.model_copy(update={"relevant_health_care_service": True})
    return replace(attempt, snapshot=put(attempt.snapshot, health))


breaks("record-procurement-facts", "facts-agree-with-each-other")(on_payload(cpv=["92511000-1"]))


@breaks("choose-contract-route", "regime-is-open")
@breaks("publish-tender", "regime-is-open")
@breaks("award", "regime-is-open")
def _(attempt: Ready) -> Ready:
    """Below threshold at £60 million."""
    below, large = determination(payloads.Regime.BELOW_THRESHOLD), terms(gross_pence=6_000_000_000)
    return replace(attempt, snapshot=put(put(put(attempt.snapshot, below), large), contracts.CONSIDERED))


breaks(["choose-contract-route", "publish-tender", "award"], "value-and-term-recorded")(
    ground.on_snapshot(ground.without, payloads.ContractTerms)
)
breaks(["choose-contract-route", "publish-tender", "award"], "reserved-term-within-limit")(
    lambda attempt: replace(
        attempt, snapshot=put(put(attempt.snapshot, determination(payloads.Regime.RESERVED)), terms(48, 13))
    )
)


@breaks("choose-contract-route", "call-in-window-over")
def _(attempt: Ready) -> Ready:
    """Approved, and not published yet."""
    return replace(attempt, snapshot=put(attempt.snapshot, APPROVAL))


@breaks("begin-procurement", "within-published-gap")
def _(attempt: Ready) -> Ready:
    gap = {"minimumMonths": 3, "maximumMonths": 18}
    return replace(attempt, snapshot=with_rule(attempt.snapshot, "procurement-gap", gap))


breaks("begin-procurement", "applicants-told-to-bid")(on_payload(applicants_told_on=None))


@pytest.mark.parametrize(
    ("found", "fits"),
    [
        (determination(payloads.Regime.IN_HOUSE, staysUnderPublicControl=True), True),
        (determination(payloads.Regime.IN_HOUSE), False),
        (determination(payloads.Regime.RESERVED, relevantHealthCareService=True), False),
        (determination(payloads.Regime.BELOW_THRESHOLD, relevantHealthCareService=True), False),
        (determination(payloads.Regime.GRANT, relevantHealthCareService=True), True),
        (determination(payloads.Regime.PROVIDER_SELECTION, selectionRoute=payloads.SelectionRoute.DIRECT_C), False),
        (contracts.selection(payloads.SelectionRoute.DIRECT_C), True),
    ],
)
def test_the_regime_fits_the_service(found: payloads.RegimeDetermination, *, fits: bool) -> None:
    refused = refused_for("choose-contract-route", Ready(on(Status.APPROVED, found, terms()), COMMISSIONING))
    assert ("regime-fits-service" in refused) is not fits


LIBRARY = {"cpv": ["92511000-6"], "instrument": "contract", "extensionsPence": 0}
EXPIRING = {
    "cpv": ["85111000-0"], "instrument": "contract", "forHealthService": True, "existingProvider": True,
    "providerHoldsContract": True, "onlyExistingCapable": False, "patientChoice": False,
    "replacesExpiringContract": True, "existingProviderSatisfies": True, "differentInCharacter": False,
    "attributableToAuthority": True, "externalFactors": False, "formerLifetimePence": 200_000_000,
}  # fmt: skip
DIRECT_C = contracts.selection(payloads.SelectionRoute.DIRECT_C)
BELOW, RESERVED = determination(payloads.Regime.BELOW_THRESHOLD), determination(payloads.Regime.RESERVED)
IN_HOUSE = determination(payloads.Regime.IN_HOUSE, staysUnderPublicControl=True)


@pytest.mark.parametrize(
    ("found", "pence", "facts", "bar"),
    [
        (BELOW, 6_000_000_000, {}, "Schedules 1 and 3"),  # £60 million: above every amount there is
        (BELOW, 66_354_000, LIBRARY, "the threshold amount is £663,540"),
        (BELOW, 66_353_999, LIBRARY, None),
        (contracts.LIGHT, 66_353_999, LIBRARY, "worth £663,539.99"),
        (contracts.LIGHT, 66_354_000, LIBRARY, None),
        (DIRECT_C, 360_000_000, {}, "reg 2(1)"),  # a new mutual, of which nothing else is said
        (DIRECT_C, 360_000_000, {**EXPIRING, "providerHoldsContract": False, "providerSucceeds": False}, "reg 2(1)"),
        (DIRECT_C, 360_000_000, {**EXPIRING, "proposedLifetimePence": 250_000_000}, "reg 6(10) to (12)"),
        (DIRECT_C, 360_000_000, {**EXPIRING, "proposedLifetimePence": 249_999_999}, None),
        (DIRECT_C, 360_000_000, {**EXPIRING, "onlyExistingCapable": True}, "reg 6(3)"),
        (contracts.selection(payloads.SelectionRoute.COMPETITIVE), 1, {**EXPIRING, "cpv": ["85312100"]}, "Schedule 1"),
        (contracts.LIGHT, 360_000_000, EXPIRING, "reg 43"),  # health care for the health service, whatever was ticked
        (IN_HOUSE, 360_000_000, {**LIBRARY, "privateShares": True}, "Schedule 2 para 2(3)"),
        (IN_HOUSE, 360_000_000, {**LIBRARY, "privateShares": False, "mostlyForAuthority": True}, None),
        (RESERVED, 360_000_000, {**LIBRARY, "comparableContractOn": "2023-09-02"}, "again from 2026-09-02 on"),
        (RESERVED, 360_000_000, {**LIBRARY, "comparableContractOn": "2023-09-01"}, None),  # awarded on 1 September 2026
        (RESERVED, 360_000_000, {**LIBRARY, "cpv": ["98513310-8"]}, "column (3)"),  # home help is not marked R
        (RESERVED, 360_000_000, {**LIBRARY, "controlledBy": "others"}, "s.33(6)(c)"),
        (RESERVED, 360_000_000, {**LIBRARY, "profitUse": "others"}, "s.33(6)(b)"),
        (determination(payloads.Regime.GRANT), 360_000_000, {**LIBRARY, "instrument": "contract"}, "s.3(2)"),
    ],
)
def test_an_award_that_its_regime_forbids_is_refused_by_the_provision(
    found: payloads.RegimeDetermination, pence: int, facts: dict[str, Any], bar: str | None
) -> None:
    snapshot = on(Status.APPROVED, found, terms(36, 0, pence), contracts.procurement(**facts))
    attempted = Ready(snapshot, COMMISSIONING)
    if bar is None:
        assert refused_for("choose-contract-route", attempted) == []
        return
    with pytest.raises(GuardsNotMet) as refusal:
        ground.take("choose-contract-route", attempted)
    [said] = [each.reason for each in refusal.value.errors if bar in each.reason]
    assert {each["guard"] for each in refusal.value.extra["guards"]} <= {"regime-is-open", "regime-fits-service"}
    assert "closed" in said or "existing provider" in said


@pytest.mark.parametrize("version", [1, 2])
def test_cases_of_former_versions_are_not_held_against_the_facts(version: int) -> None:
    former = PROCESSES[RIGHT_TO_PROVIDE.route, version]
    assert "record-procurement-facts" not in former.by_name
    for name in ("choose-contract-route", "publish-tender", "award"):
        assert "regime-is-open" not in {each.name for each in former.by_name[name].guards}
        assert "regime-is-open" in {each.name for each in RIGHT_TO_PROVIDE.by_name[name].guards}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"cpv": ["92511000-1"]}, "/cpv"),
        ({"directAwardGrounds": ["none", "repeat"]}, "/directAwardGrounds"),
        ({"existingProvider": False, "providerHoldsContract": True}, "/existingProvider"),
    ],
)
def test_facts_that_contradict_each_other_are_not_put_on_file(facts: dict[str, Any], field: str) -> None:
    attempted = Ready(on(Status.APPROVED), COMMISSIONING, contracts.procurement(**facts))
    with pytest.raises(GuardsNotMet) as refusal:
        ground.take("record-procurement-facts", attempted)
    assert [each.field for each in refusal.value.errors] == [field]


def test_a_reserved_contract_is_competed_for_too() -> None:
    snapshot = on(Status.CONTRACT_ROUTE, determination(payloads.Regime.RESERVED), terms(), contracts.AWARD_NOTICE)
    assert refused_for("award", Ready(snapshot, COMMISSIONING, contracts.AWARD)) == ["tender-held"]


@pytest.mark.parametrize(("term", "extension", "refused"), [(60, 0, 0), (36, 24, 0), (36, 25, 1), (61, 0, 1)])
def test_the_five_years_of_a_reserved_contract_count_its_extensions(term: int, extension: int, refused: int) -> None:
    snapshot = on(Status.APPROVED, determination(payloads.Regime.RESERVED), terms(term, extension))
    found = refused_for("choose-contract-route", Ready(snapshot, COMMISSIONING))
    assert found == ["reserved-term-within-limit"] * refused


def test_a_contract_that_is_not_reserved_may_last_longer() -> None:
    snapshot = on(Status.APPROVED, contracts.OPEN, terms(120))
    assert refused_for("choose-contract-route", Ready(snapshot, COMMISSIONING)) == []


@pytest.mark.parametrize(
    ("day", "inside"),
    [(date(2026, 11, 30), False), (date(2026, 12, 1), True), (date(2028, 3, 1), True), (date(2028, 3, 2), True)],
)
def test_procurement_begins_once_the_published_gap_has_begun(day: date, *, inside: bool) -> None:
    """Accepted on 1 September 2026; Warwickshire's gap of 3 to 18 months. S.83(2): late, it procures all the same."""
    taken = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "begin-procurement")
    snapshot = with_rule(taken.snapshot, "procurement-gap", {"minimumMonths": 3, "maximumMonths": 18})
    told = ground.giving(replace(taken, snapshot=snapshot, now=at(day)), applicants_told_on=day)
    refused = refused_for("begin-procurement", told)
    assert refused == ([] if inside else ["within-published-gap"])


@pytest.mark.parametrize("regime", payloads.Regime)
def test_a_challenge_leads_to_a_procurement_that_anyone_may_win(regime: payloads.Regime) -> None:
    taken = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "record-regime")
    route = payloads.SelectionRoute.COMPETITIVE if regime is payloads.Regime.PROVIDER_SELECTION else None
    refused = refused_for("record-regime", ground.giving(taken, regime=regime, selection_route=route))
    anyone = regime in (payloads.Regime.OPEN, payloads.Regime.PROVIDER_SELECTION, payloads.Regime.BELOW_THRESHOLD)
    assert refused == ([] if anyone else ["regime-open-to-challenge"])


def test_the_longest_gap_is_a_deadline_of_the_authority_that_the_procurement_meets() -> None:
    process, taken = COMMUNITY_RIGHT_TO_CHALLENGE, attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "begin-procurement")
    snapshot = with_rule(taken.snapshot, "procurement-gap", {"minimumMonths": 0, "maximumMonths": 18})
    owing = update_deadlines(process, Status.EOI_UNDER_REVIEW, snapshot, "accept-eoi", ground.NOW)
    assert ground.get_deadline(owing, "procurement-start").due_on == add_months(TODAY, 18) == date(2028, 3, 1)
    stands = ground.get_deadline(owing, "call-in-window").due_at
    told = ground.giving(replace(taken, snapshot=owing, now=stands), applicants_told_on=stands.date())
    begun = ground.take("begin-procurement", told).after
    assert ground.get_deadline(begun, "procurement-start").state is DeadlineState.MET


def test_a_call_in_window_that_is_over_no_longer_holds_the_case() -> None:
    held, clock = attempt(RIGHT_TO_PROVIDE, "choose-contract-route"), RIGHT_TO_PROVIDE.find_clock("call-in-window")
    assert clock is not None
    decided = put(held.snapshot, APPROVAL)
    window = start_deadline(clock, decided, "approve", ground.NOW)
    assert window is not None
    waiting = replace(held, snapshot=decided.with_deadline(window))
    assert refused_for("choose-contract-route", waiting) == ["call-in-window-over"]
    assert refused_for("choose-contract-route", replace(waiting, now=window.due_at)) == []


@pytest.mark.parametrize(
    ("entered", "more", "facts", "refused"),
    [
        (date(2023, 9, 2), {}, {}, True),  # awarded on 1 September 2026: the three years began on 2 September 2023
        (date(2023, 9, 1), {}, {}, False),
        (date(2023, 9, 2), {"codes": ("85312100",)}, {}, False),  # another kind of services
        (date(2023, 9, 2), {"reserved_under": ReservationLaw.REGULATION_77}, {}, False),
        (date(2023, 9, 2), {}, {"noComparableContract": True}, True),  # what is on record is stronger than what is said
        (date(2023, 9, 2), {}, {"comparableContractOn": "2020-01-01"}, True),
        (TODAY, {}, {}, False),  # since the regime was determined: it may be this very contract
    ],
)
def test_the_records_of_awards_count_in_a_case(
    entered: date, more: dict[str, Any], facts: dict[str, Any], *, refused: bool
) -> None:
    said = {"codes": ("92511000",), "reserved_under": ReservationLaw.SECTION_33, **more}
    past = PastAward(
        "a council", "GB-COH-09506232", tuple(map(CpvCode, said["codes"])), said["reserved_under"], entered
    )
    held = on(Status.APPROVED, RESERVED, terms(), contracts.procurement(**LIBRARY, **facts), RECORD)
    found = refused_for("choose-contract-route", Ready(replace(held, awards=[past]), COMMISSIONING))
    assert found == (["regime-is-open"] if refused else [])


@pytest.mark.parametrize(
    ("route", "refused"),
    [
        (payloads.SelectionRoute.DIRECT_A, ["route-open-to-challenge"]),
        (payloads.SelectionRoute.DIRECT_B, []),  # reg 6(4)(d): any provider may express an interest
        (payloads.SelectionRoute.DIRECT_C, ["route-open-to-challenge"]),
        (payloads.SelectionRoute.MOST_SUITABLE, []),
        (payloads.SelectionRoute.COMPETITIVE, []),
    ],
)
def test_a_challenge_leads_to_an_exercise_in_which_it_may_take_part(
    route: payloads.SelectionRoute, refused: list[str]
) -> None:
    """Localism Act 2011 s.83(2), (3)."""
    recording = replace(attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "record-regime"), payload=contracts.selection(route))
    assert refused_for("record-regime", recording) == refused
    if refused:
        with pytest.raises(GuardsNotMet) as refusal:
            ground.take("record-regime", recording)
        assert "Localism Act 2011 s.83(2), (3)" in refusal.value.errors[0].reason
    elsewhere = replace(attempt(RIGHT_TO_PROVIDE, "record-regime"), payload=recording.payload)
    assert refused_for("record-regime", elsewhere) == []


@pytest.mark.parametrize(
    ("pence", "kind", "advertised", "refused"),
    [
        (3_000_000, "county", False, ["exercise-was-advertised"]),
        (3_000_000, "county", True, []),
        (2_999_999, "county", False, []),  # Procurement Act 2023 s.87(4)(b): no notice binds
        (1_200_000, "nhs-trust", False, ["exercise-was-advertised"]),  # s.87(4)(a): a central government authority
        (1_199_999, "nhs-trust", False, []),
    ],
)
def test_below_threshold_a_challenge_is_advertised_too(
    pence: int, kind: str, advertised: bool, refused: list[str]
) -> None:
    below = determination(payloads.Regime.BELOW_THRESHOLD)
    held = on(Status.CONTRACT_ROUTE, below, terms(12, 0, pence), contracts.CONSIDERED)
    held = ground.with_employer(held.with_case(commissioner_id=ground.EMPLOYER), kind=kind)
    held = put(held, contracts.TENDER) if advertised else held
    awarding = replace(attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "award"), snapshot=held)
    assert refused_for("award", awarding) == refused
    assert refused_for("award", replace(awarding, process=RIGHT_TO_PROVIDE)) == []
