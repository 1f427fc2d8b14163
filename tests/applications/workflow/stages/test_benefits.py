"""Promised benefits: promised in the business case, held to by the contract or left out with a reason, and measured."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.benefits.payloads import (
    BenefitClause,
    BenefitPromise,
    BenefitWithdrawal,
)
from rtp_applications.workflow.stages.monitoring.measures import Measure, MeasureUnit
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, breaks, on_payload, put, ready, refused_for, take
from tests.applications.workflow.stages.business_case_cases import LEAD, writing
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, on

PROMISE = BenefitPromise.model_validate(
    {
        "id": "sickness",
        "description": "Fewer days lost to sickness.",
        "measure": "sickness-days-per-fte",
        "sense": "at-most",
        "target": 85,
        "scale": 1,
        "unit": "days",
        "by": "2028-09-01",
        "source": "Business case, table 4",
    }
)
CLAUSE = BenefitClause.model_validate(
    {"benefit": "sickness", "clause": "Schedule 2, 4.1", "indicator": "Sickness days per FTE"}
)
TAKEN_BACK = BenefitWithdrawal.model_validate({"benefit": "sickness", "reasons": "It cannot be measured."})
promised = put(writing, PROMISE, role=Role.APPLICANT_LEAD)
contracting = on(Status.CONTRACT_ROUTE, PROMISE)

ready("promise-benefit", Ready(writing, (LEAD,), PROMISE))
ready("withdraw-benefit", Ready(promised, (LEAD,), TAKEN_BACK))
ready("write-benefit-into-contract", Ready(contracting, COMMISSIONING, CLAUSE))
breaks("promise-benefit", "unit-fits")(on_payload(unit=MeasureUnit.PENCE))
breaks(["withdraw-benefit", "write-benefit-into-contract"], "benefit-is-promised")(on_payload(benefit="another"))
breaks("write-benefit-into-contract", "clause-or-reason")(on_payload(indicator=None))
breaks("award", "promises-are-in-the-contract")(ground.on_snapshot(put, PROMISE))


@breaks(["record-baseline", "record-measures"], "measured-benefits-are-promised")
def _(attempt: Ready) -> Ready:
    assert attempt.payload is not None
    [*values] = attempt.payload.model_dump()["values"]
    said = {**attempt.payload.model_dump(by_alias=True), "values": [{**values[0], "benefit": "never-promised"}]}
    return replace(attempt, payload=type(attempt.payload).model_validate(said, by_alias=True, by_name=True))


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"clause": "4.1", "indicator": "Days"}, []),
        ({"leftOutBecause": "The commissioner measures it itself."}, []),
        ({}, ["clause-or-reason"]),
        ({"clause": "4.1"}, ["clause-or-reason"]),
        ({"indicator": "Days"}, ["clause-or-reason"]),
        ({"clause": "4.1", "indicator": "Days", "leftOutBecause": "No."}, ["clause-or-reason"]),
        ({"indicator": "Days", "leftOutBecause": "No."}, ["clause-or-reason"]),
    ],
)
def test_a_promise_has_a_clause_and_an_indicator_or_a_reason(said: dict[str, str], refused: list[str]) -> None:
    clause = BenefitClause.model_validate({"benefit": "sickness", **said})
    assert refused_for("write-benefit-into-contract", Ready(contracting, COMMISSIONING, clause)) == refused


@pytest.mark.parametrize("clauses", [[], ["visits"], ["sickness", "visits"]])
def test_no_contract_is_awarded_while_a_promise_is_neither_in_it_nor_left_out(clauses: list[str]) -> None:
    awarding = attempt(RIGHT_TO_PROVIDE, "award")
    visits = PROMISE.model_copy(update={"id": "visits", "measure": Measure.SERVICE_INDICATOR})
    snapshot = put(put(awarding.snapshot, PROMISE), visits)
    for each in clauses:
        snapshot = put(snapshot, CLAUSE.model_copy(update={"benefit": each}))
    refused = refused_for("award", replace(awarding, snapshot=snapshot))
    assert refused == ([] if len(clauses) == 2 else ["promises-are-in-the-contract"])


def test_what_is_taken_back_is_asked_of_nobody() -> None:
    after = take("withdraw-benefit", Ready(put(promised, CLAUSE), (LEAD,), TAKEN_BACK)).after
    assert after.find_record(BenefitPromise, "sickness") is None
    assert after.find_record(BenefitClause, "sickness") is None
    assert after.find(BenefitWithdrawal, "sickness") == TAKEN_BACK


def test_a_promise_made_anew_wants_a_clause_of_its_own() -> None:
    """A case that a court sent back may still have the clause of what was promised before."""
    higher = PROMISE.model_copy(update={"target": 60})
    held = put(put(promised, CLAUSE), TAKEN_BACK)
    after = take("promise-benefit", Ready(held, (LEAD,), higher)).after
    assert after.find(BenefitPromise, "sickness") == higher
    assert after.find_record(BenefitClause, "sickness") is None
    assert after.find_record(BenefitWithdrawal, "sickness") is None


@pytest.mark.parametrize(("days", "kept"), [(0, False), (1, True)])
def test_a_promise_is_of_a_day_to_come(days: int, *, kept: bool) -> None:
    by = date(2026, 9, 1) + timedelta(days=days)
    said = replace(attempt(RIGHT_TO_PROVIDE, "promise-benefit"), payload=PROMISE.model_copy(update={"by": by}))
    assert refused_for("promise-benefit", said) == ([] if kept else ["by-within-bounds"])


def test_an_ended_procurement_takes_its_clauses_with_it() -> None:
    """The next contract is another text; the promise stays."""
    ending = attempt(RIGHT_TO_PROVIDE, "end-procurement")
    held = put(put(ending.snapshot, PROMISE), CLAUSE)
    after = take("end-procurement", replace(ending, snapshot=held)).after
    assert after.find_record(BenefitPromise, "sickness") is not None
    assert after.find_record(BenefitClause, "sickness") is None


@pytest.mark.parametrize("version", [1, 2, 3])
def test_cases_of_former_versions_are_not_asked(version: int) -> None:
    former: Any = PROCESSES[RIGHT_TO_PROVIDE.route, version]
    assert not {"promise-benefit", "withdraw-benefit", "write-benefit-into-contract"} & former.by_name.keys()
    named = {guard.name for action in former.actions for guard in action.guards}
    assert not {"promises-are-in-the-contract", "measured-benefits-are-promised"} & named
    assert "benefit" not in former.by_name["record-measures"].payload_model.model_json_schema()["$defs"]
