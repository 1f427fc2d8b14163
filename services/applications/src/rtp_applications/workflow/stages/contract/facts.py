"""The facts of a procurement as the commissioner puts them on file, from which its regime is computed."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, create_model

from rtp_applications.procurement.rules.cooling import ReservationLaw, is_comparable
from rtp_applications.procurement.rules.facts import Amount, BuyerType, Instrument, ProcurementFacts
from rtp_applications.procurement.rules.scope import ACT_SINCE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.contract.payloads import ContractTerms, Regime, RegimeDetermination
from rtp_shared.schemas import Pence

ELSEWHERE = frozenset(
    {
        *("buyer", "central_government", "net_pence", "gross_pence", "under_public_control"),
        *("term_months", "extension_months", "award_on"),
    }
)
"""Facts that the case has already: of the body that buys, of the terms, and of the determination."""


def _require_strictly(annotation: Any) -> Any:
    """Return the type as a body has it: no truth value and no amount as text."""
    if annotation == (bool | None):
        return Annotated[bool, Field(strict=True)] | None
    return Pence | None if annotation == (Amount | None) else annotation


_FIELDS: Mapping[str, Any] = {
    name: (
        Annotated[_require_strictly(each.annotation), *(each.metadata or [None])],
        Field(default=each.get_default(), description=each.description, examples=each.examples),
    )
    for name, each in ProcurementFacts.model_fields.items()
    if name not in ELSEWHERE
}
_Given: Any = create_model("_Given", __base__=Payload, **_FIELDS)


class ProcurementRecord(_Given):
    """What is known of the procurement besides its terms. What is left out is not known, and not the same as no."""

    KIND: ClassVar[str] = "procurement-facts"


BUYERS: Mapping[str, BuyerType] = {
    **dict.fromkeys(
        ("county", "unitary", "district", "metropolitan-borough", "london-borough", "city-of-london"), BuyerType.COUNCIL
    ),
    "nhs-trust": BuyerType.NHS_TRUST,
    "integrated-care-board": BuyerType.INTEGRATED_CARE_BOARD,
    "nhs-england": BuyerType.NHS_ENGLAND,
    "combined-authority": BuyerType.COMBINED_AUTHORITY,
    "fire-authority": BuyerType.FIRE_AUTHORITY,
    "fire-commissioner": BuyerType.FIRE_AUTHORITY,
}
"""By the kind of the body; every other body is a contracting authority of another type."""


def collect_facts(snapshot: CaseSnapshot, given: Payload | None = None) -> ProcurementFacts:
    """Return what the case says of its procurement: the body that buys, the determination, the terms, and the facts on
    file or given. One whose commencement is not on file commenced no earlier than its regime was determined.
    """
    record = given or snapshot.find(ProcurementRecord)
    known: dict[str, Any] = record.model_dump(by_alias=True, exclude_none=True) if record else {}
    buyer = snapshot.bodies.get(snapshot.case.commissioner) if snapshot.case.commissioner else None
    if buyer:
        known["buyer"] = BUYERS.get(buyer.kind, BuyerType.OTHER_AUTHORITY)
    if found := snapshot.find(RegimeDetermination):
        known.setdefault("commencedOn", found.determined_on)
        known["underPublicControl"] = found.stays_under_public_control
        if found.regime is Regime.GRANT:
            known.setdefault("instrument", Instrument.GRANT)
    if terms := snapshot.find(ContractTerms):
        known |= {"netPence": terms.net_pence, "grossPence": terms.gross_pence}
        known |= {"termMonths": terms.term_months, "extensionMonths": terms.extension_months}
        if terms.extension_months == 0:
            known.setdefault("extensionsPence", 0)
    return _count_records(snapshot, ProcurementFacts.model_validate(known))


def _count_records(snapshot: CaseSnapshot, facts: ProcurementFacts) -> ProcurementFacts:
    """Return the facts with the latest comparable contract on record, if it is later than the one that they name. One
    that was entered into since the regime was determined may be the case's own, put on record by hand, and does not.
    """
    determined = snapshot.find(RegimeDetermination)
    since = facts.commenced_on
    law = ReservationLaw.SECTION_33 if since is None or since >= ACT_SINCE else ReservationLaw.REGULATION_77
    days = [
        past.entered_into_on
        for past in snapshot.awards
        if determined
        and past.entered_into_on < determined.determined_on
        and is_comparable(past, authority=past.authority, codes=facts.codes, law=law)
    ]
    if not days:
        return facts
    latest = max([*days, *([facts.comparable_contract_on] if facts.comparable_contract_on else [])])
    return facts.model_copy(update={"comparable_contract_on": latest, "no_comparable_contract": None})
