"""Guards of promised benefits: they can be measured, and none is lost between the business case and the contract."""

from collections.abc import Iterable

from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.benefits.payloads import BenefitClause, BenefitPromise
from rtp_applications.workflow.stages.monitoring.measures import UNITS

MEASURING = frozenset({"record-baseline", "record-measures"})


def list_promised(snapshot: CaseSnapshot) -> list[BenefitPromise]:
    return [promise for promise, _ in snapshot.list_payloads(BenefitPromise)]


@guard("/unit", payload=True)
def unit_fits(step: Step) -> str | None:
    """The target is told in a unit that its measure can have."""
    fitting = UNITS[step.payload.measure]
    return None if step.payload.unit in fitting else f"{step.payload.measure} is told in {', '.join(sorted(fitting))}"


@guard("/benefit", payload=True)
def benefit_is_promised(step: Step) -> str | None:
    """The benefit was promised in this case."""
    found = step.snapshot.find_record(BenefitPromise, step.payload.benefit)
    return None if found else "no benefit of that id is promised in this case"


@guard("/clause", payload=True)
def clause_or_reason(step: Step) -> str | None:
    """The benefit has a clause and an indicator in the contract, or there is a reason why it has not: one of the two
    (National Audit Office, HC 1088, 2011: benefits that no contract names are not delivered).
    """
    said = step.payload
    if said.left_out_because:
        return "it is left out or it has a clause, not both" if said.clause or said.indicator else None
    return None if said.clause and said.indicator else "name clause and indicator, or say leftOutBecause"


@guard()
def promises_are_in_the_contract(step: Step) -> str | None:
    """Every benefit that was promised has its clause and indicator in the contract, or a reason why not (National Audit
    Office, HC 1088, 2011).
    """
    lost = [each.id for each in list_promised(step.snapshot) if not step.snapshot.find_record(BenefitClause, each.id)]
    return (
        f"promised, and neither in the contract nor left out with a reason: {', '.join(sorted(lost))}" if lost else None
    )


@guard("/values", payload=True)
def measured_benefits_are_promised(step: Step) -> str | None:
    """A benefit that a value is said to be of was promised in this case, of that measure."""
    promised = {(each.id, each.measure) for each in list_promised(step.snapshot)}
    given = [(each.benefit, each.measure) for each in step.payload.values if each.benefit]
    unknown = [f"{benefit} ({measure})" for benefit, measure in given if (benefit, measure) not in promised]
    return f"not promised: {', '.join(unknown)}" if unknown else None


def measure_promised_benefits(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Return the actions, with those that measure held to the promises."""
    return tuple(
        each.with_guards(measured_benefits_are_promised) if each.name in MEASURING else each for each in actions
    )
