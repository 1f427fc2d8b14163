"""The trace of a promise: which measurements count for it, and what the newest of them says."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.benefits.rules import InContract, Standing, trace_benefits
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.benefits.payloads import BenefitClause, BenefitPromise
from rtp_applications.workflow.stages.monitoring.measures import Baseline, Measures
from tests.applications.workflow.ground import NOW, build_snapshot, put

TODAY = date(2028, 1, 10)
SICKNESS = {"measure": "sickness-days-per-fte", "definitionVersion": 1, "unit": "days", "source": "Personnel system"}
VISITS = {"measure": "service-indicator", "definitionVersion": 1, "unit": "percent", "source": "Rota"}


def promise(**changes: Any) -> BenefitPromise:
    said = {
        "id": "sickness", "description": "Fewer days lost.", "measure": "sickness-days-per-fte", "sense": "at-most",
        "target": 85, "scale": 1, "unit": "days", "by": "2028-09-01", "source": "Table 4",
    }  # fmt: skip
    return BenefitPromise.model_validate({**said, **changes})


def measured(on: date, *values: dict[str, Any], kind: type[Baseline | Measures] = Measures) -> Baseline | Measures:
    return kind.model_validate({"periodFrom": on - timedelta(days=89), "periodTo": on, "values": list(values)})


def launched(*records: Any) -> CaseSnapshot:
    snapshot = build_snapshot(Status.LAUNCHED, launched_at=NOW)
    for each in records:
        snapshot = put(snapshot, each)
    return snapshot


def test_a_promise_of_which_nothing_became() -> None:
    [trace] = trace_benefits(launched(promise()), TODAY)
    assert (trace.in_contract, trace.clause, trace.baseline, trace.outcomes) == (InContract.NOT_YET, None, None, ())
    assert (trace.standing, trace.overdue) == (Standing.NOT_MEASURED, False)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"clause": "4.1", "indicator": "Days"}, InContract.WRITTEN),
        ({"leftOutBecause": "Measured elsewhere."}, InContract.LEFT_OUT),
    ],
)
def test_what_the_contract_makes_of_it(said: dict[str, str], found: InContract) -> None:
    clause = BenefitClause.model_validate({"benefit": "sickness", **said})
    [trace] = trace_benefits(launched(promise(), clause), TODAY)
    assert (trace.in_contract, trace.clause) == (found, clause)


def test_the_newest_measurement_is_judged_and_all_are_shown_oldest_first() -> None:
    snapshot = launched(
        promise(),
        measured(date(2027, 12, 31), {**SICKNESS, "value": 9}),
        measured(date(2027, 9, 30), {**SICKNESS, "value": 80, "scale": 1}),
        measured(date(2026, 8, 31), {**SICKNESS, "value": 112, "scale": 1}, kind=Baseline),
    )
    [trace] = trace_benefits(snapshot, TODAY)
    assert [(each.period_to, each.value, each.scale) for each in trace.outcomes] == [
        (date(2027, 9, 30), 80, 1),
        (date(2027, 12, 31), 9, 0),
    ]
    assert trace.baseline is not None
    assert (trace.baseline.value, trace.baseline.scale) == (112, 1)
    assert trace.standing is Standing.NOT_REACHED


@pytest.mark.parametrize("other", [{"definitionVersion": 2}, {"measure": "user-satisfaction", "unit": "percent"}])
def test_what_was_measured_otherwise_is_compared_with_nothing(other: dict[str, Any]) -> None:
    values = {**SICKNESS, "value": 1, **other}
    [trace] = trace_benefits(launched(promise(), measured(date(2027, 12, 31), values)), TODAY)
    named = trace.outcomes[0].comparable if trace.outcomes else None
    expected = (Standing.NOT_COMPARABLE, False) if "definitionVersion" in other else (Standing.NOT_MEASURED, None)
    assert (trace.standing, named) == expected


def test_a_service_indicator_counts_for_the_promise_that_it_names_alone() -> None:
    kept, late = (promise(id=each, measure="service-indicator", sense="at-least", target=97, scale=0, unit="percent")
                  for each in ("kept", "on-time"))  # fmt: skip
    unnamed = measured(date(2027, 12, 31), {**VISITS, "value": 99})
    assert {each.standing for each in trace_benefits(launched(kept, late, unnamed), TODAY)} == {Standing.NOT_MEASURED}
    named = measured(date(2027, 12, 31), {**VISITS, "value": 99, "benefit": "kept"}, {**VISITS, "value": 12})
    standing = {each.promise.id: each.standing for each in trace_benefits(launched(kept, late, named), TODAY)}
    assert standing == {"kept": Standing.REACHED, "on-time": Standing.NOT_MEASURED}


@pytest.mark.parametrize(("by", "overdue"), [("2028-01-09", True), ("2028-01-10", False)])
def test_a_promise_is_overdue_from_the_day_after_its_own(by: str, *, overdue: bool) -> None:
    [trace] = trace_benefits(launched(promise(by=by)), TODAY)
    assert trace.overdue is overdue
    [before] = trace_benefits(put(build_snapshot(Status.TRANSITION), promise(by=by)), TODAY)
    assert before.overdue is False, "nobody keeps promises before the launch"


@given(
    value=st.integers(-(10**6), 10**6),
    target=st.integers(-(10**6), 10**6),
    scales=st.tuples(st.integers(0, 6), st.integers(0, 6)),
)
def test_a_target_is_reached_on_its_own_side_and_on_both_when_it_is_met(
    value: int, target: int, scales: tuple[int, int]
) -> None:
    outcome = measured(date(2027, 12, 31), {**SICKNESS, "value": value, "scale": scales[0]})
    reached = []
    for sense in ("at-least", "at-most"):
        promised = promise(sense=sense, target=target, scale=scales[1])
        [trace] = trace_benefits(launched(promised, outcome), TODAY)
        reached.append(trace.standing is Standing.REACHED)
    exact = value * 10 ** scales[1] - target * 10 ** scales[0]
    assert reached == [exact >= 0, exact <= 0]
