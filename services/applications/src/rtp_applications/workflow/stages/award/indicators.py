"""Key performance indicators, set before a contract is entered into: Procurement Act 2023 s.52."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.procurement.rules.facts import Instrument
from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.contract.amounts import exceeds_amount
from rtp_applications.workflow.stages.contract.facts import collect_facts
from rtp_applications.workflow.stages.contract.payloads import Regime
from rtp_applications.workflow.stages.contract.tracks import find_track
from rtp_shared.schemas import Day, Line, Prose

WITHOUT_INDICATORS = frozenset({Instrument.FRAMEWORK, Instrument.CONCESSION})
"""Besides light touch contracts: s.52(6)."""


class PerformanceIndicators(DatedByDocument):
    """Key performance indicators set in respect of the contract, or why there are none (Procurement Act 2023 s.52)."""

    KIND: ClassVar[str] = "performance-indicators"

    indicators: list[Line] = Field(
        default=[],
        max_length=50,
        description="Factors or measures against which the performance can be assessed during the contract (s.52(4))",
        examples=[["Visits kept, of 100"]],
    )
    inappropriate_because: Prose | None = Field(
        default=None, description="Why performance could not appropriately be assessed by indicators (s.52(2))"
    )
    set_on: Day


@guard("/indicators", payload=True)
def enough_indicators(step: Step) -> str | None:
    """At least three indicators are set, or it is said why performance could not appropriately be assessed by them
    (Procurement Act 2023 s.52(1), (2)).
    """
    said, least = step.payload, step.process.get_setting(step.snapshot, "least-performance-indicators")
    if said.inappropriate_because:
        return "say which are set, or why none are (Procurement Act 2023 s.52(1), (2))" if said.indicators else None
    return None if len(set(said.indicators)) >= least else f"set {least} at least (Procurement Act 2023 s.52(1))"


@guard("/enteredIntoOn", payload=True)
def indicators_set(step: Step) -> str | None:
    """Before a contract of more than £5 million under the Procurement Act is entered into, key performance indicators
    are set, or it is said why none could be; not of a light touch contract, a framework or a concession (Procurement
    Act 2023 s.52(1), (2), (6)).
    """
    entered_on = step.payload.entered_into_on
    bound = find_track(step.snapshot) == Regime.OPEN
    if not bound or collect_facts(step.snapshot).instrument in WITHOUT_INDICATORS:
        return None
    if exceeds_amount(step.snapshot, "key-performance-indicators", entered_on) is not True:
        return None
    found = step.snapshot.find(PerformanceIndicators)
    if found is None:
        return "set at least three key performance indicators first (Procurement Act 2023 s.52(1))"
    if found.set_on > entered_on:
        return f"the indicators were set on {found.set_on}, after the contract (Procurement Act 2023 s.52(1))"
    return None
