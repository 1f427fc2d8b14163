"""Conflicts of interest on the case's register, and those of them that bar from deciding."""

from collections.abc import Sequence

from rtp_applications.workflow.common.payloads import ConflictOfInterest
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature


def list_conflicts(step: Step) -> list[ConflictOfInterest]:
    """Return the conflicts on the register that still stand and bar from deciding."""
    return list_bars(step.snapshot)


def list_bars(snapshot: CaseSnapshot) -> list[ConflictOfInterest]:
    return [each for each, recorded in snapshot.list_payloads(ConflictOfInterest) if is_bar(each, recorded.signed)]


MAY_BAR_OTHERS = frozenset({Role.CASE_OFFICER, Role.DECISION_MAKER, Role.PANEL_MEMBER, Role.MUTUALS_TEAM})


def is_bar(conflict: ConflictOfInterest, signed: Sequence[Signature]) -> bool:
    """Return True if this line bars from deciding. Declared of somebody else by the group or an adviser, it bars only
    once an officer has declared the same: nobody chooses their panel by accusing the rest.
    """
    if not conflict.bars_from_deciding or conflict.ended:
        return False
    return any(each.person == conflict.person or each.role in MAY_BAR_OTHERS for each in signed)
