"""By which regime the contract may be awarded, and on which terms: rows 15 and 25 of the process."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.clocks.days import add_months, civil_date
from rtp_applications.workflow.casefile import CaseFile, Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.decision import approved_by, call_in_begun, may_be_called_in
from rtp_applications.workflow.stages.interest import Acceptance, Consent
from rtp_shared.schemas import Line, Pence, Prose


class Regime(StrEnum):
    """The law by which the contract is awarded."""

    RESERVED = "procurement-act-reserved"
    OPEN = "procurement-act-open"
    PROVIDER_SELECTION = "provider-selection-regime"
    BELOW_THRESHOLD = "below-threshold"
    IN_HOUSE = "in-house-exempt"
    GRANT = "grant"


class SelectionRoute(StrEnum):
    """The processes of the Provider Selection Regime: SI 2023/1348 regs 7 to 11."""

    DIRECT_A = "direct-award-a"
    DIRECT_B = "direct-award-b"
    DIRECT_C = "direct-award-c"
    MOST_SUITABLE = "most-suitable-provider"
    COMPETITIVE = "competitive"


class RegimeDetermination(Record):
    """The commissioner's determination of the regime, on which every later step of the award rests."""

    KIND: ClassVar[str] = "regime-determination"

    regime: Regime
    selection_route: SelectionRoute | None = Field(
        default=None, description="Under the Provider Selection Regime, and only there: by which of its processes"
    )
    relevant_health_care_service: bool = Field(
        strict=True, description="Whether it is a relevant health care service (SI 2023/1348, Schedule 1)"
    )
    light_touch: bool = Field(
        default=False, strict=True, description="Whether it is a light-touch contract; a reserved one always is"
    )
    stays_under_public_control: bool = Field(
        default=False, strict=True, description="Whether the provider stays under the authority's control"
    )
    legal_basis: Prose = Field(description="The provisions relied on, and why they apply")
    determined_on: date

    @property
    def track(self) -> str:
        """The regime with what else decides which notices and which standstill it needs."""
        if self.selection_route:
            return f"{self.regime}:{self.selection_route}"
        light = self.regime is Regime.OPEN and self.light_touch
        return f"{self.regime}:light-touch" if light else self.regime


Months = Annotated[int, Field(ge=0, le=600, strict=True)]


class ContractTerms(Record):
    """What the contract is worth and how long it may last."""

    KIND: ClassVar[str] = "contract-terms"

    net_pence: Pence = Field(description="Value over the whole term without extensions, net of VAT, in pence")
    gross_pence: Pence = Field(description="The same with VAT, in pence")
    term_months: Annotated[int, Field(ge=1, le=600, strict=True)]
    extension_months: Months = Field(default=0, description="All extensions that the contract allows, together")
    starts_on: date | None = None
    break_after_months: Months | None = Field(default=None, description="When it may first be ended early")
    indexation: Line | None = None
    volume_risk: Line | None = Field(default=None, description="Who bears the risk that demand changes")


class ProcurementStart(Record):
    """That the procurement begins, and that the applicants know that they must bid like anybody."""

    KIND: ClassVar[str] = "procurement-start"

    applicants_told_on: date | None = Field(default=None, description="When the applicants were told to bid")
    reference: Line | None = Field(default=None, description="Reference of the letter")


def track(file: CaseFile) -> str | None:
    determination = file.last(RegimeDetermination)
    return determination.track if determination else None


@guard("/selectionRoute", given=True)
def selection_route_named(step: Step) -> str | None:
    """Under the Provider Selection Regime its process is named, and under no other regime (SI 2023/1348 reg 6)."""
    under_selection = step.given.regime is Regime.PROVIDER_SELECTION
    if under_selection and step.given.selection_route is None:
        return "say by which process of the Provider Selection Regime"
    if not under_selection and step.given.selection_route is not None:
        return "only the Provider Selection Regime has these processes"
    return None


@guard("/determinedOn", given=True)
def determined_already(step: Step) -> str | None:
    """The determination was made on a day that is not in the future."""
    return None if step.given.determined_on <= step.today else "the day of the determination lies in the future"


@guard("/regime", given=True)
def regime_open_to_challenge(step: Step) -> str | None:
    """Acceptance of a challenge leads to a procurement that anyone may win (Localism Act 2011 s.83)."""
    if step.given.regime in step.process.setting(step.file, "regimes"):
        return None
    return f"{step.given.regime} is no procurement that anyone may win"


@guard("/grossPence", given=True)
def gross_not_below_net(step: Step) -> str | None:
    """The value with VAT is not below the value without."""
    return None if step.given.gross_pence >= step.given.net_pence else "the gross value is below the net value"


@guard()
def regime_determined(step: Step) -> str | None:
    """The commissioner has determined the regime."""
    return None if step.file.last(RegimeDetermination) else "determine the regime first"


@guard()
def regime_fits_service(step: Step) -> str | None:
    """The regime fits the service: a relevant health care service is bought under the Provider Selection Regime and
    nothing else is, so that it cannot be reserved to mutuals (SI 2023/1348); the in-house exemption is lost once the
    provider leaves public control.
    """
    found = step.file.last(RegimeDetermination)
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
def value_and_term_recorded(step: Step) -> str | None:
    """Value and term of the contract are recorded."""
    return None if step.file.last(ContractTerms) else "record the contract's value and term first"


@guard()
def reserved_term_within_limit(step: Step) -> str | None:
    """A reserved contract lasts at most five years, extensions counted (Procurement Act 2023 s.33)."""
    regime, terms = step.file.last(RegimeDetermination), step.file.last(ContractTerms)
    if regime is None or terms is None or regime.regime is not Regime.RESERVED:
        return None
    limit, term = step.process.setting(step.file, "reserved-term-limit-months"), terms.term_months
    if term + terms.extension_months <= limit:
        return None
    return f"a reserved contract may last {limit} months with its extensions, not {term + terms.extension_months}"


@guard()
def call_in_window_over(step: Step) -> str | None:
    """The time in which scrutiny may call the decision in is over, or there is none (Localism Act 2011 Sch.2)."""
    window = step.file.deadline("call-in-window")
    if approved_by(step.file) and may_be_called_in(step.file) and not call_in_begun(step.file):
        return "the decision is not published, from which the time for a call-in counts"
    if window is None or not window.is_open or window.is_over(step.now):
        return None
    return f"the decision may still be called in, until the end of {window.due_on}"


def accepted_on(file: CaseFile) -> date | None:
    """The day on which the expression of interest was accepted, as it was or as modified."""
    found = [file.recorded(kind) for kind in (Acceptance, Consent)]
    return max((civil_date(each.signed[-1].at) for each in found if each), default=None)


@guard()
def within_published_gap(step: Step) -> str | None:
    """Procurement begins within the shortest and longest time after acceptance that the authority published; where
    it published none, at any time: the duty to procure follows from acceptance, and does not wait for its own failure
    to specify the time (Localism Act 2011 s.83(2) to (4)), which the clock publish-procurement-gap shows.
    """
    gap, accepted = step.file.rule("procurement-gap"), accepted_on(step.file)
    if gap is None:
        return None
    if accepted is None:
        return "it is not on file when the expression of interest was accepted"
    first, last = (add_months(accepted, gap[name]) for name in ("minimumMonths", "maximumMonths"))
    return None if first <= step.today <= last else f"procurement begins from {first} to {last}"


@guard("/applicantsToldOn", given=True)
def applicants_told_to_bid(step: Step) -> str | None:
    """The applicants were told that they must bid: acceptance is no award, and employees have no preference."""
    told = step.given.applicants_told_on
    return None if told and told <= step.today else "tell the applicants first that they must bid"
