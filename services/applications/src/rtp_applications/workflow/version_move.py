"""Moving a case to a newer version of its route's process: explicit, reasoned, and only to where its status exists."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from rtp_applications.deadlines.rules.running import replace_clocks
from rtp_applications.workflow.definition import Caller, Process
from rtp_applications.workflow.engine import CaseChange, find_roles
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.errors import NotFromHere, NotYourRole
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload, Signature
from rtp_shared.contracts.applications import CaseMovedToVersion
from rtp_shared.schemas import Prose, Whole

MOVE = "move-to-version"
MAY_MOVE = (Role.CASE_OFFICER, Role.MUTUALS_TEAM)


class VersionMove(Payload):
    KIND: ClassVar[str] = "version-move"

    version: Whole = Field(ge=1, le=1_000_000, description="The version of the process to move to")
    reasons: Prose


def change_version(
    old: Process, new: Process, snapshot: CaseSnapshot, payload: VersionMove, caller: Caller, now: datetime
) -> CaseChange:
    """Put the case under the newer version. Clocks that both versions have run on as they are."""
    held = find_roles(snapshot, caller, now)
    role = next((role for role in MAY_MOVE if role in held), None)
    if role is None:
        raise NotYourRole(f"{MOVE} is for {' or '.join(MAY_MOVE)}")
    if new.version <= old.version:
        raise NotFromHere(f"{snapshot.case.number} is at version {old.version}; it moves only to a newer one")
    if snapshot.status not in new.statuses:
        raise NotFromHere(f"version {new.version} of {new.route} has no status {snapshot.status}")
    after = replace_clocks(old.clocks, new.clocks, snapshot, MOVE, now)
    after = after.with_case(process_version=new.version, version=snapshot.case.version + 1, changed_at=now)
    signature = Signature(role, caller.person, held[role], now)
    event = CaseMovedToVersion(
        case_id=snapshot.case.id,
        number=snapshot.case.number,
        route=snapshot.case.route,
        action=MOVE,
        status_before=snapshot.status,
        status=snapshot.status,
        role=role,
        at=now,
    )
    return CaseChange(
        before=snapshot, after=after, action=MOVE, signature=signature, events=(event,), reason=payload.reasons
    )
