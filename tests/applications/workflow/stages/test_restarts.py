"""Procurements that end without a contract, and returns to an earlier step: no dead end, and nothing of the former one
counts for the next.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.award import payloads
from rtp_applications.workflow.stages.award.former import FormerNotice
from rtp_applications.workflow.stages.award.restarts import ProcurementEnd, StepReturn, find_notice_owed
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.selection.payloads import KeyCriteria, ProcessNotice, ProviderChoice
from rtp_applications.workflow.stages.social_value.payloads import SocialValueConsideration
from rtp_shared.schemas import STORED
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    attempt,
    breaks,
    on_payload,
    put,
    ready,
    refused_for,
    take,
    towards,
    without,
)
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, CONSIDERED, TODAY, notice, on, terms
from tests.applications.workflow.stages.decided_cases import at
from tests.applications.workflow.stages.selection_cases import (
    EARLIER,
    FORTNIGHT,
    choice,
    criteria,
    process_notice,
    under,
)
from tests.applications.workflow.stages.test_award import at_hand, begin_under_selection, entered_on

UK4, UK6, UK12 = payloads.NoticeKind.UK4, payloads.NoticeKind.UK6, payloads.NoticeKind.UK12
ABANDONED, INTENTION = payloads.NoticeKind.SELECTION_ABANDONMENT, payloads.NoticeKind.SELECTION_INTENTION
INVITING = payloads.NoticeKind.SELECTION_CONTRACT
COMPETITIVE, MOST_SUITABLE, DIRECT_C = (
    SelectionRoute.COMPETITIVE, SelectionRoute.MOST_SUITABLE, SelectionRoute.DIRECT_C
)  # fmt: skip


WHY = {"review": "Its maker was heard.", "reasons": "The criteria were not those of the notice."}


def end(decided_on: date = TODAY, reference: str = "Decision 2026/31") -> ProcurementEnd:
    said = {"reference": reference, "reasons": "No tender was good enough.", "decidedOn": decided_on}
    return ProcurementEnd.model_validate(said)


def go_back(step: int, to: Status = Status.CONTRACT_ROUTE, on_day: date = TODAY) -> StepReturn:
    return StepReturn.model_validate(
        {"reference": "Decision 2026/32", "to": to, "step": step, "reasons": "One criterion was overlooked.",
         "decidedOn": on_day, "providersInformedOn": on_day}
    )  # fmt: skip


def chosen(route: SelectionRoute, status: Status = Status.CONTRACT_ROUTE) -> CaseSnapshot:
    held: list[Payload] = [criteria(EARLIER.date()), choice(identifiedOn=TODAY) if route is MOST_SUITABLE else choice()]
    held += [process_notice(FORTNIGHT)] if route is MOST_SUITABLE else []
    held += [notice(INVITING, EARLIER.date())] if route is COMPETITIVE else []
    return under(route, *held, status=status, now=EARLIER)


live = on(Status.TENDER_LIVE, contracts.LIGHT, terms(), CONSIDERED, contracts.TENDER)
ready("end-procurement", Ready(live, COMMISSIONING, end()))
ready("return-to-earlier-step", Ready(chosen(MOST_SUITABLE), COMMISSIONING, go_back(2)))


@towards("return-to-earlier-step", Status.TENDER_LIVE)
def _(attempt: Ready) -> Ready:
    assessed = ground.with_facts(
        replace(attempt, snapshot=chosen(COMPETITIVE, Status.TENDER_LIVE)), route=attempt.process.route,
        process_version=attempt.process.version,
    )  # fmt: skip
    return replace(assessed, payload=go_back(3, Status.TENDER_LIVE))


def opening(published_on: date) -> payloads.TenderNotice:
    said = notice(UK4, published_on).model_dump(by_alias=True, exclude_none=True)
    return payloads.TenderNotice.model_validate({**said, "tendersDueOn": published_on + timedelta(days=35)})


def in_standstill(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=begin_under_selection(TODAY))


breaks("end-procurement", "procurement-has-started")(
    lambda attempt: replace(attempt, snapshot=on(Status.CONTRACT_ROUTE, contracts.LIGHT, terms()))
)
breaks("return-to-earlier-step", "procurement-has-started")(
    lambda attempt: replace(attempt, snapshot=without(attempt.snapshot, ProcessNotice, ProviderChoice))
)
breaks("end-procurement", "end-is-a-new-one")(ground.on_snapshot(put, end()))
breaks("return-to-earlier-step", "return-is-a-new-one")(ground.on_snapshot(put, go_back(1)))
breaks("end-procurement", "end-follows-the-standstill")(in_standstill)
breaks("return-to-earlier-step", "return-follows-the-standstill")(
    lambda attempt: replace(in_standstill(attempt), payload=go_back(1))
)
breaks(["end-procurement", "return-to-earlier-step"], "deciders-are-independent")(ground.bar_last_signer)
breaks("return-to-earlier-step", "selection-process-followed")(ground.on_snapshot(put, contracts.LIGHT))
breaks("return-to-earlier-step", "step-is-of-the-process")(on_payload(step=4))
OWED = ProcurementEnd.model_validate(
    {**end().model_dump(by_alias=True, exclude_none=True), "noticeOwed": UK12}, context=STORED
)
breaks(["publish-tender", "award"], "former-procurement-noticed")(ground.on_snapshot(put, OWED))


@breaks("record-notice", "notice-is-not-relied-on")
def _(attempt: Ready) -> Ready:
    awarded = on(Status.AWARDED, contracts.LIGHT, terms(), contracts.AWARD, contracts.TENDER, contracts.AWARD_NOTICE)
    return replace(attempt, snapshot=awarded, payload=notice(UK6))


@pytest.mark.parametrize("process", [RIGHT_TO_PROVIDE, COMMUNITY_RIGHT_TO_CHALLENGE], ids=lambda each: each.route)
def test_after_an_abandoned_tender_another_way_is_open(process: Any) -> None:
    ended = take("end-procurement", replace(attempt(process, "end-procurement"))).after
    assert ended.status is Status.CONTRACT_ROUTE
    assert find_notice_owed(ended) is UK12
    for gone in (RegimeDetermination, SocialValueConsideration, payloads.Notice):
        assert list(ended.list_payloads(gone)) == []
    [former] = [each for each, _ in ended.list_payloads(FormerNotice)]
    assert (former.place, former.because, former.notice_id) == (
        "UK4-1",
        "procurement-ended",
        contracts.TENDER.notice_id,
    )
    later = TODAY + timedelta(days=1)
    anew = contracts.OPEN.model_copy(update={"determined_on": later})
    again = Ready(put(put(ended, anew), CONSIDERED), COMMISSIONING, opening(later), now=at(later), process=process)
    with pytest.raises(GuardsNotMet) as refusal:
        take("publish-tender", again)
    assert "UK12" in refusal.value.errors[0].reason
    told = take("record-notice", replace(again, payload=notice(UK12, later))).after
    assert find_notice_owed(told) is None
    assert take("publish-tender", replace(again, snapshot=told)).after.status is Status.TENDER_LIVE


def test_a_standstill_of_the_former_procurement_lets_nobody_award_in_the_next() -> None:
    begun = take("begin-standstill", Ready(put(live, contracts.OPEN), COMMISSIONING, notice(UK6))).after
    over = ground.get_deadline(begun, "standstill")
    day = over.due_on + timedelta(days=1)
    looked = process_due(RIGHT_TO_PROVIDE, begun, at(day))
    assert looked is not None
    ended = take("end-procurement", Ready(looked.after, COMMISSIONING, end(day), now=at(day))).after
    anew = contracts.OPEN.model_copy(update={"determined_on": day})
    held = put(put(put(put(ended, anew), CONSIDERED), notice(UK12, day)), notice(UK4, day))
    awarding = Ready(put(held, notice(UK6, day)), COMMISSIONING, entered_on(day), now=at(day))
    assert refused_for("award", awarding) == ["standstill-over"]
    again = take("begin-standstill", replace(awarding, snapshot=held, payload=notice(UK6, day))).after
    assert refused_for("award", replace(awarding, snapshot=again)) == ["standstill-over"]
    then = ground.get_deadline(again, "standstill").due_on + timedelta(days=1)
    awarded = replace(awarding, snapshot=again, now=at(then), payload=entered_on(then))
    assert take("award", awarded).after.status is Status.AWARDED


def test_in_a_standstill_of_provider_selection_it_is_abandoned_by_the_further_decision_and_after_it() -> None:
    """SI 2023/1348 regs 12(4)(d)(iii), (10)(b), 15(2), (3), (5)(a): notice of 27 November, standstill to 9 December."""
    begun = begin_under_selection(date(2026, 11, 27))
    day = date(2026, 12, 10)
    last = Ready(begun, COMMISSIONING, end(date(2026, 12, 9)), now=at(date(2026, 12, 9)))
    assert refused_for("end-procurement", last) == ["end-follows-the-standstill"]
    free = take("end-procurement", Ready(begun, COMMISSIONING, end(day), now=at(day))).after
    assert ground.get_deadline(free, "abandonment-notice").due_on == date(2027, 1, 9)  # 30 days after 10 December
    answered = put(begun, at_hand(date(2026, 12, 1)))
    waiting = Ready(answered, COMMISSIONING, end(day), now=at(day))
    assert refused_for("end-procurement", waiting) == ["end-follows-the-standstill"]
    decided = payloads.FurtherDecision.model_validate(
        {"reference": "REP-1", "decision": "abandon", "communicatedOn": date(2026, 12, 11), **WHY}
    )
    told = take("record-further-decision", replace(waiting, payload=decided, now=at(date(2026, 12, 11)))).after
    assert ground.get_deadline(told, "further-decision-standstill").due_on == date(2026, 12, 18)
    abandoning = Ready(told, COMMISSIONING, end(date(2026, 12, 18)), now=at(date(2026, 12, 18)))
    assert refused_for("end-procurement", abandoning) == ["end-follows-the-standstill"]
    after = take("end-procurement", replace(abandoning, now=at(date(2026, 12, 19)))).after
    assert ground.get_deadline(after, "abandonment-notice").due_on == date(2027, 1, 17)  # of the standstill's end
    assert list(after.list_payloads(payloads.Representation)) == []


@pytest.mark.parametrize(
    ("decided", "due"),
    [
        (date(2026, 12, 2), date(2027, 1, 1)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2027, 3, 1), date(2027, 3, 31)),  # over the change of the clocks on 28 March
        (date(2026, 10, 1), date(2026, 10, 31)),  # over that of 25 October
    ],
)
def test_the_notice_of_abandonment_is_due_in_thirty_days(decided: date, due: date) -> None:
    """SI 2023/1348 reg 15(5)(b); met by the notice, as of the day of its publication."""
    held = on(Status.TENDER_LIVE, contracts.selection(COMPETITIVE), terms(), notice(INVITING), now=at(decided))
    ended = take("end-procurement", Ready(held, COMMISSIONING, end(decided), now=at(decided))).after
    assert ground.get_deadline(ended, "abandonment-notice").due_on == due
    assert ended.find_deadline("procurement-termination-notice") is None
    published = Ready(ended, COMMISSIONING, notice(ABANDONED, due), now=at(due))
    met = take("record-notice", published).after.find_deadline("abandonment-notice")
    assert met is not None
    assert met.state is DeadlineState.MET


def test_of_what_was_below_threshold_no_notice_is_owed() -> None:
    """S.55 is about public contracts."""
    below = contracts.determination(Regime.BELOW_THRESHOLD)
    ended = take("end-procurement", Ready(put(live, below), COMMISSIONING, end())).after
    assert find_notice_owed(ended) is None
    assert ended.find_deadline("procurement-termination-notice") is None


@pytest.mark.parametrize(
    ("route", "step", "to", "kept", "gone"),
    [
        (DIRECT_C, 1, Status.CONTRACT_ROUTE, [KeyCriteria], [ProviderChoice]),
        (MOST_SUITABLE, 1, Status.CONTRACT_ROUTE, [KeyCriteria], [ProviderChoice, ProcessNotice]),
        (MOST_SUITABLE, 2, Status.CONTRACT_ROUTE, [KeyCriteria, ProcessNotice], [ProviderChoice]),
        (MOST_SUITABLE, 3, Status.CONTRACT_ROUTE, [KeyCriteria, ProcessNotice], [ProviderChoice]),
        (COMPETITIVE, 1, Status.CONTRACT_ROUTE, [], [KeyCriteria, ProviderChoice, payloads.Notice]),
        (COMPETITIVE, 2, Status.CONTRACT_ROUTE, [KeyCriteria], [ProviderChoice, payloads.Notice]),
        (COMPETITIVE, 3, Status.TENDER_LIVE, [KeyCriteria, payloads.Notice], [ProviderChoice]),
        (COMPETITIVE, 4, Status.TENDER_LIVE, [KeyCriteria, payloads.Notice], [ProviderChoice]),
        (DIRECT_C, 2, Status.CONTRACT_ROUTE, [], None),
        (MOST_SUITABLE, 4, Status.CONTRACT_ROUTE, [], None),
        (MOST_SUITABLE, 3, Status.TENDER_LIVE, [], None),
        (COMPETITIVE, 2, Status.TENDER_LIVE, [], None),
        (COMPETITIVE, 3, Status.CONTRACT_ROUTE, [], None),
    ],
)
def test_a_step_is_repeated_with_those_after_it(
    route: SelectionRoute, step: int, to: Status, kept: list[type[Payload]], gone: list[type[Payload]] | None
) -> None:
    """SI 2023/1348 regs 9(2), 10(2) to (6), 11(2) to (7), 15(1)(b), (8)(a)."""
    held = chosen(route, Status.TENDER_LIVE if route is COMPETITIVE else Status.CONTRACT_ROUTE)
    going = Ready(held, COMMISSIONING, go_back(step, to))
    if gone is None:
        assert refused_for("return-to-earlier-step", going) == ["step-is-of-the-process"]
        return
    after = take("return-to-earlier-step", going).after
    assert after.status is to
    assert [list(after.list_payloads(each)) for each in gone] == [[]] * len(gone)
    assert all(list(after.list_payloads(each)) for each in kept)
    assert after.find(RegimeDetermination) is not None


def test_after_a_return_the_choice_its_notice_and_its_standstill_come_anew() -> None:
    begun = begin_under_selection(date(2026, 11, 27))
    day = date(2026, 12, 10)
    back = go_back(4, Status.TENDER_LIVE, day)
    after = take("return-to-earlier-step", Ready(begun, COMMISSIONING, back, now=at(day))).after
    assert [each.place for each, _ in after.list_payloads(FormerNotice)] == [f"{INTENTION}-1"]
    again = Ready(after, COMMISSIONING, notice(INTENTION, day), now=at(day))
    assert refused_for("begin-standstill", again) == ["provider-chosen"]
    rechosen = take("choose-provider", replace(again, payload=choice(day))).after
    intended = put(rechosen, notice(INTENTION, day))
    assert refused_for("award", replace(again, snapshot=intended, payload=entered_on(day))) == ["standstill-over"]
    standing = take("begin-standstill", replace(again, snapshot=rechosen)).after
    assert ground.get_deadline(standing, "provider-selection-standstill").due_on == date(2026, 12, 23)


def test_a_notice_that_is_corrected_stays_on_file_beside_the_other() -> None:
    first = take("record-notice", attempt(RIGHT_TO_PROVIDE, "record-notice")).after
    other = notice(payloads.NoticeKind.UK2).model_copy(update={"notice_id": "2026/S 000-777777"})
    twice = take("record-notice", Ready(first, COMMISSIONING, other)).after
    [(former, record)] = twice.list_payloads(FormerNotice)
    assert (former.notice_id, former.because, former.place) == ("2026/S 000-UK2", "corrected", "UK2-1")
    assert record.signed == first.records["notice", "UK2"].signed
    thrice = take("record-notice", Ready(twice, COMMISSIONING, notice(payloads.NoticeKind.UK2))).after
    assert sorted(each.place for each, _ in thrice.list_payloads(FormerNotice)) == ["UK2-1", "UK2-2"]
    same = take("record-notice", Ready(first, COMMISSIONING, notice(payloads.NoticeKind.UK2))).after
    assert list(same.list_payloads(FormerNotice)) == []


@pytest.mark.parametrize(
    ("status", "kind", "relied_on"),
    [
        (Status.AWARDED, UK6, True), (Status.AWARDED, UK4, True), (Status.LAUNCHED, UK6, True),
        (Status.STANDSTILL, UK6, True), (Status.TENDER_LIVE, UK4, False),
        (Status.AWARDED, payloads.NoticeKind.UK7, False), (Status.LAUNCHED, payloads.NoticeKind.UK9, False),
    ],
)  # fmt: skip
def test_a_notice_on_which_an_award_or_a_standstill_rests_is_not_replaced(
    status: Status, kind: payloads.NoticeKind, *, relied_on: bool
) -> None:
    held = on(status, contracts.LIGHT, contracts.TENDER, contracts.AWARD_NOTICE, notice(kind))
    other = notice(kind).model_copy(update={"notice_id": "2026/S 000-777777"})
    refused = refused_for("record-notice", Ready(held, COMMISSIONING, other))
    assert refused == (["notice-is-not-relied-on"] if relied_on else [])


@pytest.mark.parametrize("version", [1, 2])
def test_cases_of_former_versions_replace_and_end_nothing(version: int) -> None:
    former = PROCESSES[RIGHT_TO_PROVIDE.route, version]
    assert former.by_name.keys().isdisjoint({"end-procurement", "return-to-earlier-step"})
    assert [former.by_name[each].effects for each in ("record-notice", "publish-tender", "begin-standstill")] == [
        ()
    ] * 3
    assert former.find_clock("abandonment-notice") is None
    assert at(TODAY) <= NOW + timedelta(days=1)


def test_a_procurement_is_abandoned_once_every_provider_has_its_further_decision() -> None:
    """Reg 12(4), (6): each representation made in time has a further decision of its own."""
    begun = begin_under_selection(TODAY)
    day = ground.get_deadline(begun, "provider-selection-standstill").due_on + timedelta(days=1)
    for name in ("REP-1", "REP-2"):
        begun = put(begun, payloads.Representation.model_validate({"reference": name, "receivedOn": TODAY}))
    for name, refused in (("REP-1", ["end-follows-the-standstill"]), ("REP-2", [])):
        said = {"reference": name, "decision": "abandon", "communicatedOn": TODAY}
        begun = put(begun, payloads.FurtherDecision.model_validate(said))
        ending = replace(attempt(RIGHT_TO_PROVIDE, "end-procurement"), snapshot=begun, payload=end(day), now=at(day))
        assert refused_for("end-procurement", ending) == refused


HELD_BY_IT = {
    "cpv": ["85111000-0"], "instrument": "contract", "forHealthService": True, "existingProvider": True,
    "providerHoldsContract": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("route", "step", "to", "kept"),
    [
        (DIRECT_C, 1, Status.CONTRACT_ROUTE, False),
        (DIRECT_C, 2, Status.CONTRACT_ROUTE, True),  # reg 9(3): the notice of intention
        (DIRECT_C, 3, Status.CONTRACT_ROUTE, True),  # reg 9(5): the standstill, which begins with a notice
        (DIRECT_C, 4, Status.CONTRACT_ROUTE, None),  # in which it is
        (MOST_SUITABLE, 3, Status.CONTRACT_ROUTE, False),
        (MOST_SUITABLE, 4, Status.CONTRACT_ROUTE, True),
        (MOST_SUITABLE, 5, Status.CONTRACT_ROUTE, True),
        (MOST_SUITABLE, 6, Status.CONTRACT_ROUTE, None),
        (COMPETITIVE, 4, Status.TENDER_LIVE, False),
        (COMPETITIVE, 5, Status.TENDER_LIVE, True),  # reg 11(8): those who offered are told
        (COMPETITIVE, 6, Status.TENDER_LIVE, True),
        (COMPETITIVE, 7, Status.TENDER_LIVE, True),
        (COMPETITIVE, 7, Status.CONTRACT_ROUTE, None),
        (COMPETITIVE, 8, Status.TENDER_LIVE, None),
    ],
)
def test_from_the_standstill_it_goes_back_to_any_earlier_step(
    route: SelectionRoute, step: int, to: Status, kept: bool | None
) -> None:
    """SI 2023/1348 regs 12(4)(d)(ii), (11), 15(1)(b), (8)(a). From the notice of intention on the choice is kept."""
    held = chosen(route, Status.TENDER_LIVE if route is COMPETITIVE else Status.CONTRACT_ROUTE)
    held = put(held, contracts.procurement(**HELD_BY_IT)) if route is DIRECT_C else held
    begun = take("begin-standstill", Ready(held, COMMISSIONING, notice(INTENTION))).after
    day = ground.get_deadline(begun, "provider-selection-standstill").due_on + timedelta(days=1)
    going = Ready(begun, COMMISSIONING, go_back(step, to, day), now=at(day))
    if kept is None:
        assert refused_for("return-to-earlier-step", going) == ["step-is-of-the-process"]
        return
    after = take("return-to-earlier-step", going).after
    assert (after.find(ProviderChoice) is not None) is kept
    assert after.find(payloads.Notice, INTENTION) is None
    if kept:
        early = Ready(after, COMMISSIONING, notice(INTENTION, day - timedelta(days=1)), now=at(day))
        assert refused_for("begin-standstill", early) == ["published-on-within-bounds"]
        begun_anew = take("begin-standstill", replace(early, payload=notice(INTENTION, day))).after
        assert begun_anew.status is Status.STANDSTILL


@pytest.mark.parametrize("action", ["end-procurement", "return-to-earlier-step"])
def test_nothing_is_decided_inside_the_standstill_by_an_older_date(action: str) -> None:
    """Regs 12(4), 15(2): notice of 27 November, standstill to 9 December."""
    begun = begin_under_selection(date(2026, 11, 27))

    def decide(day: date, held: CaseSnapshot) -> list[str]:
        said = end(day) if action == "end-procurement" else go_back(4, Status.TENDER_LIVE, day)
        return refused_for(action, Ready(held, COMMISSIONING, said, now=at(date(2026, 12, 11))))

    assert decide(date(2026, 12, 9), begun) == ["decided-on-within-bounds"]
    assert decide(date(2026, 12, 10), begun) == []
    chosen_anew = "abandon" if action == "end-procurement" else "return-to-earlier-step"
    said = {"reference": "REP-1", "decision": chosen_anew, "communicatedOn": date(2026, 12, 5), **WHY}
    heard = put(put(begun, at_hand(date(2026, 12, 4))), payloads.FurtherDecision.model_validate(said))
    assert decide(date(2026, 12, 3), heard) == ["decided-on-within-bounds"]
    assert decide(date(2026, 12, 4), heard) == []


def test_the_last_further_decision_replaces_those_before_it() -> None:
    """Reg 12(7): what was decided of one provider and then of another is the later of the two."""
    begun = begin_under_selection(TODAY)
    day = ground.get_deadline(begun, "provider-selection-standstill").due_on + timedelta(days=1)
    for number, decided in ((1, "abandon"), (2, "award-as-intended")):
        name, told = f"REP-{number}", TODAY + timedelta(days=number)
        begun = put(begun, payloads.Representation.model_validate({"reference": name, "receivedOn": TODAY}))
        said = {"reference": name, "decision": decided, "communicatedOn": told, **WHY}
        begun = put(begun, payloads.FurtherDecision.model_validate(said))
    ending = Ready(begun, COMMISSIONING, end(day), now=at(day))
    assert refused_for("end-procurement", ending) == ["end-follows-the-standstill"]
