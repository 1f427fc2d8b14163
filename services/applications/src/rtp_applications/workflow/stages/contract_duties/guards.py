"""Guards of modifications: SI 2023/1348 regs 13 and 14."""

from rtp_applications.procurement.rules.amounts import find_amount
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.contract_duties.payloads import (
    ContractModification,
    ModificationGround,
)
from rtp_shared.problems import FieldError

DIRECTLY = frozenset({SelectionRoute.DIRECT_A, SelectionRoute.DIRECT_B})
IN_URGENCY = frozenset({ModificationGround.URGENT, ModificationGround.CONTINUITY})
SAME_IN_CHARACTER = frozenset(
    {ModificationGround.EXTERNAL, ModificationGround.DECISION, ModificationGround.AWARDED_DIRECTLY}
)
"""Grounds that ask for it: reg 13(1)(c), whose closing words stand before (d) and not before (1) as a whole, (1)(d) by
(2)(a), and (3). What the contract provides for (1)(a), and a succession (1)(b), are not asked.
"""


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
def modification_is_allowed(step: Step) -> str | FieldError | None:
    """The contract may be modified without a new process: the modification makes it not materially different in
    character, unless it is provided for or solely a succession of providers; a new provider meets the basic selection
    criteria; what the authority decided, which is said to be attributable to it, changes the value by less than
    £500,000 or 25 per cent in all; and reg 13(3) is for contracts awarded by Direct Award Processes A and B
    (SI 2023/1348 regs 13(1) to (3), 14(2), (3)).
    """
    said, found = step.payload, step.snapshot.find(RegimeDetermination)
    if said.ground in IN_URGENCY:
        return None
    if said.different_in_character and said.ground in SAME_IN_CHARACTER:
        return "it makes the contract materially different in character: a new process (reg 13(1)(c), (2)(a), (3))"
    directly = found is not None and found.selection_route in DIRECTLY
    if said.ground is ModificationGround.AWARDED_DIRECTLY and not directly:
        return "the contract was awarded by neither Direct Award Process A nor B (reg 13(3))"
    if said.ground is ModificationGround.SUCCESSION and not said.meets_basic_selection_criteria:
        return "the new provider meets the basic selection criteria (reg 13(1)(b))"
    if said.ground is ModificationGround.DECISION:
        return _find_bar_of_decision(step, said)
    return None


def _find_bar_of_decision(step: Step, said: ContractModification) -> str | FieldError | None:
    if not said.attributable_to_authority:
        return FieldError("/attributableToAuthority", "what the authority decided is attributable to it (reg 13(1)(d))")
    amount = find_amount("provider-selection-modification", said.modified_on)
    per_cent = step.process.get_setting(step.snapshot, "modification-per-cent")
    small = amount is not None and said.change_pence < amount.pence
    if small or said.change_pence * 100 < said.original_pence * per_cent:
        return None
    return f"the value changes by £500,000 and {per_cent} per cent or more: a new process (reg 13(1)(d), (2)(b))"
