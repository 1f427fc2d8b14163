"""Moving a case to a newer version of its route's process: explicit, reasoned, and only to where its status exists."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow import timing
from rtp_applications.workflow.casefile import CaseFile, Record, Signature
from rtp_applications.workflow.definition import Caller, Process
from rtp_applications.workflow.engine import Outcome, roles_of
from rtp_applications.workflow.errors import NotFromHere, NotYourRole
from rtp_applications.workflow.words import Role
from rtp_shared.contracts.applications import CaseMovedToVersion
from rtp_shared.schemas import Prose

MOVE = "move-to-version"
MAY_MOVE = (Role.CASE_OFFICER, Role.MUTUALS_TEAM)


class VersionMove(Record):
    KIND: ClassVar[str] = "version-move"

    version: int = Field(ge=1, le=1_000_000, strict=True, description="The version of the process to move to")
    reasons: Prose


def move(old: Process, new: Process, file: CaseFile, given: VersionMove, caller: Caller, now: datetime) -> Outcome:
    """The case under the newer version. Clocks that both versions have run on as they are."""
    held = roles_of(file, caller, now)
    role = next((role for role in MAY_MOVE if role in held), None)
    if role is None:
        raise NotYourRole(f"{MOVE} is for {' or '.join(MAY_MOVE)}")
    if new.version <= old.version:
        raise NotFromHere(f"{file.case.number} is at version {old.version}; it moves only to a newer one")
    if file.case.status not in new.statuses:
        raise NotFromHere(f"version {new.version} of {new.route} has no status {file.case.status}")
    after = timing.under(old, new, file, MOVE, now)
    after = after.with_case(process_version=new.version, version=file.case.version + 1, changed_at=now)
    signature = Signature(role, caller.person, held[role], now)
    event = CaseMovedToVersion(
        case_id=file.case.id,
        number=file.case.number,
        route=file.case.route,
        action=MOVE,
        status_before=file.case.status,
        status=file.case.status,
        role=role,
        at=now,
    )
    return Outcome(before=file, after=after, action=MOVE, signature=signature, events=(event,), reason=given.reasons)
