"""Which regime fits a service, how long a contract may last, and when a procurement may begin."""

from dataclasses import replace
from datetime import date

import pytest

from rtp_applications.deadlines.rules.days import add_months
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.rules.running import start_deadline
from rtp_applications.workflow.engine import update_deadlines
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, RIGHT_TO_PROVIDE
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
ready("choose-contract-route", Ready(on(Status.APPROVED, LIGHT, terms(), RECORD), COMMISSIONING))
ready(
    "begin-procurement",
    Ready(
        accepted,
        COMMISSIONING,
        payloads.ProcurementStart.model_validate({"applicantsToldOn": TODAY}),
        process=COMMUNITY_RIGHT_TO_CHALLENGE,
    ),
)
breaks("record-regime", "selection-route-named")(on_payload(selection_route=payloads.SelectionRoute.DIRECT_A))
breaks("record-regime", "determined-already")(on_payload(determined_on=contracts.TOMORROW))
breaks("record-regime", "regime-open-to-challenge")(on_payload(regime=payloads.Regime.GRANT))
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
    assert refused == ([] if fits else ["regime-fits-service"])


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
    [(date(2026, 11, 30), False), (date(2026, 12, 1), True), (date(2028, 3, 1), True), (date(2028, 3, 2), False)],
)
def test_procurement_begins_inside_the_published_gap(day: date, *, inside: bool) -> None:
    """Accepted on 1 September 2026; Warwickshire's gap of 3 to 18 months."""
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
