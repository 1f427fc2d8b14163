"""The estimated value of the contract, held against the dated amounts at which a duty begins."""

from datetime import date

from rtp_applications.procurement.rules.amounts import find_amount
from rtp_applications.procurement.rules.reasoning import Reasoning
from rtp_applications.procurement.rules.truth import Truth
from rtp_applications.procurement.rules.values import central_government_authority, estimate_value
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.contract.facts import collect_facts


def exceeds_amount(snapshot: CaseSnapshot, name: str, day: date) -> Truth:
    """Return whether the estimated value, with VAT and extensions, is more than the amount of this name on the day."""
    amount = find_amount(name, day)
    if amount is None:
        return None
    least, most = estimate_value(collect_facts(snapshot))
    if least > amount.pence:
        return True
    return False if most is not None and most <= amount.pence else None


def is_notifiable_below_threshold(snapshot: CaseSnapshot, day: date) -> bool:
    """Tell whether the value is known to reach that of a notifiable contract below threshold (s.87(4))."""
    facts = collect_facts(snapshot)
    central = Reasoning(facts).ask(central_government_authority)
    amount = find_amount(f"below-threshold-notices{'-central' if central else ''}", day)
    return amount is not None and estimate_value(facts)[0] >= amount.pence
