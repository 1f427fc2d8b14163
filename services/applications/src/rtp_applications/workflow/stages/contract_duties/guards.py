"""Guards of performance indicators (Procurement Act 2023 s.52) and of modifications (SI 2023/1348 regs 13, 14)."""

from rtp_applications.procurement.rules.amounts import find_amount
from rtp_applications.procurement.rules.facts import Instrument
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.contract.facts import collect_facts
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.contract.tracks import find_track
from rtp_applications.workflow.stages.contract_duties.facts import exceeds_amount
from rtp_applications.workflow.stages.contract_duties.payloads import (
    ContractModification,
    ModificationGround,
    PerformanceIndicators,
)

WITHOUT_INDICATORS = frozenset({Instrument.FRAMEWORK, Instrument.CONCESSION})
"""Besides light touch contracts: s.52(6)."""
DIRECTLY = frozenset({SelectionRoute.DIRECT_A, SelectionRoute.DIRECT_B})
IN_URGENCY = frozenset({ModificationGround.URGENT, ModificationGround.CONTINUITY})


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


@guard("/reference", payload=True)
def modification_is_a_new_one(step: Step) -> str | None:
    """No modification is on file under this reference."""
    found = step.snapshot.find_record(ContractModification, step.payload.reference)
    return "a modification is on file under this reference" if found else None


@guard()
def awarded_under_selection(step: Step) -> str | None:
    """The contract was awarded under the Provider Selection Regime, whose modifications are put on file here
    (SI 2023/1348 reg 13).
    """
    found = step.snapshot.find(RegimeDetermination)
    if found and found.regime is Regime.PROVIDER_SELECTION:
        return None
    return "only modifications under the Provider Selection Regime are put on file so (SI 2023/1348 reg 13)"


@guard("/ground", payload=True)
def modification_is_allowed(step: Step) -> str | None:
    """The contract may be modified without a new process: the modification makes it not materially different in
    character, unless it is solely a succession of providers; a new provider meets the basic selection criteria; what
    the authority decided changes the value by less than £500,000 or 25 per cent in all; and reg 13(3) is for contracts
    awarded by Direct Award Processes A and B (SI 2023/1348 regs 13(1) to (3), 14(2), (3)).
    """
    said, found = step.payload, step.snapshot.find(RegimeDetermination)
    if said.ground in IN_URGENCY:
        return None
    if said.different_in_character and said.ground is not ModificationGround.SUCCESSION:
        return "it makes the contract materially different in character: a new process (reg 13(1) to (3))"
    directly = found is not None and found.selection_route in DIRECTLY
    if said.ground is ModificationGround.AWARDED_DIRECTLY and not directly:
        return "the contract was awarded by neither Direct Award Process A nor B (reg 13(3))"
    if said.ground is ModificationGround.SUCCESSION and not said.meets_basic_selection_criteria:
        return "the new provider meets the basic selection criteria (reg 13(1)(b))"
    if said.ground is ModificationGround.DECISION:
        return _find_excess(step, said)
    return None


def _find_excess(step: Step, said: ContractModification) -> str | None:
    amount = find_amount("provider-selection-modification", said.modified_on)
    per_cent = step.process.get_setting(step.snapshot, "modification-per-cent")
    small = amount is not None and said.change_pence < amount.pence
    if small or said.change_pence * 100 < said.original_pence * per_cent:
        return None
    return f"the value changes by £500,000 and {per_cent} per cent or more: a new process (reg 13(1)(d), (2)(b))"
