"""How standstills are counted, and what may be awarded without one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.engine import update_deadlines
from rtp_applications.workflow.enums import Role, Status, Suspension
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award import payloads
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute
from rtp_applications.workflow.version_move import VersionMove, change_version
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    attempt,
    breaks,
    on_payload,
    person,
    put,
    ready,
    refused_for,
    take,
)
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import AWARD, COMMISSIONING, TODAY, TOMORROW, notice, on, terms
from tests.applications.workflow.stages.decided_cases import at
from tests.applications.workflow.stages.selection_cases import choice, criteria


def without_notice(snapshot: CaseSnapshot, kind: payloads.NoticeKind) -> CaseSnapshot:
    return replace(
        snapshot, records={at: each for at, each in snapshot.records.items() if at != (payloads.Notice.KIND, kind)}
    )


OFFICER = person(Role.CASE_OFFICER)
COMPETED = contracts.selection(SelectionRoute.COMPETITIVE)
INTENTION = notice(payloads.NoticeKind.SELECTION_INTENTION)
REPRESENTATION = payloads.Representation.model_validate({"reference": "REP-1", "receivedOn": TODAY})
FURTHER = payloads.FurtherDecision.model_validate(
    {
        "reference": "REP-1",
        "decision": payloads.FurtherChoice.AWARD,
        "communicatedOn": TODAY,
        "review": "Its maker was heard, and the scores were read again.",
        "reasons": "The scores stand.",
    }
)
CHALLENGE = payloads.Challenge.model_validate({"reference": "HT-2026-1", "openedOn": TODAY, "closedOn": TODAY})
ENTERED = (contracts.LIGHT, terms(), contracts.TENDER, contracts.AWARD_NOTICE, REPRESENTATION, FURTHER, CHALLENGE)
CHOSEN = (criteria(), choice())
competed = on(Status.TENDER_LIVE, COMPETED, terms(), notice(payloads.NoticeKind.SELECTION_CONTRACT), *CHOSEN)
begin_selection = Ready(competed, COMMISSIONING, INTENTION)
standing_still = take("begin-standstill", begin_selection).after
ready("record-notice", Ready(on(Status.CONTRACT_ROUTE), COMMISSIONING, notice(payloads.NoticeKind.UK2)))
ready(
    "publish-tender",
    Ready(on(Status.CONTRACT_ROUTE, contracts.LIGHT, terms(), contracts.CONSIDERED), COMMISSIONING, contracts.TENDER),
)
ready("begin-standstill", begin_selection)
ready("record-representation", Ready(standing_still, COMMISSIONING, REPRESENTATION))
ready("record-further-decision", Ready(put(standing_still, REPRESENTATION), COMMISSIONING, FURTHER))
ready("record-challenge", Ready(on(Status.CONTRACT_ROUTE), COMMISSIONING, CHALLENGE))
ready("award", Ready(on(Status.TENDER_LIVE, *ENTERED), COMMISSIONING, AWARD))
ready(
    "record-tender-lost",
    Ready(
        on(Status.TENDER_LIVE, contracts.AWARD_NOTICE),
        COMMISSIONING,
        payloads.TenderLoss.model_validate(
            {"awardNoticeId": contracts.AWARD_NOTICE.notice_id, "feedbackGivenOn": TODAY}
        ),
    ),
)
breaks(["record-notice", "publish-tender", "begin-standstill"], "notice-is-out")(on_payload(published_on=TOMORROW))
breaks("publish-tender", "notice-opens-tender")(on_payload(kind=payloads.NoticeKind.UK5))
breaks("begin-standstill", "notice-begins-standstill")(on_payload(kind=payloads.NoticeKind.UK6))
breaks("begin-standstill", "tender-held")(ground.on_snapshot(without_notice, payloads.NoticeKind.SELECTION_CONTRACT))
breaks("award", "tender-held")(ground.on_snapshot(without_notice, payloads.NoticeKind.UK4))
breaks("award", "notices-published")(ground.on_snapshot(without_notice, payloads.NoticeKind.UK6))


breaks("award", "standstill-over")(
    lambda attempt: replace(
        attempt, snapshot=take("begin-standstill", replace(attempt, payload=contracts.AWARD_NOTICE)).after
    )
)
breaks("award", "representations-answered")(ground.on_snapshot(ground.without, payloads.FurtherDecision))
breaks("award", "no-live-challenge")(
    ground.on_snapshot(put, CHALLENGE.model_copy(update={"opened_on": TOMORROW, "closed_on": None}))
)
breaks("award", "award-day-has-come")(on_payload(entered_into_on=TOMORROW))
breaks("award", "deciders-are-independent")(ground.bar_last_signer)
breaks("record-representation", "representation-in-time")(on_payload(received_on=TOMORROW))


@breaks("record-representation", "representation-was-received")
def _without_a_standstill(attempt: Ready) -> Ready:
    kept = {id_: each for id_, each in attempt.snapshot.deadlines.items() if "selection" not in each.clock}
    return replace(attempt, snapshot=replace(attempt.snapshot, deadlines=kept))


breaks("record-representation", "lateness-is-said")(on_payload(late=True))


@breaks("begin-standstill", "stated-standstill-is-lawful")
def _too_short_a_standstill(attempt: Ready) -> Ready:
    return ground.giving(attempt, standstill_ends_on=TODAY + timedelta(days=30))


breaks("record-notice", "stated-standstill-is-lawful")(on_payload(standstill_ends_on=TODAY))
breaks("record-further-decision", "representation-on-file")(on_payload(reference="REP-9"))
breaks("record-further-decision", "further-decision-has-reasons")(on_payload(reasons=None))
breaks("record-further-decision", "communicated-after-receipt")(on_payload(communicated_on=TOMORROW))
breaks("record-challenge", "challenge-dates-in-order")(on_payload(opened_on=TOMORROW))
breaks("record-tender-lost", "award-notice-on-file")(on_payload(award_notice_id="2026/S 000-999999"))
breaks("record-tender-lost", "feedback-given")(on_payload(feedback_given_on=None))


@pytest.mark.parametrize(
    ("published", "last"),
    [
        (date(2026, 11, 26), date(2026, 12, 8)),  # over St Andrew's Day, Monday 30 November: a holiday in Scotland
        (date(2026, 11, 16), date(2026, 11, 25)),  # an ordinary Monday: to Wednesday of the week after
        (date(2026, 12, 21), date(2027, 1, 5)),  # Christmas, Boxing Day, New Year, Scotland's 4 January
        (date(2026, 11, 14), date(2026, 11, 25)),  # published on a Saturday: Monday is the first working day
    ],
)  # fmt: skip
def test_the_day_of_the_award_notice_is_the_first_of_eight_working_days(published: date, last: date) -> None:
    now = at(published)
    snapshot = on(Status.TENDER_LIVE, contracts.OPEN, terms(), contracts.TENDER, now=now)
    awarding = notice(payloads.NoticeKind.UK6, published)
    begun = take("begin-standstill", Ready(snapshot, COMMISSIONING, awarding, now=now)).after
    standstill = ground.get_deadline(begun, "standstill")
    assert standstill.due_on == last
    assert begun.find_deadline("provider-selection-standstill") is None
    inside = Ready(begun, COMMISSIONING, entered_on(last), now=standstill.due_at - timedelta(seconds=1))
    assert refused_for("award", inside) == ["standstill-over"]
    over = replace(inside, now=standstill.due_at)
    assert refused_for("award", over) == ["entered-into-on-within-bounds"]
    after = take("award", replace(over, payload=entered_on(last + timedelta(days=1)))).after
    assert after.case.status is Status.AWARDED


def entered_on(day: date) -> payloads.Award:
    return AWARD.model_copy(update={"entered_into_on": day})


def begin_under_selection(published: date, process: Process = RIGHT_TO_PROVIDE) -> CaseSnapshot:
    """A case whose standstill under the Provider Selection Regime began with a notice of intention of this day."""
    intention = notice(payloads.NoticeKind.SELECTION_INTENTION, published)
    beginning = replace(attempt(process, "begin-standstill"), payload=intention, now=at(published))
    return take("begin-standstill", beginning).after


@pytest.mark.parametrize(
    ("published", "last"),
    [
        (date(2026, 11, 25), date(2026, 12, 8)),  # over St Andrew's Day, which is no holiday in England
        (date(2026, 11, 27), date(2026, 12, 9)),  # begins on a Saturday
        (date(2027, 3, 15), date(2027, 3, 30)),  # over St Patrick's Day, Good Friday and Easter Monday
        (date(2026, 12, 30), date(2027, 1, 13)),  # New Year, and 4 January is a holiday in Scotland alone
        (date(2027, 7, 8), date(2027, 7, 21)),  # over 12 July, a holiday in Northern Ireland alone
        (date(2027, 7, 29), date(2027, 8, 11)),  # over 2 August, a holiday in Scotland alone
        (date(2027, 11, 26), date(2027, 12, 8)),
        (date(2026, 12, 23), date(2027, 1, 8)),  # begins on Christmas Eve; Boxing Day is kept on Monday 28
    ],
)  # fmt: skip
def test_the_standstill_of_provider_selection_counts_on_englands_calendar(published: date, last: date) -> None:
    """The 8th working day after the day on which it begins, the day after the notice: SI 2023/1348 reg 12(2), (9)."""
    begun = begin_under_selection(published)
    assert ground.get_deadline(begun, "provider-selection-standstill").due_on == last
    assert begun.find_deadline("standstill") is None


def test_version_1_counts_it_on_the_calendar_of_the_whole_uk_until_its_cases_are_moved() -> None:
    first = PROCESSES[RIGHT_TO_PROVIDE.route, 1]
    pinned = begin_under_selection(date(2026, 11, 27), first)
    assert ground.get_deadline(pinned, "provider-selection-standstill").due_on == date(2026, 12, 10)
    move = VersionMove(version=2, reasons="The calendar was not England's")
    moved = change_version(first, RIGHT_TO_PROVIDE, pinned, move, OFFICER, at(date(2026, 12, 1))).after
    counted = {each.state: each.due_on for each in moved.deadlines.values() if "selection" in each.clock}
    assert counted == {DeadlineState.CANCELLED: date(2026, 12, 10), DeadlineState.RUNNING: date(2026, 12, 9)}


@pytest.mark.parametrize(
    ("communicated", "last"), [(date(2026, 11, 27), date(2026, 12, 4)), (date(2027, 3, 12), date(2027, 3, 19))]
)
def test_five_working_days_pass_after_a_further_decision(communicated: date, last: date) -> None:
    """SI 2023/1348 reg 12(10)(a)(v): on England's calendar, over St Andrew's and St Patrick's Day."""
    begun = put(begin_under_selection(communicated - timedelta(days=7)), at_hand(communicated - timedelta(days=6)))
    decided = FURTHER.model_copy(update={"communicated_on": communicated})
    answered = take("record-further-decision", Ready(begun, COMMISSIONING, decided, now=at(communicated))).after
    assert ground.get_deadline(answered, "further-decision-standstill").due_on == last


def at_hand(received: date, *, late: bool = False) -> payloads.Representation:
    return payloads.Representation.model_validate({"reference": "REP-1", "receivedOn": received, "late": late})


def test_a_late_representation_is_on_file_as_late_and_blocks_nothing() -> None:
    begun = begin_under_selection(date(2026, 11, 27))  # to the end of 9 December
    now = at(date(2026, 12, 11))
    for received, late in ((date(2026, 12, 10), False), (date(2026, 12, 9), True)):
        wrong = Ready(begun, COMMISSIONING, at_hand(received, late=late), now=now)
        assert refused_for("record-representation", wrong) == ["lateness-is-said"]
    early = Ready(begun, COMMISSIONING, at_hand(date(2026, 11, 26)), now=now)  # the day before the notice
    assert refused_for("record-representation", early) == ["received-on-within-bounds"]
    said = Ready(begun, COMMISSIONING, at_hand(date(2026, 12, 10), late=True), now=now)
    held = take("record-representation", said).after
    entered = AWARD.model_copy(update={"entered_into_on": date(2026, 12, 11)})
    assert take("award", Ready(held, COMMISSIONING, entered, now=now)).after.case.status is Status.AWARDED
    in_time = Ready(begun, COMMISSIONING, at_hand(date(2026, 12, 9)), now=now)
    blocked = take("record-representation", in_time).after
    assert refused_for("award", Ready(blocked, COMMISSIONING, entered, now=now)) == ["representations-answered"]


@pytest.mark.parametrize("regime", [contracts.OPEN, contracts.LIGHT], ids=["s.51(1)(b)", "s.51(4)"])
def test_a_longer_standstill_that_the_notice_provides_for_binds(regime: RegimeDetermination) -> None:
    published, shortest, stated = date(2026, 11, 16), date(2026, 11, 25), date(2026, 12, 4)
    before = on(Status.TENDER_LIVE, regime, terms(), contracts.TENDER, now=at(published))
    awarding = notice(payloads.NoticeKind.UK6, published)

    def begin(ends_on: date) -> Ready:
        given = awarding.model_copy(update={"standstill_ends_on": ends_on})
        return Ready(before, COMMISSIONING, given, now=at(published))

    assert refused_for("begin-standstill", begin(shortest - timedelta(days=1))) == ["stated-standstill-is-lawful"]
    begun = take("begin-standstill", begin(stated)).after
    binding = ground.get_deadline(begun, "stated-standstill")
    assert (binding.due_on, str(binding.length)) == (stated, "19 calendar days")
    inside = Ready(begun, COMMISSIONING, entered_on(stated), now=binding.due_at - timedelta(seconds=1))
    assert refused_for("award", inside) == ["standstill-over"]
    over = replace(inside, payload=entered_on(stated + timedelta(days=1)), now=binding.due_at)
    assert take("award", over).after.case.status is Status.AWARDED


def test_a_voluntary_standstill_that_a_notice_on_file_states_binds() -> None:
    """S.51(3)(f), (4), (5): none is mandatory of a light touch contract; one that is stated lasts eight working days or
    longer, and binds though the case stays where the tender is live.
    """
    published, shortest = date(2026, 11, 16), date(2026, 11, 25)
    live = on(Status.TENDER_LIVE, contracts.LIGHT, terms(), contracts.TENDER, now=at(published))
    awarding = notice(payloads.NoticeKind.UK6, published)
    unstated = take("record-notice", Ready(live, COMMISSIONING, awarding, now=at(published))).after
    entering = Ready(unstated, COMMISSIONING, entered_on(published), now=at(published))
    assert refused_for("award", entering) == []
    short = awarding.model_copy(update={"standstill_ends_on": shortest - timedelta(days=1)})
    assert refused_for("record-notice", Ready(live, COMMISSIONING, short, now=at(published))) == [
        "stated-standstill-is-lawful"
    ]
    stated = awarding.model_copy(update={"standstill_ends_on": shortest})
    held = take("record-notice", Ready(live, COMMISSIONING, stated, now=at(published))).after
    inside = replace(entering, snapshot=held, payload=entered_on(shortest), now=at(shortest))
    assert refused_for("award", inside) == ["standstill-over"]
    day = shortest + timedelta(days=1)
    early = replace(inside, now=at(day))
    assert refused_for("award", early) == ["entered-into-on-within-bounds"]
    assert take("award", replace(early, payload=entered_on(day))).after.case.status is Status.AWARDED


def test_no_contract_is_older_than_its_award_notice() -> None:
    """S.50(1): the notice is published before the contract is entered into, also where no standstill is mandatory."""
    published = date(2026, 11, 16)
    live = on(
        Status.TENDER_LIVE, contracts.LIGHT, terms(), contracts.TENDER, notice(payloads.NoticeKind.UK6, published)
    )
    entering = Ready(live, COMMISSIONING, entered_on(published - timedelta(days=1)), now=at(published))
    assert refused_for("award", entering) == ["entered-into-on-within-bounds"]
    assert refused_for("award", replace(entering, payload=entered_on(published))) == []


def test_representations_keep_the_standstill_open_and_the_further_decision_ends_it_five_days_later() -> None:
    standstill = ground.get_deadline(standing_still, "provider-selection-standstill")
    held = take("record-representation", Ready(standing_still, COMMISSIONING, REPRESENTATION)).after
    late = standstill.due_at + timedelta(days=30)
    waiting = Ready(held, COMMISSIONING, entered_on(late.date()), now=late)
    assert refused_for("award", waiting) == ["representations-answered"]
    decided = FURTHER.model_copy(update={"communicated_on": late.date()})
    answered = take("record-further-decision", Ready(held, COMMISSIONING, decided, now=late)).after
    further = ground.get_deadline(answered, "further-decision-standstill")
    assert further.due_on == date(2026, 10, 21)  # from Wednesday 14 October
    assert refused_for("award", replace(waiting, snapshot=answered)) == ["standstill-over"]
    over = replace(waiting, snapshot=answered, payload=entered_on(date(2026, 10, 22)), now=further.due_at)
    assert take("award", over).after.case.status is Status.AWARDED


@pytest.mark.parametrize("left_out", ["review", "reasons"])
def test_a_further_decision_says_how_it_came_about(left_out: str) -> None:
    """SI 2023/1348 reg 12(4)(a) to (c), (6), (8)."""
    deciding = ground.giving(attempt(RIGHT_TO_PROVIDE, "record-further-decision"), **{left_out: None})
    with pytest.raises(GuardsNotMet) as refusal:
        take("record-further-decision", deciding)
    [said] = refusal.value.errors
    assert (said.field, "reg 12" in said.reason) == (f"/{left_out}", True)


def test_a_later_further_decision_makes_the_standstill_end_later() -> None:
    second = REPRESENTATION.model_copy(update={"reference": "REP-2"})
    snapshot = put(put(standing_still, REPRESENTATION), second)
    once = take("record-further-decision", Ready(snapshot, COMMISSIONING, FURTHER)).after
    again = FURTHER.model_copy(update={"reference": "REP-2", "communicated_on": date(2026, 9, 3)})
    now = NOW + timedelta(days=2)
    twice = take("record-further-decision", Ready(once, COMMISSIONING, again, now=now)).after
    further = [each for each in twice.deadlines.values() if each.clock == "further-decision-standstill"]
    assert {(each.due_on, each.state) for each in further} == {
        (date(2026, 9, 8), DeadlineState.CANCELLED),
        (date(2026, 9, 10), DeadlineState.RUNNING),
    }


def test_a_further_decision_that_does_not_award_keeps_the_award_out() -> None:
    abandoned = FURTHER.model_copy(update={"decision": payloads.FurtherChoice.ABANDON})
    taken = attempt(RIGHT_TO_PROVIDE, "award")
    assert refused_for("award", replace(taken, snapshot=put(taken.snapshot, abandoned))) == ["representations-answered"]


def test_an_open_contract_is_not_awarded_without_its_standstill() -> None:
    taken = attempt(RIGHT_TO_PROVIDE, "award")
    assert refused_for("award", replace(taken, snapshot=put(taken.snapshot, contracts.OPEN))) == ["standstill-over"]


@pytest.mark.parametrize("regime", [Regime.GRANT, Regime.BELOW_THRESHOLD])
def test_what_need_not_be_tendered_is_awarded_from_the_contract_route(regime: Regime) -> None:
    snapshot = on(Status.CONTRACT_ROUTE, contracts.determination(regime), terms(), contracts.CONSIDERED)
    assert take("award", Ready(snapshot, COMMISSIONING, AWARD)).after.case.status is Status.AWARDED


def test_nothing_is_awarded_while_the_case_rests_for_litigation() -> None:
    taken = attempt(PROCESSES[RIGHT_TO_PROVIDE.route, 2], "award")
    assert refused_for("award", ground.with_facts(taken, suspended=Suspension.LITIGATION)) == ["no-live-challenge"]
    assert refused_for("award", ground.with_facts(taken, suspended=Suspension.PRE_ELECTION)) == []
    newest = ground.with_facts(attempt(RIGHT_TO_PROVIDE, "award"), suspended=Suspension.LITIGATION)
    assert refused_for("award", newest) == ["no-live-challenge", "nothing-decided-while-suspended"]


@pytest.mark.parametrize(
    ("found", "clock", "due"),
    [
        (contracts.OPEN, "contract-details-notice", date(2026, 9, 30)),
        (contracts.LIGHT, "light-touch-contract-details-notice", date(2026, 12, 29)),
    ],
)
def test_the_contract_details_notice_is_due_after_the_award(found: RegimeDetermination, clock: str, due: date) -> None:
    taken = attempt(RIGHT_TO_PROVIDE, "award")
    awarded = update_deadlines(
        RIGHT_TO_PROVIDE,
        Status.STANDSTILL,
        put(put(taken.snapshot, found), AWARD).with_case(status=Status.AWARDED),
        "award",
        NOW,
    )
    running = ground.get_deadline(awarded, clock)
    assert running.due_on == due
    other = take("record-notice", Ready(awarded, COMMISSIONING, notice(payloads.NoticeKind.UK10))).after
    assert find_open_deadline(other, clock) == running
    published = ground.get_deadline(
        take("record-notice", Ready(awarded, COMMISSIONING, notice(payloads.NoticeKind.UK7))).after, clock
    )
    assert published.state is DeadlineState.MET


def test_a_tender_lost_is_final() -> None:
    after = take("record-tender-lost", attempt(RIGHT_TO_PROVIDE, "record-tender-lost")).after
    assert after.case.status is Status.TENDER_LOST
    assert after.case.final_at == NOW
