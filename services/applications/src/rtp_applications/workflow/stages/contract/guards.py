"""Guards of the regime by which the contract may be awarded, and of its terms: rows 15 and 25 of the process."""

from collections.abc import Callable
from datetime import date

from rtp_applications.deadlines.rules.days import add_months
from rtp_applications.workflow.common.days import find_decision_day
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.contract.acceptance import find_acceptance_day
from rtp_applications.workflow.stages.contract.facts import collect_facts
from rtp_applications.workflow.stages.contract.payloads import ContractTerms, Regime, RegimeDetermination
from rtp_applications.workflow.stages.contract.regimes import find_bar
from rtp_applications.workflow.stages.decision.approvals import find_approval, has_call_in_begun, may_be_called_in
from rtp_shared.problems import FieldError


@guard("/selectionRoute", payload=True)
def selection_route_named(step: Step) -> str | None:
    """Under the Provider Selection Regime its process is named, and under no other regime (SI 2023/1348 reg 6)."""
    under_selection = step.payload.regime is Regime.PROVIDER_SELECTION
    if under_selection and step.payload.selection_route is None:
        return "say by which process of the Provider Selection Regime"
    if not under_selection and step.payload.selection_route is not None:
        return "only the Provider Selection Regime has these processes"
    return None


@guard("/regime", payload=True)
def regime_open_to_challenge(step: Step) -> str | None:
    """Acceptance of a challenge leads to a procurement that anyone may win (Localism Act 2011 s.83)."""
    if step.payload.regime in step.process.get_setting(step.snapshot, "regimes"):
        return None
    return f"{step.payload.regime} is no procurement that anyone may win"


@guard("/selectionRoute", payload=True)
def route_open_to_challenge(step: Step) -> str | None:
    """Acceptance of a challenge leads to a procurement exercise, such as value and nature of the contract make
    appropriate, in which whoever challenged may take part: so not to Direct Award Processes A and C, which award to the
    existing provider alone (Localism Act 2011 s.83(2), (3); SI 2023/1348 regs 6(3), (5), 9(3)).
    """
    route = step.payload.selection_route
    if route is None or route in step.process.get_setting(step.snapshot, "selection-routes"):
        return None
    return f"{route} is for the existing provider alone, and no procurement exercise (Localism Act 2011 s.83(2), (3))"


@guard("/grossPence", payload=True)
def gross_not_below_net(step: Step) -> str | None:
    """The value with VAT is not below the value without."""
    return None if step.payload.gross_pence >= step.payload.net_pence else "the gross value is below the net value"


@guard()
def regime_determined(step: Step) -> str | None:
    """The commissioner has determined the regime."""
    return None if step.snapshot.find(RegimeDetermination) else "determine the regime first"


@guard()
def regime_fits_service(step: Step) -> str | None:
    """The regime fits the service: a relevant health care service is bought under the Provider Selection Regime and
    nothing else is, so that it cannot be reserved to mutuals (SI 2023/1348); the in-house exemption is lost once the
    provider leaves public control.
    """
    found = step.snapshot.find(RegimeDetermination)
    if found is None:
        return None
    if found.relevant_health_care_service and found.regime in (Regime.RESERVED, Regime.OPEN, Regime.BELOW_THRESHOLD):
        return "a relevant health care service is bought under the Provider Selection Regime"
    if found.regime is Regime.PROVIDER_SELECTION and not found.relevant_health_care_service:
        return "the Provider Selection Regime is for relevant health care services"
    if found.regime is Regime.IN_HOUSE and not found.stays_under_public_control:
        return "a provider outside public control is not in-house"
    return None


@guard()
def regime_is_open(step: Step) -> str | None:
    """The regime on file, with its way to award, is not closed by the facts of the procurement: such as below threshold
    at a value above it, in-house to a body in which employees hold shares (Procurement Act 2023 Sch 2 para 2(3)),
    Direct Award Process C to one that is no existing provider or after a considerable change (SI 2023/1348 regs 2(1),
    6(10)), or a reserved contract to one that had another within the three years ending with the day on which this one
    is awarded: where that is put on file, the day on which it was entered into (s.33(5); SI 2015/102 reg 77(3)(d)).
    """
    entered_on: date | None = getattr(step.payload, "entered_into_on", None)
    return find_bar(step.snapshot, entered_on or step.today)


@guard(payload=True)
def facts_agree_with_each_other(step: Step) -> FieldError | None:
    """The facts of the procurement do not contradict each other, and each code is one."""
    wrong = next(collect_facts(step.snapshot, step.payload).list_errors(), None)
    return FieldError(f"/{wrong[0]}", wrong[1]) if wrong else None


@guard()
def value_and_term_recorded(step: Step) -> str | None:
    """Value and term of the contract are recorded."""
    return None if step.snapshot.find(ContractTerms) else "record the contract's value and term first"


@guard()
def reserved_term_within_limit(step: Step) -> str | None:
    """A reserved contract lasts at most five years, extensions counted (Procurement Act 2023 s.33)."""
    regime, terms = step.snapshot.find(RegimeDetermination), step.snapshot.find(ContractTerms)
    if regime is None or terms is None or regime.regime is not Regime.RESERVED:
        return None
    limit, term = step.process.get_setting(step.snapshot, "reserved-term-limit-months"), terms.term_months
    if term + terms.extension_months <= limit:
        return None
    return f"a reserved contract may last {limit} months with its extensions, not {term + terms.extension_months}"


@guard()
def call_in_window_over(step: Step) -> str | None:
    """The time in which scrutiny may call the decision in is over, or there is none (Localism Act 2011 Sch.2)."""
    return find_time_for_call_in(step, may_be_called_in)


def find_time_for_call_in(step: Step, may_be_called_in: Callable[[CaseSnapshot], bool]) -> str | None:
    window = step.snapshot.find_deadline("call-in-window")
    if find_approval(step.snapshot) and may_be_called_in(step.snapshot) and not has_call_in_begun(step.snapshot):
        return "the decision is not published, from which the time for a call-in counts"
    if window is None or not window.is_open or window.is_over(step.now):
        return None
    return f"the decision may still be called in, until the end of {window.due_on}"


def find_gap_breach(step: Step, *, until_the_last: bool) -> str | None:
    """Return why the day of the decision lies outside the time that the authority had published for this acceptance,
    if so: before it or, where that counts, after it. One that came into force after the decision bound nobody then.
    """
    accepted, day = find_acceptance_day(step.snapshot), find_decision_day(step)
    gap = step.snapshot.find_rule_published_late("procurement-gap", accepted or day)
    if gap is None or gap.in_force_from > day:
        return None
    if accepted is None:
        return "it is not on file when the expression of interest was accepted"
    first, last = (add_months(accepted, gap.value[name]) for name in ("minimumMonths", "maximumMonths"))
    inside = first <= day and (day <= last or not until_the_last)
    return None if inside else f"procurement begins from {first} to {last}"


@guard()
def within_published_gap(step: Step) -> str | None:
    """Procurement begins not before the shortest time after acceptance that the authority had published by the
    acceptance, or else published first after it. The longest time binds it too, and its breach ends no duty: it must
    procure all the same. Where none was published when it began it begins at any time, for the duty follows from
    acceptance (Localism Act 2011 s.83(2) to (4), (7)).
    """
    return find_gap_breach(step, until_the_last=False)


@guard("/applicantsToldOn", payload=True)
def applicants_told_to_bid(step: Step) -> str | None:
    """The applicants were told that they must bid: acceptance is no award, and employees have no preference."""
    return None if step.payload.applicants_told_on else "tell the applicants first that they must bid"
