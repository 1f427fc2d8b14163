"""What a case says of the duties around its contract: notices that are still owed."""

from datetime import date

from rtp_applications.procurement.rules.amounts import find_amount
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.former import FormerNotice
from rtp_applications.workflow.stages.award.payloads import Notice, NoticeKind
from rtp_applications.workflow.stages.contract_duties.payloads import ContractModification, ModificationGround


def owes_notice(modification: ContractModification) -> bool:
    """Tell whether a notice of the modification is owed: of one that the authority decided, from £500,000 on in all
    (SI 2023/1348 reg 13(4)), and of an urgent one (reg 14(4)).
    """
    if modification.ground in (ModificationGround.URGENT, ModificationGround.CONTINUITY):
        return modification.ground is ModificationGround.URGENT
    amount = find_amount("provider-selection-modification", modification.modified_on)
    reached = amount is not None and modification.change_pence >= amount.pence
    return reached and modification.attributable_to_authority


def pair_with_notices(snapshot: CaseSnapshot) -> list[tuple[ContractModification, date | None]]:
    """Return each modification of which a notice is owed, with the day of its notice: each notice is that of the first
    one before it which has none yet.
    """
    owing = [each for each, _ in snapshot.list_payloads(ContractModification) if owes_notice(each)]
    days, pairs = _list_modification_notices(snapshot), []
    for each in sorted(owing, key=lambda each: each.modified_on):
        found = next((day for day in days if day >= each.modified_on), None)
        if found:
            days.remove(found)
        pairs.append((each, found))
    return pairs


def find_modification_without_notice(snapshot: CaseSnapshot) -> ContractModification | None:
    """Return the first modification of which a notice is owed and none is on file."""
    return next((each for each, published_on in pair_with_notices(snapshot) if published_on is None), None)


def _list_modification_notices(snapshot: CaseSnapshot) -> list[date]:
    """Return when each notice of a modification was given: one by its number, however often it was put on file."""
    found = [each for each, _ in (*snapshot.list_payloads(FormerNotice), *snapshot.list_payloads(Notice))]
    days = {each.notice_id: each.given_on for each in found if each.kind is NoticeKind.SELECTION_MODIFICATION}
    return sorted(days.values())
