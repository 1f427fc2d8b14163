"""The day of a decision: a body decides in its meeting, and somebody enters that on another day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.bounds import LATE_ENTRY, DateBounds
from rtp_applications.workflow.common.decided import OWN_DAY
from rtp_applications.workflow.common.suspension import DECISIONS
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, NEWEST, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.decision.payloads import Approval
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, SpecialUrgency
from rtp_shared.contracts.applications import DeadlineCorrected
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, build_snapshot, get_deadline, giving, put, take
from tests.applications.workflow.stages import decided_cases as decided
from tests.applications.workflow.stages.decided_cases import DAY, TODAY, at

CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
SECOND = PROCESSES[RIGHT_TO_PROVIDE.route, 2]


@pytest.mark.parametrize("process", NEWEST, ids=lambda each: str(each.route))
def test_every_decision_has_a_day_with_bounds(process: Process) -> None:
    for action in process.actions:
        if action.name in DECISIONS:
            bounded = {each.attribute for each in action.guards if isinstance(each, DateBounds)}
            assert OWN_DAY.get(action.name, "decided_on") in bounded, action.name


def approving(snapshot: CaseSnapshot, on: date | None, entered: date, **said: Any) -> Ready:
    """An approval that is made on one day and entered on another; it is not published yet."""
    unpublished = decided.APPROVAL.model_copy(update={"decision_published_on": None, "decided_on": on, **said})
    return Ready(snapshot, (decided.DECIDER,), unpublished, at(entered))


def test_a_cabinet_that_decides_on_the_last_noticed_day_is_recorded_next_morning() -> None:
    """The notice names a decision by Tuesday 1 September 2026 (SI 2012/2089 reg 9(1)(d))."""
    snapshot = put(decided.to_approve.snapshot, decided.notice(TODAY - 60 * DAY, by=TODAY))
    next_day = TODAY + DAY
    assert ground.refused_for("approve", approving(snapshot, TODAY, next_day)) == []
    for day in (None, next_day):
        assert ground.refused_for("approve", approving(snapshot, day, next_day)) == ["key-decision-announced"]


@pytest.mark.parametrize(
    ("notice", "agenda", "refused"),
    [
        (date(2026, 8, 3), date(2026, 8, 26), []),  # 4 to 31 August are 28 clear days, 27 to 31 August five
        (date(2026, 8, 4), date(2026, 8, 26), ["key-decision-announced"]),
        (date(2026, 8, 3), date(2026, 8, 27), ["agenda-published"]),
    ],
)
def test_clear_days_count_to_the_day_of_the_decision(notice: date, agenda: date, refused: list[str]) -> None:
    """Decided on 1 September 2026, entered on the 7th, when all notices are old enough."""
    snapshot = put(put(decided.to_approve.snapshot, decided.notice(notice)), decided.agenda(agenda))
    assert ground.refused_for("approve", approving(snapshot, TODAY, date(2026, 9, 7))) == refused
    assert ground.refused_for("approve", approving(snapshot, date(2026, 9, 2), date(2026, 9, 7))) == []


@pytest.mark.parametrize(("agreed", "refused"), [(TODAY, []), (TODAY + DAY, ["key-decision-announced"])])
def test_urgency_is_agreed_before_the_decision(agreed: date, refused: list[str]) -> None:
    """SI 2012/2089 reg 11(1): it may only be made where the decision maker has obtained agreement."""
    said = {"what": "key-decision", "agreedBy": "scrutiny-chair", "agreedOn": agreed, "reasons": "A grant ends."}
    unannounced = put(put(decided.to_approve.snapshot, decided.notice(TODAY)), SpecialUrgency.model_validate(said))
    assert ground.refused_for("approve", approving(unannounced, TODAY, TODAY + 2 * DAY)) == refused


@pytest.mark.parametrize(
    ("voted_on", "decided_on", "refused"),
    [
        (TODAY, TODAY, []),
        (TODAY + DAY, TODAY, ["decided-on-within-bounds"]),  # before the last vote
        (TODAY, TODAY + 2 * DAY, ["decided-on-within-bounds"]),  # tomorrow
    ],
)
def test_a_decision_lies_between_the_last_vote_and_today(voted_on: date, decided_on: date, refused: list[str]) -> None:
    """Votes of the evening too are entered next morning."""
    entered = TODAY + DAY
    vote = decided.vote("approve").model_copy(update={"decided_on": voted_on})
    voting = Ready(decided.before_panel, (decided.VOTER,), vote, at(entered))
    cast = take("cast-vote", voting).after
    assert ground.refused_for("approve", approving(cast, decided_on, entered)) == refused


def test_a_decision_of_a_second_round_is_not_older_than_the_deferral() -> None:
    deferred = decided.DEFERRAL.model_copy(update={"decided_on": TODAY})
    again = put(decided.to_approve.snapshot, deferred)
    entered = TODAY + 2 * DAY
    assert ground.refused_for("approve", approving(again, TODAY - DAY, entered)) == ["decided-on-within-bounds"]
    assert ground.refused_for("approve", approving(again, TODAY, entered)) == []


def test_times_that_run_from_the_decision_run_from_its_day() -> None:
    """Twelve months from 1 September 2026, entered on the 3rd; left out, the day is that of the entry."""
    published = approving(decided.to_approve.snapshot, TODAY, TODAY + 2 * DAY, decision_published_on=TODAY + DAY)
    made = take("approve", published).after
    assert get_deadline(made, "mandate").due_on == date(2027, 9, 1)
    assert get_deadline(made, "call-in-window").due_on == date(2026, 9, 9)
    silent = take("approve", approving(decided.to_approve.snapshot, None, TODAY + 2 * DAY)).after
    assert get_deadline(silent, "mandate").due_on == date(2027, 9, 3)
    kept = silent.find(Approval)
    assert kept
    assert kept.decided_on == date(2026, 9, 3)


def test_a_decision_is_not_published_before_its_day() -> None:
    early = approving(decided.to_approve.snapshot, TODAY + DAY, TODAY + 2 * DAY, decision_published_on=TODAY)
    assert ground.refused_for("approve", early) == ["decision-published-on-within-bounds"]


@pytest.mark.parametrize(("days", "refused"), [(7, []), (8, [LATE_ENTRY])])
def test_one_that_is_entered_late_names_its_document(days: int, refused: list[str]) -> None:
    late = approving(decided.to_approve.snapshot, TODAY, TODAY + days * DAY)
    assert ground.refused_for("approve", late) == refused
    after = take("approve", giving(late, taken_from="Minutes of cabinet, 1 September")).after
    assert after.records[Approval.KIND, ""].content.get("enteredLate") == (["/decidedOn"] if refused else None)


@pytest.mark.parametrize("noticed", [False, True])
@pytest.mark.parametrize(("after_due", "state"), [(0, DeadlineState.MET), (1, DeadlineState.MISSED)])
def test_a_decision_in_time_but_entered_late_is_in_time(after_due: int, state: DeadlineState, *, noticed: bool) -> None:
    """Whether or not the miss was noticed meanwhile; who was told of it is told of the correction."""
    snapshot = build_snapshot(Status.EOI_UNDER_REVIEW)
    due = get_deadline(snapshot, "eoi-decision")
    if noticed:
        snapshot = ground.process_due_now(RIGHT_TO_PROVIDE, snapshot, due.due_at + DAY)
    day = due.due_on + after_due * DAY
    accepting = replace(attempt(RIGHT_TO_PROVIDE, "accept-eoi"), snapshot=snapshot, now=at(due.due_on + 2 * DAY))
    made = take("accept-eoi", giving(accepting, decided_on=day))
    assert get_deadline(made.after, "eoi-decision").state is state
    told = [each.done_on for each in made.events if isinstance(each, DeadlineCorrected)]
    assert told == ([day] if noticed and state is DeadlineState.MET else [])


MAXIMUM = {"number": 60, "unit": "calendar-days"}


@pytest.mark.parametrize(
    ("notified", "state"), [(0, DeadlineState.MET), (1, DeadlineState.MISSED), (None, DeadlineState.MISSED)]
)
@pytest.mark.parametrize("action", ["accept-eoi", "refuse-eoi"])
def test_the_longest_time_of_a_challenge_runs_to_the_notification(
    action: str, notified: int | None, state: DeadlineState
) -> None:
    """Localism Act 2011 s.84(3)(b), (8)(a): a decision in time of which the group learns too late is late."""
    usual = attempt(CHALLENGE, action)
    fresh = build_snapshot(Status.EOI_SUBMITTED, process=CHALLENGE)
    ruled = ground.with_rule(fresh, "maximum-decision-period", MAXIMUM)
    counted = ground.process_due_now(CHALLENGE, ruled, NOW)
    due = get_deadline(counted, "eoi-decision")
    review = replace(usual.snapshot, bodies=counted.bodies, deadlines=counted.deadlines)
    answering = replace(usual, snapshot=review, now=at(due.due_on + 2 * DAY))
    told = due.due_on + notified * DAY if notified is not None else None
    made = take(action, giving(answering, decided_on=due.due_on - DAY, notified_on=told)).after
    assert get_deadline(made, "eoi-decision").state is state


GAP = {"minimumMonths": 3, "maximumMonths": 18}


def test_the_time_to_procure_runs_from_the_day_of_the_acceptance() -> None:
    """Localism Act 2011 s.83(4)(a): from the date of the decision to accept, to that on which the exercise begins."""
    usual = attempt(CHALLENGE, "accept-eoi")
    own = ground.with_rule(usual.snapshot, "procurement-gap", GAP)
    made = take("accept-eoi", giving(replace(usual, snapshot=own, now=NOW + 3 * DAY), decided_on=TODAY)).after
    assert get_deadline(made, "procurement-start").due_on == date(2028, 3, 1)
    beginning = attempt(CHALLENGE, "begin-procurement")
    snapshot = replace(beginning.snapshot, records={**beginning.snapshot.records, **made.records}, bodies=made.bodies)
    by_committee = ground.with_rule(snapshot, "constitution", {"form": "committee-system", "decidedBy": "committee"})
    entered = replace(beginning, snapshot=by_committee, now=at(date(2026, 12, 4)))
    entered = giving(entered, reference="Letter of 1 September")
    assert ground.refused_for("begin-procurement", giving(entered, decided_on=date(2026, 12, 1))) == []
    early = giving(entered, decided_on=date(2026, 11, 30))
    assert ground.refused_for("begin-procurement", early) == ["within-published-gap"]


def test_nobody_loses_days_because_another_enters_late() -> None:
    """The group learns of a refusal, and of an offer, by the entry."""
    usual = attempt(RIGHT_TO_PROVIDE, "refuse-eoi")
    late = giving(replace(usual, now=NOW + 3 * DAY), decided_on=TODAY)
    at_once = replace(usual, now=NOW + 3 * DAY)
    due = [get_deadline(take("refuse-eoi", each).after, "appeal-window").due_on for each in (late, at_once)]
    assert due[0] == due[1]
    offering = replace(attempt(RIGHT_TO_PROVIDE, "offer-modification"), now=NOW + 3 * DAY)
    offered = take("offer-modification", giving(offering, decided_on=TODAY)).after
    assert get_deadline(offered, "modification-reply").started_on == TODAY + 3 * DAY
    assert [each.since for each in get_deadline(offered, "eoi-decision").pauses] == [TODAY]


def test_version_2_knows_no_day_of_a_decision() -> None:
    then = SECOND.by_name["approve"].payload_model
    assert "decided_on" not in then.model_fields
    with pytest.raises(ValidationError, match="decidedOn"):
        then.model_validate({"findings": decided.FINDINGS, "decidedOn": TODAY})
    assert SECOND.by_name["begin-review"].payload_model.model_fields == {}
    made = take("approve", attempt(SECOND, "approve")).after
    assert "decidedOn" not in made.records[Approval.KIND, ""].content


def test_what_takes_nothing_else_has_a_record_of_its_day_for_each_action() -> None:
    review = giving(replace(attempt(RIGHT_TO_PROVIDE, "begin-review"), now=NOW + DAY), decided_on=TODAY)
    begun = take("begin-review", review).after
    assert begun.records["decision-day", "begin-review"].content == {"decidedOn": "2026-09-01"}
    assert get_deadline(begun, "eoi-decision").started_on == TODAY
    assert AgendaPublication.KIND not in {kind for kind, _ in begun.records}
    assert get_deadline(begun, "eoi-decision").started_at - NOW == timedelta(days=1)
