"""The trace of a promised benefit: from the business case to the clause, the indicator, and what was measured."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.benefits.payloads import BenefitClause, BenefitPromise, Sense
from rtp_applications.workflow.stages.monitoring.measures import (
    Baseline,
    Measure,
    MeasuredOutcome,
    Measures,
    MeasureUnit,
)


class InContract(StrEnum):
    """What the contract makes of a promise."""

    NOT_YET = "not-yet"
    WRITTEN = "written"
    LEFT_OUT = "left-out"


class Standing(StrEnum):
    """How a promise stands by the newest measurement of it."""

    NOT_MEASURED = "not-measured"
    NOT_COMPARABLE = "not-comparable"
    """Measured by another version of the definition, or told in another unit, than it was promised."""
    REACHED = "reached"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedOutcome:
    """One measurement of a benefit."""

    period_from: date
    period_to: date
    value: int
    scale: int
    unit: MeasureUnit
    comparable: bool
    source: str
    comparator: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitTrace:
    """A promised benefit with all that became of it."""

    promise: BenefitPromise
    in_contract: InContract
    clause: BenefitClause | None
    baseline: TracedOutcome | None
    outcomes: tuple[TracedOutcome, ...]
    """After the launch, oldest first."""
    standing: Standing
    overdue: bool
    """Whether the mutual is launched, the promise's day has passed, and the target is not known to be reached."""


def trace_benefits(snapshot: CaseSnapshot, today: date) -> list[BenefitTrace]:
    """Return the trace of each promised benefit, by id."""
    promised = sorted((promise for promise, _ in snapshot.list_payloads(BenefitPromise)), key=lambda each: each.id)
    return [_trace(snapshot, each, today) for each in promised]


def _trace(snapshot: CaseSnapshot, promise: BenefitPromise, today: date) -> BenefitTrace:
    clause = snapshot.find(BenefitClause, promise.id)
    periods = sorted((each for each, _ in snapshot.list_payloads(Measures)), key=lambda each: each.period_to)
    outcomes = tuple(each for period in periods for each in _find_outcomes(period, promise))
    before = snapshot.find(Baseline)
    standing = _judge(promise, outcomes[-1] if outcomes else None)
    return BenefitTrace(
        promise=promise,
        in_contract=_read_contract(clause),
        clause=clause,
        baseline=next(_find_outcomes(before, promise), None) if before else None,
        outcomes=outcomes,
        standing=standing,
        overdue=bool(snapshot.case.launched_at) and promise.by < today and standing is not Standing.REACHED,
    )


def _read_contract(clause: BenefitClause | None) -> InContract:
    if clause is None:
        return InContract.NOT_YET
    return InContract.LEFT_OUT if clause.left_out_because else InContract.WRITTEN


def _find_outcomes(measured: Baseline | Measures, promise: BenefitPromise) -> Iterator[TracedOutcome]:
    """Yield what a period says of the promise: what names it, or else what has its measure and names none."""
    named = [each for each in measured.values if each.benefit == promise.id]
    for each in named or [each for each in measured.values if _is_of_the_measure(each, promise)]:
        yield TracedOutcome(
            period_from=measured.period_from,
            period_to=measured.period_to,
            value=each.value,
            scale=each.scale,
            unit=each.unit,
            comparable=(each.definition_version, each.unit) == (promise.definition_version, promise.unit),
            source=each.source,
            comparator=each.comparator,
        )


def _is_of_the_measure(value: MeasuredOutcome, promise: BenefitPromise) -> bool:
    """A service indicator that names no benefit may be any: it counts for none."""
    return value.benefit is None and value.measure is promise.measure and value.measure is not Measure.SERVICE_INDICATOR


def _judge(promise: BenefitPromise, newest: TracedOutcome | None) -> Standing:
    if newest is None:
        return Standing.NOT_MEASURED
    if not newest.comparable:
        return Standing.NOT_COMPARABLE
    target, value = _scale(promise.target, promise.scale), _scale(newest.value, newest.scale)
    kept = value >= target if promise.sense is Sense.AT_LEAST else value <= target
    return Standing.REACHED if kept else Standing.NOT_REACHED


def _scale(value: int, scale: int) -> Decimal:
    return Decimal(value).scaleb(-scale)
