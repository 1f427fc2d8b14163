"""After the launch: what each action needs, what breaks each guard, and the clocks that begin again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rtp_applications.deadlines.rules.days import starts_at
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.monitoring import payloads
from rtp_applications.workflow.stages.monitoring.measures import Baseline, Measure, Measures, MeasureUnit
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, breaks, get_open_deadline, on_payload, ready, take
from tests.applications.workflow.stages.transition_cases import SICKNESS

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
WATCHER = (ground.person(Role.COMMISSIONER),)

launched = ground.build_snapshot(Status.LAUNCHED, launched_at=NOW, final_at=NOW)
CHECK = payloads.MonitoringCheck.model_validate(
    {"kind": payloads.CheckKind.DAY_30, "heldOn": TODAY, "findings": "It is well."}
)
MEASURES = Measures.model_validate({"periodFrom": TODAY, "periodTo": TODAY, "values": [SICKNESS]})
RETURN = payloads.AnnualReturn.model_validate({"yearEnding": TODAY})
CONTRACT_END = payloads.ContractEnd.model_validate({"endsOn": date(2031, 3, 31)})
END = payloads.MonitoringEnd.model_validate(
    {"code": payloads.EndCode.RETENDER_LOST, "endedOn": TODAY, "reasons": "Another bidder was cheaper."}
)

ready("record-monitoring-check", Ready(launched, WATCHER, CHECK))
ready("record-measures", Ready(launched, WATCHER, MEASURES))
ready("record-annual-return", Ready(launched, WATCHER, RETURN))
ready("record-contract-end", Ready(launched, WATCHER, CONTRACT_END))
ready("end-monitoring", Ready(launched, WATCHER, END))
breaks(
    ["record-monitoring-check", "record-measures", "record-annual-return", "record-contract-end", "end-monitoring"],
    "monitoring-open",
)(ground.on_snapshot(ground.put, END))
breaks("record-monitoring-check", "check-after-launch")(on_payload(held_on=TOMORROW))
MEASURED = ["record-measures", "record-baseline"]
breaks(MEASURED, "period-is-over")(on_payload(period_to=TOMORROW))
breaks(MEASURED, "measured-once-each")(on_payload(values=[SICKNESS, SICKNESS]))
breaks(MEASURED, "units-fit")(on_payload(values=[SICKNESS.model_copy(update={"unit": MeasureUnit.PENCE})]))
breaks("record-annual-return", "year-after-launch")(on_payload(year_ending=TODAY - timedelta(days=1)))
breaks("record-contract-end", "contract-ends-later")(on_payload(ends_on=TODAY))
breaks("end-monitoring", "end-after-launch")(on_payload(ended_on=TODAY - timedelta(days=1)))


def live() -> CaseSnapshot:
    """A mutual launched on 1 September 2026, with every clock that the launch starts."""
    return take("launch", attempt(RIGHT_TO_PROVIDE, "launch")).after


def on(snapshot: CaseSnapshot, action: str, day: date, **changes: object) -> CaseSnapshot:
    """The case once this is recorded on that day."""
    taken = replace(attempt(RIGHT_TO_PROVIDE, action), snapshot=snapshot, now=starts_at(day) + timedelta(hours=12))
    return take(action, ground.giving(taken, **changes)).after


def due(snapshot: CaseSnapshot, clock: str) -> date:
    running = get_open_deadline(snapshot, clock)
    return running.due_on


def test_the_launch_starts_the_clocks_of_the_first_year() -> None:
    snapshot = live()
    assert {
        clock.name: due(snapshot, clock.name)
        for clock in RIGHT_TO_PROVIDE.clocks
        if find_open_deadline(snapshot, clock.name)
    } == {
        "check-after-30-days": date(2026, 10, 1),
        "check-after-90-days": date(2026, 11, 30),
        "check-after-180-days": date(2027, 2, 28),
        "quarterly-measures": date(2027, 5, 28),
        "annual-return": date(2027, 9, 1),
    }


def test_a_check_meets_its_own_deadline_only() -> None:
    snapshot = on(live(), "record-monitoring-check", date(2026, 9, 30), held_on=date(2026, 9, 30))
    states = {each.clock: each.state for each in snapshot.deadlines.values() if each.clock.startswith("check-")}
    assert states == {
        "check-after-30-days": DeadlineState.MET,
        "check-after-90-days": DeadlineState.RUNNING,
        "check-after-180-days": DeadlineState.RUNNING,
    }
    day = date(2026, 12, 1)
    snapshot = on(snapshot, "record-monitoring-check", day, kind=payloads.CheckKind.DAY_90, held_on=day)
    assert ground.get_deadline(snapshot, "check-after-90-days").state is DeadlineState.MISSED
    assert ground.get_deadline(snapshot, "check-after-30-days").state is DeadlineState.MET


def test_each_quarter_begins_when_the_one_before_is_recorded() -> None:
    snapshot = on(live(), "record-measures", date(2027, 5, 20), period_to=date(2027, 5, 19))
    assert due(snapshot, "quarterly-measures") == date(2027, 8, 20)
    snapshot = on(snapshot, "record-measures", date(2027, 9, 1), period_to=date(2027, 8, 31))
    assert due(snapshot, "quarterly-measures") == date(2027, 12, 1)
    quarters = [each for each in snapshot.deadlines.values() if each.clock == "quarterly-measures"]
    assert [each.state for each in quarters] == [DeadlineState.MET, DeadlineState.MISSED, DeadlineState.RUNNING]
    assert len(list(snapshot.list_payloads(Measures))) == 2


def test_a_quarter_that_was_missed_and_closed_begins_again_when_it_is_recorded() -> None:
    snapshot = live()
    running = get_open_deadline(snapshot, "quarterly-measures")
    swept = snapshot.with_deadline(running.miss(running.due_at))
    assert find_open_deadline(swept, "quarterly-measures") is None
    assert due(on(swept, "record-measures", date(2027, 6, 1)), "quarterly-measures") == date(2027, 9, 1)


def test_every_annual_return_starts_the_next_year() -> None:
    snapshot = on(live(), "record-annual-return", date(2027, 8, 1), year_ending=date(2027, 3, 31))
    assert due(snapshot, "annual-return") == date(2028, 8, 1)


@pytest.mark.parametrize(
    ("ends_on", "alert"),
    [
        (date(2031, 3, 31), date(2029, 9, 30)),
        (date(2031, 8, 31), date(2030, 2, 28)),
        (date(2027, 6, 30), TOMORROW),  # shorter than 18 months: at once
    ],
)
def test_the_retender_alert_falls_due_18_months_before_the_contract_ends(ends_on: date, alert: date) -> None:
    snapshot = on(live(), "record-contract-end", TODAY, ends_on=ends_on)
    running = get_open_deadline(snapshot, "retender-risk")
    assert running.due_on == alert
    assert running.next_look_at == starts_at(alert)


def test_an_extended_contract_puts_the_alert_back() -> None:
    snapshot = on(live(), "record-contract-end", TODAY, ends_on=date(2031, 3, 31))
    snapshot = on(snapshot, "record-contract-end", TODAY, ends_on=date(2033, 3, 31))
    assert due(snapshot, "retender-risk") == date(2031, 9, 30)
    alerts = [each.state for each in snapshot.deadlines.values() if each.clock == "retender-risk"]
    assert alerts == [DeadlineState.CANCELLED, DeadlineState.RUNNING]


def test_the_end_of_monitoring_closes_the_record() -> None:
    snapshot = on(live(), "record-contract-end", TODAY)
    snapshot = on(snapshot, "end-monitoring", TOMORROW, ended_on=TOMORROW)
    assert snapshot.case.status is Status.LAUNCHED
    assert not [each for each in snapshot.deadlines.values() if each.is_open]
    assert snapshot.deadlines
    for action in ("record-monitoring-check", "record-measures", "end-monitoring"):
        taken = attempt(RIGHT_TO_PROVIDE, action)
        assert (
            ground.refused_for(action, replace(taken, snapshot=snapshot, now=NOW + timedelta(days=1)))[0]
            == "monitoring-open"
        )


def test_a_check_that_was_missed_is_not_forgiven_by_the_end() -> None:
    snapshot = on(live(), "end-monitoring", date(2026, 10, 15), ended_on=date(2026, 10, 15))
    states = {each.clock: each.state for each in snapshot.deadlines.values() if each.clock.startswith("check-")}
    assert states["check-after-30-days"] is DeadlineState.MISSED
    assert states["check-after-90-days"] is DeadlineState.CANCELLED


@pytest.mark.parametrize(
    ("measure", "unit", "fits"),
    [
        (Measure.TURNOVER, MeasureUnit.PERCENT, True),
        (Measure.TURNOVER, MeasureUnit.COUNT, False),
        (Measure.SOCIAL_VALUE, MeasureUnit.PENCE, True),
        (Measure.SOCIAL_VALUE, MeasureUnit.PERCENT, False),
        (Measure.SERVICE_INDICATOR, MeasureUnit.INDEX, True),
    ],
)
def test_a_measure_is_told_in_a_unit_that_it_can_have(measure: Measure, unit: MeasureUnit, *, fits: bool) -> None:
    value = SICKNESS.model_copy(update={"measure": measure, "unit": unit})
    taken = ground.giving(attempt(RIGHT_TO_PROVIDE, "record-measures"), values=[value])
    assert ground.refused_for("record-measures", taken) == ([] if fits else ["units-fit"])


def test_measures_say_whether_they_are_a_baseline() -> None:
    after = take("record-measures", attempt(RIGHT_TO_PROVIDE, "record-measures")).after
    assert after.records[Measures.KIND, "2026-09-01"].content["baseline"] is False
    before = take("record-baseline", attempt(RIGHT_TO_PROVIDE, "record-baseline")).after
    assert before.find(Baseline) is not None
    assert before.records["baseline", ""].content["baseline"] is True


def test_nothing_of_the_monitoring_happens_before_the_launch() -> None:
    taken = ground.with_facts(attempt(RIGHT_TO_PROVIDE, "record-measures"), status=Status.READINESS_REVIEW)
    assert "record-measures" not in {each.name for each in RIGHT_TO_PROVIDE.list_actions(taken.snapshot.case.status)}


def test_every_clock_names_actions_of_its_process() -> None:
    for process in PROCESSES.values():
        for clock in process.clocks:
            named = {*clock.met_by, *clock.started_by, *clock.ended_by, *([clock.on_end] if clock.on_end else [])}
            assert named <= process.by_name.keys(), f"{clock.name} of {process.route}"
