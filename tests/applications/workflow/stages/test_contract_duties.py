"""What the law asks around a contract: indicators before it, notices and copies after it, and its modifications."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import Basis, DeadlineState
from rtp_applications.workflow.engine import update_deadlines
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.award.indicators import PerformanceIndicators
from rtp_applications.workflow.stages.award.payloads import NoticeKind
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.contract_duties import payloads
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, breaks, on_payload, put, ready, refused_for, take
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, LIGHT, OPEN, TODAY, notice, on, terms
from tests.applications.workflow.stages.decided_cases import at

COMPETED, DIRECT_A, DIRECT_B, DIRECT_C, MOST_SUITABLE = (
    contracts.selection(each)
    for each in (
        SelectionRoute.COMPETITIVE, SelectionRoute.DIRECT_A, SelectionRoute.DIRECT_B, SelectionRoute.DIRECT_C,
        SelectionRoute.MOST_SUITABLE,
    )
)  # fmt: skip
RESERVED, BELOW = contracts.determination(Regime.RESERVED), contracts.determination(Regime.BELOW_THRESHOLD)
AWARDED, MODIFIED = NoticeKind.SELECTION_AWARD, NoticeKind.SELECTION_MODIFICATION
ENTERED_ON = date(2026, 9, 1)
INDICATORS = PerformanceIndicators.model_validate(
    {"indicators": ["Visits kept", "Complaints answered", "Waiting days"], "setOn": TODAY}
)
COPY = payloads.ContractPublication.model_validate(
    {"part": "contract-copy", "place": "2026/S 000-UK7", "publishedOn": TODAY}
)
LARGE = terms(36, 0, 500_000_100)


def modification(pounds: int = 0, reference: str = "Variation 1", **more: Any) -> payloads.ContractModification:
    said = {
        "reference": reference, "ground": "authority-decision", "reasons": "Two more clinics.",
        "differentInCharacter": False, "attributableToAuthority": True, "changePence": pounds * 100,
        "originalPence": 400_000_000, "modifiedOn": TODAY, **more,
    }  # fmt: skip
    return payloads.ContractModification.model_validate(said)


def awarded(*records: Payload) -> CaseSnapshot:
    return on(Status.AWARDED, *records, contracts.AWARD)


def enter_into(found: RegimeDetermination, worth: Payload = LARGE, *records: Payload) -> CaseSnapshot:
    """A case whose contract was entered into on 1 September 2026, with its clocks started by that."""
    held = on(Status.TENDER_LIVE, found, worth, *records).with_case(status=Status.AWARDED)
    return update_deadlines(RIGHT_TO_PROVIDE, Status.TENDER_LIVE, put(held, contracts.AWARD), "award", ground.NOW)


def record(snapshot: CaseSnapshot, kind: NoticeKind, day: date, number: str = "1") -> CaseSnapshot:
    published = notice(kind, day).model_copy(update={"notice_id": number})
    return take("record-notice", Ready(snapshot, COMMISSIONING, published, now=at(day))).after


ready("set-performance-indicators", Ready(on(Status.TENDER_LIVE, OPEN, terms()), COMMISSIONING, INDICATORS))
ready("record-contract-publication", Ready(awarded(OPEN, terms()), COMMISSIONING, COPY))
ready("record-modification", Ready(awarded(COMPETED, terms()), COMMISSIONING, modification()))
breaks("set-performance-indicators", "enough-indicators")(on_payload(indicators=["Visits kept", "Waiting days"]))
breaks("record-modification", "awarded-under-selection")(ground.on_snapshot(put, OPEN))
breaks("record-modification", "modification-is-a-new-one")(ground.on_snapshot(put, modification()))
breaks("record-modification", "modification-is-allowed")(on_payload(different_in_character=True))


@breaks("award", "indicators-set")
def _(attempt: Ready) -> Ready:
    before = on(Status.TENDER_LIVE, OPEN, LARGE, contracts.CONSIDERED, contracts.TENDER)
    announced = Ready(before, COMMISSIONING, contracts.AWARD_NOTICE)
    begun = take("begin-standstill", announced).after
    over = ground.get_deadline(begun, "standstill")
    entered = contracts.AWARD.model_copy(update={"entered_into_on": over.due_on + timedelta(days=1)})
    return replace(attempt, snapshot=begun, now=over.due_at, payload=entered)


@pytest.mark.parametrize(
    ("found", "worth", "records", "wanted"),
    [
        (OPEN, terms(36, 0, 500_000_000), (), False),  # more than £5 million: not at it
        (OPEN, LARGE, (), True),
        (OPEN, terms(36, 24, 499_999_999), (contracts.procurement(extensionsPence=2),), True),  # extensions count
        (OPEN, LARGE, (contracts.procurement(instrument="concession"),), False),  # s.52(6)(c)
        (OPEN, LARGE, (contracts.procurement(instrument="framework"),), False),  # s.52(6)(a)
        (LIGHT, LARGE, (), False),  # s.52(6)(d)
        (RESERVED, LARGE, (), False),
        (OPEN, LARGE, (INDICATORS,), False),
        (OPEN, LARGE, (INDICATORS.model_copy(update={"set_on": TODAY + timedelta(days=30)}),), True),
    ],
)
def test_above_five_million_indicators_come_before_the_contract(
    found: RegimeDetermination, worth: Payload, records: tuple[Payload, ...], *, wanted: bool
) -> None:
    """Procurement Act 2023 s.52(1), (6)."""
    held = on(Status.TENDER_LIVE, found, worth, contracts.TENDER, contracts.AWARD_NOTICE, *records)
    refused = refused_for("award", Ready(held, COMMISSIONING, contracts.AWARD))
    assert ("indicators-set" in refused) is wanted


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"indicators": ["a", "b", "c"]}, []),
        ({"indicators": ["a", "b", "b"]}, ["enough-indicators"]),
        ({"inappropriateBecause": "A single delivery."}, []),
        ({"inappropriateBecause": "A single delivery.", "indicators": ["a"]}, ["enough-indicators"]),
        ({}, ["enough-indicators"]),
    ],
)
def test_three_are_set_or_it_is_said_why_not(more: dict[str, Any], refused: list[str]) -> None:
    said = PerformanceIndicators.model_validate({"setOn": TODAY, **more})
    setting = replace(attempt(RIGHT_TO_PROVIDE, "set-performance-indicators"), payload=said)
    assert refused_for("set-performance-indicators", setting) == refused


@pytest.mark.parametrize(
    ("found", "worth", "clock", "due", "basis"),
    [
        (COMPETED, terms(), "provider-selection-award-notice", date(2026, 10, 1), Basis.STATUTE),  # reg 11(17)(b)
        (MOST_SUITABLE, terms(), "provider-selection-award-notice", date(2026, 10, 1), Basis.STATUTE),  # reg 10(15)(b)
        (DIRECT_C, terms(), "provider-selection-award-notice", date(2026, 10, 1), Basis.STATUTE),  # reg 9(11)(b)
        (DIRECT_B, terms(), "provider-selection-award-notice", date(2026, 10, 1), Basis.STATUTE),  # reg 8(2)(b)
        (DIRECT_A, terms(), "provider-selection-award-notice", date(2026, 10, 1), Basis.STATUTE),  # reg 7(2)(b)
        (OPEN, terms(), "provider-selection-award-notice", None, None),
        (OPEN, LARGE, "contract-copy", date(2026, 11, 29), Basis.STATUTE),  # s.53(3)(b): 1 September is day 1 of 90
        (OPEN, terms(36, 0, 500_000_000), "contract-copy", None, None),
        (LIGHT, LARGE, "contract-copy", None, None),
        (LIGHT, LARGE, "light-touch-contract-copy", date(2027, 2, 27), Basis.STATUTE),  # s.53(3)(a): day 1 of 180
        (RESERVED, LARGE, "light-touch-contract-copy", date(2027, 2, 27), Basis.STATUTE),
        (
            BELOW,
            terms(12, 0, 3_000_000),
            "below-threshold-details-notice",
            date(2026, 10, 1),
            Basis.POLICY,
        ),  # s.87(4)(b)
        (BELOW, terms(12, 0, 2_999_999), "below-threshold-details-notice", None, None),
        (LIGHT, terms(), "below-threshold-details-notice", None, None),
    ],
)
def test_what_is_owed_after_the_contract_is_counted(
    found: RegimeDetermination, worth: Payload, clock: str, due: date | None, basis: Basis | None
) -> None:
    running = enter_into(found, worth).find_deadline(clock)
    assert (running.due_on, running.basis) == (due, basis) if running else due is None


@pytest.mark.parametrize(
    ("day", "state"), [(date(2026, 10, 1), DeadlineState.MET), (date(2026, 10, 2), DeadlineState.MISSED)]
)
def test_the_notice_of_the_award_meets_its_clock_as_of_its_day(day: date, state: DeadlineState) -> None:
    missed = ground.process_due_now(RIGHT_TO_PROVIDE, enter_into(COMPETED, terms()), at(date(2026, 10, 3)))
    told = Ready(missed, COMMISSIONING, notice(AWARDED, day), now=at(date(2026, 10, 3)))
    assert ground.get_deadline(take("record-notice", told).after, "provider-selection-award-notice").state is state


def test_no_notice_of_a_contract_is_older_than_the_contract() -> None:
    for kind, found in ((AWARDED, COMPETED), (NoticeKind.UK7, OPEN)):
        early = Ready(enter_into(found), COMMISSIONING, notice(kind, ENTERED_ON - timedelta(days=1)))
        assert refused_for("record-notice", early) == ["published-on-within-bounds"]


def test_a_copy_that_is_published_meets_its_clock() -> None:
    copied = take("record-contract-publication", Ready(enter_into(OPEN), COMMISSIONING, COPY)).after
    assert ground.get_deadline(copied, "contract-copy").state is DeadlineState.MET
    indicated = enter_into(OPEN, LARGE, INDICATORS)
    other = take("record-contract-publication", Ready(indicated, COMMISSIONING, COPY)).after
    assert ground.get_open_deadline(other, "performance-indicators-publication").basis is Basis.POLICY


@pytest.mark.parametrize(
    ("found", "pounds", "more", "refused"),
    [
        (COMPETED, 499_999, {"originalPence": 100_000_000}, False),  # reg 13(2)(b)(i): below £500,000, whatever share
        (COMPETED, 999_999, {}, False),  # reg 13(2)(b)(ii): below 25 per cent of £4 million
        (COMPETED, 1_000_000, {}, True),
        (COMPETED, 500_000, {"originalPence": 200_000_000}, True),
        (COMPETED, 5_000_000, {"ground": "provided-for"}, False),  # reg 13(1)(a) has no amount
        (COMPETED, 1, {"ground": "provided-for", "differentInCharacter": True}, False),  # nor has it those words
        (COMPETED, 1, {"differentInCharacter": True}, True),  # reg 13(2)(a), of the decisions of (1)(d)
        (COMPETED, 5_000_000, {"ground": "external-factors"}, False),
        (COMPETED, 1, {"ground": "external-factors", "differentInCharacter": True}, True),  # reg 13(1)(c)
        (COMPETED, 1, {"ground": "succession"}, True),
        (
            COMPETED,
            1,
            {"ground": "succession", "meetsBasicSelectionCriteria": True, "differentInCharacter": True},
            False,
        ),
        (COMPETED, 1, {"ground": "awarded-by-direct-award-a-or-b"}, True),
        (DIRECT_B, 5_000_000, {"ground": "awarded-by-direct-award-a-or-b"}, False),  # reg 13(3)
        (DIRECT_A, 1, {"ground": "awarded-by-direct-award-a-or-b", "differentInCharacter": True}, True),
        (COMPETED, 5_000_000, {"ground": "urgent", "differentInCharacter": True}, False),  # reg 14(2)
        (COMPETED, 1, {"attributableToAuthority": False}, True),  # reg 13(1)(d) is about what is
        (COMPETED, 1, {"ground": "external-factors", "attributableToAuthority": False}, False),
    ],
)
def test_a_contract_is_modified_on_the_grounds_of_regulation_13(
    found: RegimeDetermination, pounds: int, more: dict[str, Any], *, refused: bool
) -> None:
    modifying = Ready(awarded(found, terms()), COMMISSIONING, modification(pounds, **more))
    assert refused_for("record-modification", modifying) == (["modification-is-allowed"] if refused else [])
    if refused:
        with pytest.raises(GuardsNotMet) as refusal:
            take("record-modification", modifying)
        assert "reg 13" in refusal.value.errors[0].reason


@pytest.mark.parametrize(
    ("pounds", "more", "due"),
    [
        (500_000, {}, date(2026, 10, 1)),  # reg 13(4)(c), (5)(a)
        (499_999, {}, None),
        (500_000, {"ground": "external-factors", "attributableToAuthority": False}, None),  # reg 13(4)(b)
        (1, {"ground": "urgent"}, date(2026, 10, 1)),  # reg 14(4), (5)(a)
        (600_000, {"ground": "continuity-in-standstill"}, None),  # reg 14(4) is about paragraph (2) alone
    ],
)
def test_the_notice_of_a_modification_is_due_in_thirty_days(
    pounds: int, more: dict[str, Any], due: date | None
) -> None:
    modifying = Ready(awarded(COMPETED, terms()), COMMISSIONING, modification(pounds, **more))
    running = take("record-modification", modifying).after.find_deadline("modification-notice")
    assert (running.due_on if running else None) == due


def test_each_of_two_modifications_has_its_notice() -> None:
    first, later = date(2026, 9, 1), date(2026, 9, 11)
    held = take("record-modification", Ready(awarded(COMPETED, terms()), COMMISSIONING, modification(600_000))).after
    second = modification(700_000, "Variation 2", modifiedOn=later)
    both = take("record-modification", Ready(held, COMMISSIONING, second, now=at(later))).after
    assert ground.get_open_deadline(both, "modification-notice").started_on == first
    other = record(both, NoticeKind.UK10, later)
    assert ground.get_open_deadline(other, "modification-notice").started_on == first
    once = record(both, MODIFIED, later)
    assert ground.get_open_deadline(once, "modification-notice").due_on == date(2026, 10, 11)
    again = record(once, MODIFIED, later)  # the same notice, put on file once more
    assert ground.get_open_deadline(again, "modification-notice").due_on == date(2026, 10, 11)
    twice = record(once, MODIFIED, date(2026, 10, 11), "2")
    assert [each.state for each in twice.deadlines.values() if each.clock == "modification-notice"] == [
        DeadlineState.MET
    ] * 2


@pytest.mark.parametrize("version", [1, 2])
def test_cases_of_former_versions_owe_as_they_did(version: int) -> None:
    former = PROCESSES[RIGHT_TO_PROVIDE.route, version]
    assert former.find_clock("contract-copy") is None
    assert "indicators-set" not in {each.name for each in former.by_name["award"].guards}
