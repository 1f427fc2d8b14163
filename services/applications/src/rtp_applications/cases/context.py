"""The context that every command takes: built by a route for its request, and by the deadline scheduler."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.workflow.definition import Caller, Process
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.outbox import Outbox


class Projection(Protocol):
    """A table that follows the changes of cases, such as the public register of decisions."""

    def announce(self, change: CaseChange) -> CaseChange:
        """Return the change with the events that the projection adds to it; an announced one stays as it is."""
        ...

    async def write(self, session: AsyncSession, change: CaseChange) -> None:
        """Write what an announced change changes in the projection."""
        ...


class CaseEquipment(Protocol):
    """The resources that the service's processes hold for commands, in `Runtime.resources`."""

    @property
    def processes(self) -> Processes: ...

    @property
    def projections(self) -> Sequence[Projection]: ...


@dataclass(frozen=True, slots=True)
class CommandContext:
    """A request's caller and time, and the means to change a case; whoever opened `session` commits it."""

    session: AsyncSession
    caller: Caller
    now: datetime
    events: Outbox
    equipment: CaseEquipment

    def get_process(self, snapshot: CaseSnapshot) -> Process:
        """Return the process that the case is pinned to."""
        return self.equipment.processes[snapshot.case.route, snapshot.case.process_version]
